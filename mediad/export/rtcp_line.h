// An RTCP datagram as a line of log-facility-rtcp (metrics-and-state.md §3): "name=value" fields. Pure.
//
// SR, RR and the VoIP metrics of XR (RFC 3611 §4.7) in full, of everything else the header. Fields whose name stands for
// something signed are unsigned here (levels), as recorded: scripts know them so.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace mediad::exporting {

// "[<call-id>] version=2, padding=0, …". Control characters of the call-id become "?": a line is a line.
std::string RtcpToLine(std::string_view call_id, std::span<const uint8_t> compound);

}  // namespace mediad::exporting

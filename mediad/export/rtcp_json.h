// An RTCP compound as the JSON that Homer takes (metrics-and-state.md §4): RFC 3550 §6.4, §6.5. Pure.
//
// One object for a compound: sender information, report blocks of all its SR and RR, items of all its SDES. XR, BYE, APP
// and feedback are not in it. What a packet announces and does not have is left out.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace mediad::exporting {

// Empty: there is nothing to tell.
std::string RtcpToJson(std::span<const uint8_t> compound);

}  // namespace mediad::exporting

// ICE candidates as text (RFC 8839 §5.1) and the priorities of ours (RFC 8445 §5.1.2). Not which addresses there
// are (ice.h). Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "rtpengine/v1/session.pb.h"

namespace controld::negotiate {

inline constexpr int kMostCandidates = 100;  // of a party's that are looked at

// The value of an a=candidate. nullopt: malformed, not UDP, no literal address (mDNS), a component that is
// neither RTP nor RTCP.
std::optional<rtpengine::v1::IceCandidate> ParseCandidate(std::string_view value);

// `component` is 1 or 2, `position` counts local addresses from 0.
uint32_t CandidatePriority(int component, int position);

// 16 characters that tell local addresses apart, the same for an address as long as `key` is; they do not tell
// the address (octets, 4 or 16).
std::string Foundation(std::string_view key, std::string_view address);

}  // namespace controld::negotiate

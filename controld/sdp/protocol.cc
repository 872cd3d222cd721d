// The transport protocols of m= lines that we know by name (sdp-rewriting.md §6; RFC 3551, 3711,
// 4585, 5124, 5764, ITU-T T.38). Others are text to us and are relayed without looking inside.
#include <algorithm>
#include <array>

#include "controld/sdp/session_description.h"
#include "proto/base/text.h"

namespace controld::sdp {
namespace {

constexpr std::string_view kUdptl = "udptl";
constexpr std::array<std::string_view, 7> kProtocols = {
    "RTP/AVP", "RTP/AVPF", "RTP/SAVP", "RTP/SAVPF", "UDP/TLS/RTP/SAVP", "UDP/TLS/RTP/SAVPF", kUdptl,
};

}  // namespace

std::string_view CanonicalProtocol(std::string_view text) {
  // Nearly all are written as they should be.
  for (const std::string_view known : kProtocols) {
    if (known == text) return known;
  }
  const auto* found =
      std::find_if(kProtocols.begin(), kProtocols.end(),
                   [text](std::string_view known) { return base::EqualsIgnoreCase(known, text); });
  return found == kProtocols.end() ? std::string_view() : *found;
}

bool IsRtp(std::string_view canonical_protocol) {
  return !canonical_protocol.empty() && canonical_protocol != kUdptl;
}

}  // namespace controld::sdp

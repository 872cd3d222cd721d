// What an RTP payload is, as far as a relay without audio codecs has to know: whether it is a telephone event
// (RFC 4733), perhaps inside redundancy (RFC 2198), and which octet is silence in it.
//
// Not here: decoding or encoding of anything. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "mediad/rtp/header.h"

namespace mediad::rtp {

enum class PayloadKind : uint8_t { kOther, kPcmu, kPcma, kG722, kTelephoneEvent, kRedundancy };

// By encoding name of the SDP, in any case.
PayloadKind KindOf(std::string_view name);
// Of the payload types that have one meaning without being signalled (RFC 3551 §6).
PayloadKind StaticKindOf(uint8_t payload_type);

// The octet that is silence in this kind of payload; kNoSilence when there is none.
inline constexpr uint8_t kNoSilence = 0;
uint8_t SilenceOf(PayloadKind kind);

// Overwrites what lies between header and padding. `packet` is a valid RTP packet.
void OverwritePayload(uint8_t octet, std::span<uint8_t> packet);

// Octets between header and padding.
size_t PayloadSize(const HeaderView& packet);

// Calls found(payload type) for each block of a redundant payload; true when one of them was it, or when the
// block headers end beyond the payload.
template <typename Found>
bool AnyRedundantBlock(std::span<const uint8_t> payload, Found found) {
  while (!payload.empty()) {
    if (found(static_cast<uint8_t>(payload[0] & 0x7f))) return true;
    if ((payload[0] & 0x80) == 0) return false;  // the last header has one octet, the others four
    if (payload.size() < 4) return true;
    payload = payload.subspan(4);
  }
  return true;
}

// The last block of a redundant payload (RFC 2198 §3): what is sent for the first time. nullopt: cut short.
struct PayloadBlock {
  uint8_t payload_type = 0;
  std::span<const uint8_t> octets;
};
std::optional<PayloadBlock> PrimaryBlock(std::span<const uint8_t> payload);

}  // namespace mediad::rtp

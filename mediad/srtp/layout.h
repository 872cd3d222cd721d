// Octets of RTP and RTCP that SRTP has to know. Not a view of packets (../rtp/header.h): the
// library of that one depends on this. RFC 3550 §§5.1 and 6.4.1. Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace mediad::srtp {

inline constexpr size_t kRtpFixedHeader = 12;
inline constexpr size_t kRtcpHeader = 8;  // never encrypted: first word and SSRC of the sender

inline uint16_t Load16(const uint8_t* at) { return static_cast<uint16_t>(at[0] << 8 | at[1]); }
inline uint32_t Load32(const uint8_t* at) {
  return uint32_t{at[0]} << 24 | uint32_t{at[1]} << 16 | uint32_t{at[2]} << 8 | uint32_t{at[3]};
}
inline void Store16(uint8_t* at, uint16_t value) {
  at[0] = static_cast<uint8_t>(value >> 8);
  at[1] = static_cast<uint8_t>(value);
}
inline void Store32(uint8_t* at, uint32_t value) {
  Store16(at, static_cast<uint16_t>(value >> 16));
  Store16(at + 2, static_cast<uint16_t>(value));
}

// Size of the RTP header with CSRC list and extension; 0: not RTP, or it does not end in `packet`.
inline size_t RtpHeaderSize(std::span<const uint8_t> packet) {
  if (packet.size() < kRtpFixedHeader || packet[0] >> 6 != 2) return 0;
  size_t size = kRtpFixedHeader + 4 * size_t{packet[0] & 0x0fu};
  if ((packet[0] & 0x10) != 0) {
    if (packet.size() < size + 4) return 0;
    size += 4 + 4 * size_t{Load16(&packet[size + 2])};
  }
  return size <= packet.size() ? size : 0;
}

inline bool IsRtcp(std::span<const uint8_t> packet) {
  return packet.size() >= kRtcpHeader && packet[0] >> 6 == 2;
}

}  // namespace mediad::srtp

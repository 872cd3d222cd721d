// What kind of datagram arrived: the demultiplexing of RFC 7983 (first octet) and RFC 5761 (second
// octet).
//
// A cheap first look only: nothing is validated here (header.h, ../rtcp/packet.h do that).
// Pure functions; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace mediad::rtp {

enum class PacketKind : uint8_t {
  kOther,        // none of the below, or too short to tell
  kStun,         // first octet 0 to 3
  kDtls,         // first octet 20 to 63
  kRtp,          // first octet 128 to 191, second octet not 194 to 223
  kRtcp,         // packet type 200 to 207: forwarded
  kRtcpUnknown,  // packet type 194 to 199 and 208 to 223: never forwarded (media.md §3)
};

// 192 and 193 are no RTCP here: they are RTP with the marker bit and payload type 64 or 65.
inline constexpr uint8_t kFirstRtcpType = 194;
inline constexpr uint8_t kLastRtcpType = 223;
inline constexpr uint8_t kFirstForwardedRtcpType = 200;
inline constexpr uint8_t kLastForwardedRtcpType = 207;

constexpr PacketKind Classify(std::span<const uint8_t> datagram) {
  if (datagram.empty()) return PacketKind::kOther;
  const uint8_t first = datagram[0];
  if (first <= 3) return PacketKind::kStun;
  if (first >= 20 && first <= 63) return PacketKind::kDtls;
  if (first < 128 || first > 191 || datagram.size() < 2) return PacketKind::kOther;
  const uint8_t second = datagram[1];
  if (second < kFirstRtcpType || second > kLastRtcpType) return PacketKind::kRtp;
  return second >= kFirstForwardedRtcpType && second <= kLastForwardedRtcpType
             ? PacketKind::kRtcp
             : PacketKind::kRtcpUnknown;
}

}  // namespace mediad::rtp

// HEPv3 packets for Homer (metrics-and-state.md §4). Pure; any thread.
//
// "HEP3", total length, then chunks: vendor, type, length (its own 6 octets included), value. The order of the chunks
// is part of the format for those who compare: 1, 2, 7, 8, 9, a, b, c, addresses, 11, f.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "proto/base/endpoint.h"

namespace exporting {

inline constexpr uint8_t kHepRtcpJson = 5;
// What a UDP datagram carries; over TCP, too, so that it does not matter which it is.
inline constexpr size_t kMaxHepPacket = 65507;

struct HepMessage {
  base::Endpoint source, destination;  // of the same family
  int64_t unix_us = 0;
  uint8_t protocol = kHepRtcpJson;
  uint32_t capture_id = 0;
  std::string_view correlation_id;     // the call-id; may be empty
  std::string_view payload;
};

// A payload that does not fit is cut at its end, a correlation id beyond 8 KiB likewise.
std::string EncodeHep(const HepMessage& message);

}  // namespace exporting

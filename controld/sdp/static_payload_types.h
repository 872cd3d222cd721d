// The static RTP payload types of RFC 3551 §6, as far as they are registered with a codec. Not a
// codec registry: dynamic types and what a codec can do are described elsewhere. Any thread.
#pragma once

#include <cstdint>
#include <string_view>

namespace controld::sdp {

struct StaticPayloadType {
  std::string_view name;  // empty: unassigned, reserved or dynamic
  uint32_t clock_rate = 0;
  uint32_t channels = 1;
};

// Never fails: numbers without a static meaning give an empty name.
const StaticPayloadType& FindStaticPayloadType(int payload_type);

}  // namespace controld::sdp

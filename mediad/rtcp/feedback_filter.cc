// See feedback_filter.h.
#include "mediad/rtcp/feedback_filter.h"

#include <cstring>

#include "mediad/rtcp/packet.h"

namespace mediad::rtcp {

size_t RemoveFeedback(std::span<uint8_t> datagram) {
  CompoundReader reader(datagram);
  PacketView packet;
  size_t kept = 0;
  const auto keep = [&](std::span<const uint8_t> octets) {
    // Source and destination overlap once something was removed before.
    if (datagram.data() + kept != octets.data()) {
      std::memmove(datagram.data() + kept, octets.data(), octets.size());
    }
    kept += octets.size();
  };
  bool removed = false;
  while (reader.Next(&packet)) {
    if (packet.Is(PacketType::kTransportFeedback) ||
        packet.Is(PacketType::kPayloadSpecificFeedback)) {
      removed = true;
    } else {
      keep(packet.octets());
    }
  }
  if (kept == 0 && removed) return 0;
  if (!reader.rest().empty()) keep(reader.rest());
  return kept;
}

}  // namespace mediad::rtcp

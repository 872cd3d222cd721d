// Validation of the RTP header; see header.h.
#include "mediad/rtp/header.h"

namespace mediad::rtp {

std::optional<HeaderView> HeaderView::Parse(std::span<const uint8_t> datagram) {
  if (datagram.size() < kFixedHeaderSize || datagram[0] >> 6 != 2) return std::nullopt;
  size_t header_size = kFixedHeaderSize + size_t{4} * (datagram[0] & 0x0fu);
  if ((datagram[0] & 0x10) != 0) {
    // Profile-defined identifier, then the extension's length in words without these four octets.
    if (datagram.size() < header_size + 4) return std::nullopt;
    const size_t words = size_t{datagram[header_size + 2]} << 8 | datagram[header_size + 3];
    header_size += 4 + 4 * words;
  }
  if (datagram.size() < header_size) return std::nullopt;
  return HeaderView(datagram.data(), datagram.size(), header_size);
}

}  // namespace mediad::rtp

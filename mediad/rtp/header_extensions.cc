#include "mediad/rtp/header_extensions.h"

#include <algorithm>
#include <cstring>

namespace mediad::rtp {
namespace {

constexpr uint8_t kReservedId = 15;  // of the one-byte form: nothing behind it counts

// Moves the elements that stay to the front of the extension. Returns their octets, nullopt: none has to go.
std::optional<size_t> Compact(const HeaderView& view, const ExtensionIds& ids, uint8_t* out) {
  ExtensionReader reader(view);
  ExtensionElement element;
  size_t kept = 0;
  bool removed = false;
  while (reader.Next(&element)) {
    if (ids.test(element.id)) {
      removed = true;
      continue;
    }
    // Without an element to remove nothing may change: gaps close only behind the first removed one. The kept ones
    // before it are where they belong, their padding included.
    if (removed) {
      std::memmove(out + kept, element.octets.data(), element.octets.size());
      kept += element.octets.size();
    } else {
      kept = static_cast<size_t>(element.octets.data() + element.octets.size() - out);
    }
  }
  return removed ? std::optional<size_t>(kept) : std::nullopt;
}

}  // namespace

ExtensionReader::ExtensionReader(const HeaderView& packet) {
  if (!packet.has_extension()) return;
  const uint16_t profile = packet.extension_profile();
  two_byte_ = (profile & kTwoByteMask) == kTwoByteProfile;
  if (two_byte_ || profile == kOneByteProfile) rest_ = packet.extension();
}

bool ExtensionReader::Next(ExtensionElement* element) {
  while (!rest_.empty() && rest_[0] == 0) rest_ = rest_.subspan(1);
  if (rest_.empty()) return false;
  const size_t header = two_byte_ ? 2 : 1;
  const uint8_t id = two_byte_ ? rest_[0] : rest_[0] >> 4;
  const bool ends = !two_byte_ && (id == 0 || id == kReservedId);
  if (ends || rest_.size() < header) {
    rest_ = {};
    return false;
  }
  const size_t length = two_byte_ ? rest_[1] : (rest_[0] & 0x0fu) + 1u;
  if (rest_.size() < header + length) {
    rest_ = {};
    return false;
  }
  element->id = id;
  element->octets = rest_.first(header + length);
  element->value = element->octets.subspan(header);
  rest_ = rest_.subspan(header + length);
  return true;
}

std::optional<std::span<const uint8_t>> FindExtension(const HeaderView& packet, uint8_t id) {
  ExtensionReader reader(packet);
  ExtensionElement element;
  while (reader.Next(&element)) {
    if (element.id == id) return element.value;
  }
  return std::nullopt;
}

size_t StripExtensions(const ExtensionIds& ids, std::span<uint8_t> packet) {
  const std::optional<HeaderView> view = HeaderView::Parse(packet);
  if (!view || !view->has_extension()) return packet.size();
  const size_t begin = view->extension_offset();
  uint8_t* const elements = packet.data() + begin + kExtensionHeaderSize;
  const std::optional<size_t> kept = Compact(*view, ids, elements);
  if (!kept) return packet.size();

  size_t header_size = begin;
  if (*kept == 0) {
    packet[0] = static_cast<uint8_t>(packet[0] & ~0x10u);
  } else {
    const size_t words = (*kept + 3) / 4;
    std::fill(elements + *kept, elements + 4 * words, uint8_t{0});
    packet[begin + 2] = static_cast<uint8_t>(words >> 8);
    packet[begin + 3] = static_cast<uint8_t>(words);
    header_size += kExtensionHeaderSize + 4 * words;
  }
  const std::span<const uint8_t> payload = view->payload();
  std::memmove(packet.data() + header_size, payload.data(), payload.size());
  return header_size + payload.size();
}

}  // namespace mediad::rtp

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

bool HasForm(uint16_t profile, uint8_t id, std::span<const uint8_t> value) {
  if (id == 0) return false;
  if ((profile & kTwoByteMask) == kTwoByteProfile) return value.size() <= 255;
  return profile == kOneByteProfile && id < kReservedId && !value.empty() &&
         value.size() <= kLongestOneByteValue;
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

size_t InsertExtension(uint8_t id, std::span<const uint8_t> value, std::span<uint8_t> buffer,
                       size_t size) {
  const std::optional<HeaderView> view = HeaderView::Parse(buffer.first(size));
  if (!view || FindExtension(*view, id)) return size;
  const bool present = view->has_extension();
  uint16_t profile = present ? view->extension_profile() : kOneByteProfile;
  if (!present && !HasForm(profile, id, value)) profile = kTwoByteProfile;
  if (!HasForm(profile, id, value)) return size;

  // In front of the others, padded to whole words: padding may stand between elements.
  const bool two_byte = profile != kOneByteProfile;
  const size_t words = ((two_byte ? 2 : 1) + value.size() + 3) / 4;
  const size_t all_words = words + (present ? view->extension().size() / 4 : 0);
  const size_t begin = view->extension_offset();
  const size_t element = begin + kExtensionHeaderSize;
  const size_t old = present ? element : begin;  // what is from here on moves behind the element
  const size_t grown = size + element + 4 * words - old;
  if (grown > buffer.size() || all_words > 0xffff) return size;
  std::memmove(buffer.data() + element + 4 * words, buffer.data() + old, size - old);

  buffer[0] |= 0x10;
  buffer[begin] = static_cast<uint8_t>(profile >> 8);
  buffer[begin + 1] = static_cast<uint8_t>(profile);
  buffer[begin + 2] = static_cast<uint8_t>(all_words >> 8);
  buffer[begin + 3] = static_cast<uint8_t>(all_words);
  uint8_t* out = buffer.data() + element;
  std::fill(out, out + 4 * words, uint8_t{0});
  if (two_byte) {
    *out++ = id;
    *out++ = static_cast<uint8_t>(value.size());
  } else {
    *out++ = static_cast<uint8_t>(id << 4 | (value.size() - 1));
  }
  std::copy(value.begin(), value.end(), out);
  return grown;
}

}  // namespace mediad::rtp

// The elements of an RTP header extension (RFC 8285): finding one, taking some out of a packet, putting one in.
//
//   one-byte form, profile 0xbede            two-byte form, profile 0x100 and four bits of the application
//    0                                        0                   1
//    0 1 2 3 4 5 6 7                          0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5
//   +-+-+-+-+-+-+-+-+---                     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+---
//   |  ID   |  len  | len + 1 octets         |      ID       |    length     | length octets
//   +-+-+-+-+-+-+-+-+---                     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+---
//
// Octets 0 between elements are padding. What an element means is not known here. Reading ends where RFC 8285 §4.2
// says so (ID 0 with a length, ID 15) and at an element that does not fit. Pure; any thread.
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "mediad/rtp/header.h"

namespace mediad::rtp {

inline constexpr uint16_t kOneByteProfile = 0xbede;
inline constexpr uint16_t kTwoByteProfile = 0x1000;  // the upper 12 bits
inline constexpr uint16_t kTwoByteMask = 0xfff0;

struct ExtensionElement {
  uint8_t id = 0;                   // 1 to 14, with the two-byte form 1 to 255
  std::span<const uint8_t> value;   // up to 16 octets, with the two-byte form up to 255; may be empty there
  std::span<const uint8_t> octets;  // the element as it stands, with its header
};

// The elements of an extension, in their order. None if it has neither form. Borrows the packet.
class ExtensionReader {
 public:
  explicit ExtensionReader(const HeaderView& packet);
  bool Next(ExtensionElement* element);

 private:
  bool two_byte_ = false;
  std::span<const uint8_t> rest_;
};

// The value of the first element with this id; nullopt: there is none.
std::optional<std::span<const uint8_t>> FindExtension(const HeaderView& packet, uint8_t id);

using ExtensionIds = std::bitset<256>;

// Takes the elements with these ids out of `packet`, and the whole extension if no other is left. What cannot be
// read as an element goes with them. Returns the new size: unchanged if none was there, or it is no RTP packet.
size_t StripExtensions(const ExtensionIds& ids, std::span<uint8_t> packet);

inline constexpr size_t kLongestOneByteValue = 16;
// What InsertExtension() adds at most, if the value is no longer than that.
inline constexpr size_t kInsertionRoom = 24;

// Puts an element into the packet that is the first `size` octets of `buffer`, in the form of the extension that is
// there. Returns the new size: unchanged if it has an element with this id, the form cannot hold this one, the buffer
// is too small, or it is no RTP packet.
size_t InsertExtension(uint8_t id, std::span<const uint8_t> value, std::span<uint8_t> buffer,
                       size_t size);

}  // namespace mediad::rtp

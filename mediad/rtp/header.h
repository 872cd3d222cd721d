// A view of one RTP packet (RFC 3550 §5.1): validated once, then read in place.
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |V=2|P|X|  CC   |M|     PT      |       sequence number         |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                           timestamp                           |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                             SSRC                              |
//   +=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+
//   |     CC times CSRC, then, if X, profile, length, extension     |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//
// Valid is what the relay forwards (media.md §3): version 2, 12 octets, CSRC list and extension
// inside the packet. Padding is not examined. The view borrows the datagram. Any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace mediad::rtp {

inline constexpr size_t kFixedHeaderSize = 12;
inline constexpr size_t kExtensionHeaderSize = 4;  // profile and length

class HeaderView {
 public:
  // nullopt: not a valid RTP packet.
  static std::optional<HeaderView> Parse(std::span<const uint8_t> datagram);

  bool padding() const { return (data_[0] & 0x20) != 0; }
  bool has_extension() const { return (data_[0] & 0x10) != 0; }
  unsigned csrc_count() const { return data_[0] & 0x0fu; }
  bool marker() const { return (data_[1] & 0x80) != 0; }
  uint8_t payload_type() const { return data_[1] & 0x7f; }
  uint16_t sequence_number() const { return static_cast<uint16_t>(data_[2] << 8 | data_[3]); }
  uint32_t timestamp() const { return Word(4); }
  uint32_t ssrc() const { return Word(8); }

  size_t header_size() const { return header_size_; }  // with CSRC list and extension
  size_t size() const { return size_; }
  // "Defined by profile", and the words of the extension after its length. Precondition: has_extension().
  uint16_t extension_profile() const {
    return static_cast<uint16_t>(data_[extension_offset()] << 8 | data_[extension_offset() + 1]);
  }
  std::span<const uint8_t> extension() const {
    const size_t begin = extension_offset() + kExtensionHeaderSize;
    return {data_ + begin, header_size_ - begin};
  }
  // Where the extension begins, or would.
  size_t extension_offset() const { return kFixedHeaderSize + size_t{4} * csrc_count(); }
  // What follows the header, padding included.
  std::span<const uint8_t> payload() const { return {data_ + header_size_, size_ - header_size_}; }

 private:
  HeaderView(const uint8_t* data, size_t size, size_t header_size)
      : data_(data), size_(size), header_size_(header_size) {}
  uint32_t Word(size_t offset) const {
    return uint32_t{data_[offset]} << 24 | uint32_t{data_[offset + 1]} << 16 |
           uint32_t{data_[offset + 2]} << 8 | uint32_t{data_[offset + 3]};
  }

  const uint8_t* data_;
  size_t size_;
  size_t header_size_;
};

}  // namespace mediad::rtp

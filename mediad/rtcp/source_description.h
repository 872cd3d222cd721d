// The items of an SDES packet (RFC 3550 §6.5), chunk by chunk, in place. Any thread.
//
// An item that reaches beyond the packet ends the walk, and so does a chunk without room for its SSRC.
#pragma once

#include <cstdint>
#include <span>

#include "mediad/rtcp/packet.h"

namespace mediad::rtcp {

class SourceDescriptionReader {
 public:
  explicit SourceDescriptionReader(const PacketView& packet);
  // The next item, of whichever chunk; empty chunks are passed over.
  bool Next();
  uint32_t ssrc() const { return ssrc_; }   // of the chunk
  uint8_t type() const { return type_; }    // 1 = CNAME, …
  std::span<const uint8_t> text() const { return text_; }

 private:
  bool BeginChunk();
  void EndChunk();

  std::span<const uint8_t> packet_;
  size_t at_ = 0;
  unsigned chunks_left_ = 0;
  bool in_chunk_ = false;
  uint32_t ssrc_ = 0;
  uint8_t type_ = 0;
  std::span<const uint8_t> text_;
};

}  // namespace mediad::rtcp

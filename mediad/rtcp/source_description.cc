#include "mediad/rtcp/source_description.h"

namespace mediad::rtcp {

SourceDescriptionReader::SourceDescriptionReader(const PacketView& packet) {
  if (!packet.Is(PacketType::kSourceDescription)) return;
  packet_ = packet.octets();
  at_ = kHeaderSize;
  chunks_left_ = packet.count();
}

bool SourceDescriptionReader::BeginChunk() {
  if (chunks_left_ == 0 || packet_.size() < at_ + 4) return false;
  --chunks_left_;
  ssrc_ = uint32_t{packet_[at_]} << 24 | uint32_t{packet_[at_ + 1]} << 16 | uint32_t{packet_[at_ + 2]} << 8 |
          uint32_t{packet_[at_ + 3]};
  at_ += 4;
  in_chunk_ = true;
  return true;
}

// The list of a chunk ends with one to four zero octets, at a word.
void SourceDescriptionReader::EndChunk() {
  at_ = (at_ / 4 + 1) * 4;
  in_chunk_ = false;
}

bool SourceDescriptionReader::Next() {
  for (;;) {
    if (!in_chunk_ && !BeginChunk()) return false;
    if (at_ >= packet_.size()) return false;
    if (packet_[at_] == 0) {
      EndChunk();
      continue;
    }
    if (at_ + 2 > packet_.size()) return false;
    const size_t length = packet_[at_ + 1];
    if (at_ + 2 + length > packet_.size()) return false;
    type_ = packet_[at_];
    text_ = packet_.subspan(at_ + 2, length);
    at_ += 2 + length;
    return true;
  }
}

}  // namespace mediad::rtcp

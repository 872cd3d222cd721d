#include "mediad/session/bundle.h"

#include <algorithm>
#include <string_view>

#include "mediad/rtp/header_extensions.h"

namespace mediad::session {
namespace {

uint32_t Word(std::span<const uint8_t> packet, size_t at) {
  return uint32_t{packet[at]} << 24 | uint32_t{packet[at + 1]} << 16 |
         uint32_t{packet[at + 2]} << 8 | uint32_t{packet[at + 3]};
}

}  // namespace

void BundleDemultiplexer::Begin() {
  members_.clear();
  by_payload_type_.fill(kNoMedia);
}

void BundleDemultiplexer::AddMember(MediaIndex media, uint32_t id, std::string mid,
                                    uint8_t extension, std::span<const CodecEntry> codecs) {
  members_.push_back({media, id, std::move(mid), extension});
  for (const CodecEntry& codec : codecs) {
    MediaIndex& owner = by_payload_type_[codec.payload_type & 0x7f];
    owner = owner == kNoMedia || owner == media ? media : kSeveral;
  }
}

void BundleDemultiplexer::End() {
  for (Source& source : sources_) {
    if (MemberOf(source.id) == nullptr) source = Source();
  }
}

const BundleDemultiplexer::Member* BundleDemultiplexer::MemberOf(uint32_t id) const {
  for (const Member& member : members_) {
    if (member.id == id) return &member;
  }
  return nullptr;
}

MediaIndex BundleDemultiplexer::Find(uint32_t ssrc) const {
  for (const Source& source : sources_) {
    if (source.id == 0 || source.ssrc != ssrc) continue;
    const Member* member = MemberOf(source.id);
    return member == nullptr ? kNoMedia : member->media;
  }
  return kNoMedia;
}

void BundleDemultiplexer::Learn(uint32_t ssrc, MediaIndex media) {
  const auto member = std::find_if(members_.begin(), members_.end(),
                                   [media](const Member& one) { return one.media == media; });
  for (Source& source : sources_) {
    if (source.id == 0 || source.ssrc != ssrc) continue;
    source.id = member->id;
    return;
  }
  sources_[next_source_] = {ssrc, member->id};
  next_source_ = (next_source_ + 1) % kSources;
}

MediaIndex BundleDemultiplexer::OnRtp(const rtp::HeaderView& header) {
  if (header.has_extension()) {
    for (const Member& member : members_) {
      if (member.extension == 0) continue;
      const auto element = rtp::FindExtension(header, member.extension);
      if (!element) continue;
      const std::string_view mid(reinterpret_cast<const char*>(element->data()), element->size());
      if (mid != member.mid) continue;
      Learn(header.ssrc(), member.media);
      return member.media;
    }
  }
  if (const MediaIndex known = Find(header.ssrc()); known != kNoMedia) return known;
  const MediaIndex media = by_payload_type_[header.payload_type()];
  if (media == kNoMedia || media == kSeveral) return kNoMedia;
  Learn(header.ssrc(), media);
  return media;
}

size_t BundleDemultiplexer::SsrcsOf(std::span<const uint8_t> packet,
                                    std::array<uint32_t, 32>* ssrcs) {
  // Of each packet in the compound: the author, then, where reports or a media source are, those.
  size_t count = 0;
  size_t at = 0;
  const auto add = [&](size_t offset, size_t end) {
    if (offset + 4 <= end && count < ssrcs->size()) (*ssrcs)[count++] = Word(packet, offset);
  };
  while (at + 8 <= packet.size()) {
    const size_t length = 4 * (size_t{packet[at + 2]} << 8 | packet[at + 3]) + 4;
    const size_t end = std::min(packet.size(), at + length);
    const uint8_t type = packet[at + 1];
    const unsigned reports = packet[at] & 0x1f;
    add(at + 4, end);
    if (type == 200 || type == 201) {
      const size_t first = at + (type == 200 ? 28 : 8);
      for (unsigned i = 0; i < reports; ++i) add(first + 24 * i, end);
    } else if (type == 205 || type == 206) {
      add(at + 8, end);
    }
    at += length;
  }
  return count;
}

}  // namespace mediad::session

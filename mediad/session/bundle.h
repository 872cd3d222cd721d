// Which media of a bundle a packet belongs to (RFC 9143 §9.2): by its MID header extension, else by an SSRC that
// is known, else by a payload type that only one media has. RTCP goes by the SSRC of its author, then by the SSRCs
// that it reports about, which are ours.
//
// Learns the SSRCs of packets that were told apart otherwise; bounded, the oldest is forgotten. Only authenticated
// packets may be asked about. One thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "mediad/rtp/header.h"
#include "mediad/session/state.h"

namespace mediad::session {

class BundleDemultiplexer {
 public:
  static constexpr size_t kSources = 64;

  // Starts anew; what was learned of SSRCs stays as long as their media are members.
  void Begin();
  // `extension`: id of the MID extension in what the party sends, 0 = none.
  // `id`: what the media is known by from one Apply to the next; its position may change.
  void AddMember(MediaIndex media, uint32_t id, std::string mid, uint8_t extension,
                 std::span<const CodecEntry> codecs);
  void End();

  // kNoMedia: no member claims it.
  MediaIndex OnRtp(const rtp::HeaderView& header);
  // Packets with that SSRC were told apart elsewhere: they are of `media`, a member.
  void OnSource(uint32_t ssrc, MediaIndex media) {
    if (Find(ssrc) != media) Learn(ssrc, media);
  }
  // `sends(media, ssrc)`: whether that SSRC is sent to the party as part of this media. The head if nobody knows.
  template <typename Sends>
  MediaIndex OnRtcp(std::span<const uint8_t> packet, Sends sends) const;

 private:
  static constexpr MediaIndex kSeveral = kNoMedia - 1;

  struct Member {
    MediaIndex media;
    uint32_t id;
    std::string mid;
    uint8_t extension;
  };
  struct Source {
    uint32_t ssrc = 0;
    uint32_t id = 0;  // of its media; 0: unused
  };
  // SSRCs in one compound: its author, and whom it is about. At most 32.
  static size_t SsrcsOf(std::span<const uint8_t> packet, std::array<uint32_t, 32>* ssrcs);

  const Member* MemberOf(uint32_t id) const;
  MediaIndex Find(uint32_t ssrc) const;
  void Learn(uint32_t ssrc, MediaIndex media);

  std::vector<Member> members_;
  std::array<MediaIndex, 128> by_payload_type_;  // kSeveral: more than one media has it
  std::array<Source, kSources> sources_;
  size_t next_source_ = 0;
};

template <typename Sends>
MediaIndex BundleDemultiplexer::OnRtcp(std::span<const uint8_t> packet, Sends sends) const {
  std::array<uint32_t, 32> ssrcs;
  const size_t count = SsrcsOf(packet, &ssrcs);
  for (size_t i = 0; i < count; ++i) {
    if (const MediaIndex media = Find(ssrcs[i]); media != kNoMedia) return media;
    for (const Member& member : members_) {
      if (sends(member.media, ssrcs[i])) return member.media;
    }
  }
  return members_.empty() ? kNoMedia : members_.front().media;
}

}  // namespace mediad::session

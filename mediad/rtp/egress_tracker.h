// What was sent to one media, per SSRC: counters and where the stream is. What is reported of it, and what sender
// reports of our own say.
//
// Not a measurement: losses and jitter are those of the ingress (ingress_tracker.h). Bounded: the 16 most recently
// used SSRCs, newest first. One tracker belongs to one media and one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "mediad/rtp/header.h"
#include "mediad/rtp/recent_sources.h"
#include "rtpengine/v1/session.pb.h"

namespace mediad::rtp {

struct SentSource {
  uint32_t ssrc = 0;
  uint32_t last_timestamp = 0;
  uint32_t highest_sequence = 0;  // extended
  uint64_t packets = 0;
  uint64_t bytes = 0;             // RTP header included
};

class EgressTracker {
 public:
  static constexpr size_t kMaxSources = 16;

  // Accounts for one packet of `bytes` octets sent. No allocation unless the SSRC is new.
  void OnPacket(const HeaderView& packet, size_t bytes);
  // RTCP of this author was sent: listed with zeros if it is nothing more.
  void OnRtcpAuthor(uint32_t ssrc) { sources_.Use(ssrc); }
  // Somebody else (the kernel) sent that much since it last said so.
  void Add(uint32_t ssrc, uint64_t packets, uint64_t bytes, uint16_t highest_sequence, uint32_t timestamp);
  // The last packet could not be sent.
  void Undo(size_t bytes);

  std::span<const SentSource> sources() const { return sources_.entries(); }  // last used first

  void Prefetch() const { sources_.Prefetch(); }  // a packet is coming

 private:
  RecentSources<SentSource, kMaxSources> sources_;
};

void Fill(const SentSource& source, rtpengine::v1::SsrcStatistics* statistics);

}  // namespace mediad::rtp

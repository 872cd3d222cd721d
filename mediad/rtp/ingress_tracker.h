// What one media has received, per SSRC: counters, extended sequence numbers, losses, jitter.
//
// Not the quality that the peers report (../rtcp/quality.h): this is measured from the packets
// themselves (RFC 3550 §6.4.1, appendix A). One tracker belongs to one media and one thread.
//
// Bounded: the 16 most recently used SSRCs. A seventeenth replaces the one unused for the longest
// time, whose numbers are lost; evicted() counts that. Sources are kept in the order of last use,
// newest first.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "mediad/rtp/header.h"
#include "mediad/rtp/recent_sources.h"
#include "rtpengine/v1/session.pb.h"

namespace mediad::rtp {

inline constexpr uint8_t kNoPayloadType = 128;

struct Source {
  uint32_t ssrc = 0;
  uint32_t last_timestamp = 0;
  uint64_t packets = 0;
  uint64_t bytes = 0;
  uint64_t received_bits = 0;     // bit n: sequence number highest - n was received
  uint32_t highest_sequence = 0;  // extended: cycles << 16 | sequence number
  uint32_t transit = 0;           // arrival minus timestamp, in timestamp units
  uint32_t jitter_16 = 0;         // RFC 3550 §A.8: 16 times the jitter, in timestamp units
  uint32_t clock_rate = 0;        // the one jitter was measured with
  uint32_t lost = 0;
  uint32_t duplicates = 0;
  uint32_t reordered = 0;
  uint32_t sequence_resets = 0;
  uint8_t last_payload_type = kNoPayloadType;  // kNoPayloadType: no RTP yet, known from RTCP only

  uint32_t jitter_ms() const;
};

// What somebody else (the kernel) received of an SSRC since it last said so.
struct Elsewhere {
  uint32_t ssrc = 0;
  uint64_t packets = 0;            // 0: nothing is taken over
  uint64_t bytes = 0;
  int64_t lost = 0;                // < 0: what was counted as lost has come
  uint64_t duplicates = 0;
  uint64_t reordered = 0;
  uint64_t resets = 0;
  std::optional<uint16_t> first_sequence;  // set in the first of its reports
  uint16_t highest_sequence = 0;
  uint32_t last_timestamp = 0;
  uint8_t last_payload_type = 0;
  uint32_t jitter = 0;             // in units of clock_rate
  uint32_t clock_rate = 0;         // Hz; 0: jitter was not measured
  std::chrono::nanoseconds last{0};  // monotonic, of the last packet
};

// Of all sources together, the evicted ones too.
struct SequenceTotals {
  int64_t lost = 0;  // fewer when late ones come
  uint64_t duplicates = 0;
  uint64_t skips = 0;  // times that packets were missing
  uint64_t resets = 0;
  uint64_t reordered = 0;
};

class IngressTracker {
 public:
  static constexpr size_t kMaxSources = 16;

  // Accounts for one packet of `bytes` octets. `clock_rate` 0 = unknown: jitter is not measured.
  // No allocation unless the SSRC is new. ≤ 15 ns.
  void OnPacket(const HeaderView& packet, size_t bytes, uint32_t clock_rate,
                std::chrono::nanoseconds now);
  // Adds what was received elsewhere; OnPacket goes on behind it.
  void Add(const Elsewhere& received);
  // An SSRC that only RTCP named as an author: listed with zeros.
  void OnRtcpAuthor(uint32_t ssrc);

  const Source* Find(uint32_t ssrc) const;                      // nullptr: unknown
  std::span<const Source> sources() const { return sources_.entries(); }  // last used first
  // What there was since the last call. A late packet whose loss was told already is made up for by the next loss.
  SequenceTotals TakeSequenceTotals();
  uint64_t evicted() const { return sources_.evicted(); }
  // kNoPayloadType before the first packet.
  uint8_t last_payload_type() const { return last_payload_type_; }

  void Prefetch() const { sources_.Prefetch(); }  // a packet is coming

 private:
  RecentSources<Source, kMaxSources> sources_;
  uint8_t last_payload_type_ = kNoPayloadType;
  SequenceTotals totals_;
};

// Everything but the quality fields.
void Fill(const Source& source, rtpengine::v1::SsrcStatistics* statistics);

}  // namespace mediad::rtp

// Per-SSRC accounting; see ingress_tracker.h.
#include "mediad/rtp/ingress_tracker.h"

#include <algorithm>
#include <utility>

namespace mediad::rtp {
namespace {

// RFC 3550 §A.1: a jump ahead of this many packets or more is a restarted sequence, not a loss.
constexpr uint16_t kMaxDropout = 3000;
// How far back a late packet is recognised; the width of Source::received_bits.
constexpr uint16_t kReorderWindow = 64;

void StartSequence(Source& source, uint16_t sequence) {
  source.highest_sequence = sequence;
  source.received_bits = 1;
}

// `step` sequence numbers on, where one was due.
void OnGap(Source& source, uint16_t step, SequenceTotals& totals) {
  if (step == 1) return;
  source.lost += step - 1u;
  totals.lost += step - 1;
  ++totals.skips;
}

void OnAhead(Source& source, uint16_t step, SequenceTotals& totals) {
  OnGap(source, step, totals);
  source.highest_sequence += step;  // carries into the cycles
  source.received_bits = step < kReorderWindow ? source.received_bits << step | 1 : 1;
}

void OnLate(Source& source, uint16_t behind, SequenceTotals& totals) {
  const uint64_t bit = uint64_t{1} << behind;
  if ((source.received_bits & bit) != 0) {
    ++source.duplicates;
    ++totals.duplicates;
    return;
  }
  source.received_bits |= bit;
  ++source.reordered;
  ++totals.reordered;
  // Before the first packet of the source nothing was counted as lost.
  if (source.lost == 0) return;
  --source.lost;
  --totals.lost;
}

void OnSequence(Source& source, uint16_t sequence, SequenceTotals& totals) {
  if (source.packets == 0) {
    StartSequence(source, sequence);
    return;
  }
  const uint16_t ahead = static_cast<uint16_t>(sequence - source.highest_sequence);
  const uint16_t behind = static_cast<uint16_t>(-ahead);
  if (ahead != 0 && ahead < kMaxDropout) {
    OnAhead(source, ahead, totals);
  } else if (behind < kReorderWindow) {
    OnLate(source, behind, totals);
  } else {
    ++source.sequence_resets;
    ++totals.resets;
    StartSequence(source, sequence);
  }
}

// RFC 3550 §A.8. A change of clock rate or a new sequence starts over without touching the
// estimate.
void OnTiming(Source& source, uint32_t timestamp, uint32_t clock_rate,
              std::chrono::nanoseconds now) {
  if (clock_rate == 0) {
    source.clock_rate = 0;
    return;
  }
  const uint64_t ns = static_cast<uint64_t>(now.count());
  // Seconds and the rest apart: the product of all nanoseconds and the rate would overflow.
  const uint64_t arrival =
      ns / 1'000'000'000 * clock_rate + ns % 1'000'000'000 * clock_rate / 1'000'000'000;
  const uint32_t transit = static_cast<uint32_t>(arrival) - timestamp;
  if (source.clock_rate == clock_rate) {
    const int32_t change = static_cast<int32_t>(transit - source.transit);
    const uint32_t distance =
        change < 0 ? 0u - static_cast<uint32_t>(change) : static_cast<uint32_t>(change);
    // More than a minute is a jump of the time stamps (hold, a new source), no jitter.
    if (distance < uint64_t{clock_rate} * 60) {
      source.jitter_16 += distance - ((source.jitter_16 + 8) >> 4);
    }
  }
  source.transit = transit;
  source.clock_rate = clock_rate;
}

}  // namespace

uint32_t Source::jitter_ms() const {
  if (clock_rate == 0) return 0;
  return static_cast<uint32_t>(uint64_t{jitter_16 >> 4} * 1000 / clock_rate);
}

void IngressTracker::OnPacket(const HeaderView& packet, size_t bytes, uint32_t clock_rate,
                              std::chrono::nanoseconds now) {
  Source& source = sources_.Use(packet.ssrc());
  const uint32_t highest_before = source.highest_sequence;
  const bool first = source.packets == 0;
  OnSequence(source, packet.sequence_number(), totals_);
  ++source.packets;
  source.bytes += bytes;
  // A late packet's time stamp and arrival say nothing about where the stream is now.
  if (first || source.highest_sequence != highest_before) {
    OnTiming(source, packet.timestamp(), clock_rate, now);
    source.last_timestamp = packet.timestamp();
  }
  source.last_payload_type = packet.payload_type();
  last_payload_type_ = packet.payload_type();
}

void IngressTracker::Add(const Elsewhere& received) {
  if (received.packets == 0) return;
  Source& source = sources_.Use(received.ssrc);
  if (source.packets == 0) {
    StartSequence(source, received.first_sequence.value_or(received.highest_sequence));
  } else if (received.first_sequence) {
    // What is missing between here and there.
    const auto ahead = static_cast<uint16_t>(*received.first_sequence - source.highest_sequence);
    if (ahead != 0 && ahead < kMaxDropout) OnGap(source, ahead, totals_);
  }
  if (received.resets != 0) {
    source.highest_sequence = received.highest_sequence;
  } else {
    const auto ahead = static_cast<uint16_t>(received.highest_sequence - source.highest_sequence);
    if (ahead < 0x8000) source.highest_sequence += ahead;  // carries into the cycles
  }
  source.received_bits = ~uint64_t{0};  // which are missing of the last ones is not known
  const int64_t lost = int64_t{source.lost} + received.lost;
  totals_.lost -= source.lost;
  source.lost = static_cast<uint32_t>(std::clamp<int64_t>(lost, 0, UINT32_MAX));
  totals_.lost += source.lost;
  if (received.lost > 0) ++totals_.skips;  // how often is not known
  totals_.duplicates += received.duplicates;
  totals_.reordered += received.reordered;
  totals_.resets += received.resets;
  source.packets += received.packets;
  source.bytes += received.bytes;
  source.duplicates += static_cast<uint32_t>(received.duplicates);
  source.reordered += static_cast<uint32_t>(received.reordered);
  source.sequence_resets += static_cast<uint32_t>(received.resets);
  source.last_timestamp = received.last_timestamp;
  source.last_payload_type = received.last_payload_type;
  last_payload_type_ = received.last_payload_type;
  source.clock_rate = 0;
  if (received.clock_rate == 0) return;
  // Where the stream is now: OnTiming starts from here.
  OnTiming(source, received.last_timestamp, received.clock_rate, received.last);
  source.jitter_16 = received.jitter << 4;
}

SequenceTotals IngressTracker::TakeSequenceTotals() {
  SequenceTotals taken = std::exchange(totals_, {});
  totals_.lost = std::min<int64_t>(taken.lost, 0);
  taken.lost -= totals_.lost;
  return taken;
}

void IngressTracker::OnRtcpAuthor(uint32_t ssrc) { sources_.Use(ssrc); }

const Source* IngressTracker::Find(uint32_t ssrc) const {
  for (const Source& source : sources()) {
    if (source.ssrc == ssrc) return &source;
  }
  return nullptr;
}

void Fill(const Source& source, rtpengine::v1::SsrcStatistics* statistics) {
  statistics->set_ssrc(source.ssrc);
  statistics->set_packets(source.packets);
  statistics->set_bytes(source.bytes);
  statistics->set_last_timestamp(source.last_timestamp);
  statistics->set_last_sequence(source.highest_sequence);
  statistics->set_last_payload_type(source.last_payload_type);
  statistics->set_lost(source.lost);
  statistics->set_duplicates(source.duplicates);
  statistics->set_reordered(source.reordered);
  statistics->set_sequence_resets(source.sequence_resets);
  statistics->set_jitter_measured_ms(source.jitter_ms());
}

}  // namespace mediad::rtp

#include "mediad/relay/interface_traffic.h"

namespace mediad::relay {

void InterfaceTraffic::Count(Samples* samples, const rtcp::QualitySums::Sum& sum) {
  Add(&samples->sum, sum.sum);
  Add(&samples->squares, sum.squares);
  Add(&samples->samples, sum.samples);
}

void InterfaceTraffic::CountQuality(const rtcp::QualitySums& sums) {
  Count(&mos_, sums.mos);
  Count(&jitter_, sums.jitter_ms);
  Count(&round_trip_time_, sums.round_trip_time_us);
  Count(&round_trip_time_leg_, sums.round_trip_time_leg_us);
  Count(&packet_loss_, sums.packet_loss_percent);
}

void InterfaceTraffic::CountSequence(const rtp::SequenceTotals& totals) {
  Add(&sequence_.lost, static_cast<uint64_t>(totals.lost));
  Add(&sequence_.duplicates, totals.duplicates);
  Add(&sequence_.skips, totals.skips);
  Add(&sequence_.resets, totals.resets);
  Add(&sequence_.reordered, totals.reordered);
}

void InterfaceTraffic::AddTo(const Direction& direction, rtpengine::v1::Counters* out) {
  constexpr auto kOrder = std::memory_order_relaxed;
  out->set_packets(out->packets() + direction.packets.load(kOrder));
  out->set_bytes(out->bytes() + direction.bytes.load(kOrder));
  out->set_errors(out->errors() + direction.errors.load(kOrder));
}

void InterfaceTraffic::AddTo(const Samples& samples, rtpengine::v1::SampleTotals* out) {
  constexpr auto kOrder = std::memory_order_relaxed;
  out->set_sum(out->sum() + samples.sum.load(kOrder));
  out->set_sum_of_squares(out->sum_of_squares() + samples.squares.load(kOrder));
  out->set_samples(out->samples() + samples.samples.load(kOrder));
}

void InterfaceTraffic::AddTo(rtpengine::v1::InterfaceLoad* out) const {
  AddTo(ingress_, out->mutable_ingress());
  AddTo(egress_, out->mutable_egress());
  rtpengine::v1::QualityTotals* quality = out->mutable_quality();
  AddTo(mos_, quality->mutable_mos());
  AddTo(jitter_, quality->mutable_jitter());
  AddTo(round_trip_time_, quality->mutable_round_trip_time());
  AddTo(round_trip_time_leg_, quality->mutable_round_trip_time_leg());
  AddTo(packet_loss_, quality->mutable_packet_loss());
  constexpr auto kOrder = std::memory_order_relaxed;
  rtpengine::v1::SequenceTotals* sequence = quality->mutable_sequence();
  sequence->set_lost(sequence->lost() + sequence_.lost.load(kOrder));
  sequence->set_duplicates(sequence->duplicates() + sequence_.duplicates.load(kOrder));
  sequence->set_skips(sequence->skips() + sequence_.skips.load(kOrder));
  sequence->set_resets(sequence->resets() + sequence_.resets.load(kOrder));
  sequence->set_reordered(sequence->reordered() + sequence_.reordered.load(kOrder));
}

}  // namespace mediad::relay

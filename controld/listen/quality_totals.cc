#include "controld/listen/quality_totals.h"

namespace controld::listen {

namespace v1 = rtpengine::v1;

namespace {

void Add(const v1::SampleTotals& from, v1::SampleTotals* to) {
  to->set_sum(to->sum() + from.sum());
  to->set_sum_of_squares(to->sum_of_squares() + from.sum_of_squares());
  to->set_samples(to->samples() + from.samples());
}

}  // namespace

void Add(const v1::QualityTotals& from, v1::QualityTotals* to) {
  Add(from.mos(), to->mutable_mos());
  Add(from.jitter(), to->mutable_jitter());
  Add(from.round_trip_time(), to->mutable_round_trip_time());
  Add(from.round_trip_time_leg(), to->mutable_round_trip_time_leg());
  Add(from.packet_loss(), to->mutable_packet_loss());
  const v1::SequenceTotals& more = from.sequence();
  v1::SequenceTotals* sum = to->mutable_sequence();
  sum->set_lost(sum->lost() + more.lost());
  sum->set_duplicates(sum->duplicates() + more.duplicates());
  sum->set_skips(sum->skips() + more.skips());
  sum->set_resets(sum->resets() + more.resets());
  sum->set_reordered(sum->reordered() + more.reordered());
}

}  // namespace controld::listen

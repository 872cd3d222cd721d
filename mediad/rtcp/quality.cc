// See quality.h.
#include "mediad/rtcp/quality.h"

#include <algorithm>
#include <utility>

namespace mediad::rtcp {
namespace {

using std::chrono::nanoseconds;

constexpr int64_t kMaxRoundTripUs = 10'000'000;  // longer ones are a wrong clock
constexpr nanoseconds kSampleSpacing = std::chrono::seconds(1);
constexpr int64_t kProgressionEntries = 10;  // about that many are shown

// `delay` in 1/65536 s. 0: not a plausible round-trip time.
uint32_t RoundTripUs(nanoseconds relayed_at, nanoseconds now, uint32_t delay) {
  const int64_t elapsed_us =
      std::chrono::duration_cast<std::chrono::microseconds>(now - relayed_at).count();
  const int64_t round_trip_us = elapsed_us - (int64_t{delay} * 1'000'000 >> 16);
  if (round_trip_us <= 0 || round_trip_us > kMaxRoundTripUs) return 0;
  return static_cast<uint32_t>(round_trip_us);
}

void FillQuality(const QualitySample& sample, rtpengine::v1::Quality* out) {
  out->set_mos(sample.mos);
  out->set_round_trip_time_us(sample.round_trip_time_us);
  out->set_round_trip_time_leg_us(sample.round_trip_time_leg_us);
  out->set_jitter_ms(sample.jitter_ms);
  out->set_packet_loss_percent(sample.packet_loss_percent);
  if (sample.reported_at_unix != 0) out->set_reported_at_unix(sample.reported_at_unix);
}

}  // namespace

void QualityCollector::ReportRing::Add(uint32_t ntp_middle, nanoseconds at) {
  reports[next] = {ntp_middle, at};
  next = static_cast<uint8_t>((next + 1u) % kReports);
  used = static_cast<uint8_t>(std::min<size_t>(used + 1u, kReports));
}

std::optional<nanoseconds> QualityCollector::ReportRing::Find(uint32_t ntp_middle) const {
  // Newest first: a sender that repeats a time stamp means the last one.
  for (size_t age = 1; age <= used; ++age) {
    const RelayedReport& report = reports[(next + kReports - age) % kReports];
    if (report.ntp_middle == ntp_middle) return report.at;
  }
  return std::nullopt;
}

QualityCollector::Entry* QualityCollector::Find(uint32_t ssrc) {
  return const_cast<Entry*>(static_cast<const QualityCollector*>(this)->Find(ssrc));
}

const QualityCollector::Entry* QualityCollector::Find(uint32_t ssrc) const {
  for (const Entry& entry : entries_) {
    if (entry.ssrc == ssrc) return &entry;
  }
  return nullptr;
}

QualityCollector::Entry& QualityCollector::Use(uint32_t ssrc) {
  Entry* entry = Find(ssrc);
  if (entry == nullptr) {
    if (entries_.size() < kMaxSources) {
      entry = &entries_.emplace_back();
    } else {
      entry = &*std::min_element(
          entries_.begin(), entries_.end(),
          [](const Entry& a, const Entry& b) { return a.last_use < b.last_use; });
      *entry = Entry{};
    }
    entry->ssrc = ssrc;
  }
  entry->last_use = ++uses_;
  return *entry;
}

void QualityCollector::OnCompound(std::span<const uint8_t> datagram, ClockRates clock_rates,
                                  const base::Now& now) {
  CompoundReader reader(datagram);
  PacketView packet;
  while (reader.Next(&packet)) {
    const std::optional<uint32_t> author = packet.author();
    if (!author) continue;
    if (const auto info = packet.sender_info()) OnSenderReport(*author, info->ntp_time, now);
    for (unsigned i = 0; i < packet.report_count(); ++i) {
      const ReportBlock block = packet.report(i);
      OnReceiverReport(*author, block, clock_rates(block.ssrc), now);
    }
    ExtendedReportReader extended(packet);
    while (extended.Next()) {
      if (const auto time = extended.reference_time()) OnReferenceTime(*author, *time, now);
      for (unsigned i = 0; i < extended.delay_count(); ++i) {
        OnDelaySinceLastReceiverReport(*author, extended.delay(i), now);
      }
    }
  }
}

void QualityCollector::OnSenderReport(uint32_t author, uint64_t ntp_time, const base::Now& now) {
  Use(author).sender_reports.Add(NtpMiddle(ntp_time), now.monotonic);
}

void QualityCollector::OnReferenceTime(uint32_t author, uint64_t ntp_time, const base::Now& now) {
  Use(author).reference_times.Add(NtpMiddle(ntp_time), now.monotonic);
}

void QualityCollector::OnDelaySinceLastReceiverReport(uint32_t /*author*/,
                                                      const DelaySinceLastReceiverReport& block,
                                                      const base::Now& now) {
  if (block.last_receiver_report == 0 || block.delay == 0) return;
  Entry* subject = Find(block.ssrc);
  if (subject == nullptr) return;
  const auto relayed_at = subject->reference_times.Find(block.last_receiver_report);
  if (!relayed_at) return;
  const uint32_t round_trip = RoundTripUs(*relayed_at, now.monotonic, block.delay);
  if (round_trip != 0) subject->extended_round_trip_us = round_trip;
}

void QualityCollector::OnReceiverReport(uint32_t author, const ReportBlock& block,
                                        std::optional<uint32_t> clock_rate, const base::Now& now) {
  if (block.last_sender_report == 0 || block.delay_since_last_sender_report == 0) return;
  if (!clock_rate || *clock_rate == 0) return;

  uint32_t leg_us = 0;
  uint32_t opposite_us = 0;
  uint32_t extended_us = 0;
  if (const Entry* subject = Find(block.ssrc)) {
    opposite_us = subject->leg_round_trip_us;
    extended_us = subject->extended_round_trip_us;
    if (const auto relayed_at = subject->sender_reports.Find(block.last_sender_report)) {
      leg_us = RoundTripUs(*relayed_at, now.monotonic, block.delay_since_last_sender_report);
    }
  }
  Entry& entry = Use(author);
  if (leg_us != 0) entry.leg_round_trip_us = leg_us;
  if (entry.last_sample_at && now.monotonic - *entry.last_sample_at < kSampleSpacing) return;
  entry.last_sample_at = now.monotonic;

  QualitySample sample;
  sample.round_trip_time_leg_us = leg_us;
  if (extended_us != 0) {
    sample.round_trip_time_us = extended_us;
  } else if (leg_us != 0 && opposite_us != 0) {
    sample.round_trip_time_us = leg_us + opposite_us;
  }
  sample.jitter_ms = static_cast<uint32_t>(
      std::min<uint64_t>(uint64_t{block.jitter} * 1000 / *clock_rate, UINT32_MAX));
  sample.packet_loss_percent = uint32_t{block.fraction_lost} * 100 / 256;
  sample.reported_at_unix = now.unix_s();
  if (options_.listening_quality || sample.round_trip_time_us != 0) {
    sample.mos = MosTimes10(options_.formula, {sample.round_trip_time_us, sample.jitter_ms,
                                               sample.packet_loss_percent, *clock_rate});
  }
  AddSample(entry, sample);
}

void QualityCollector::AddSample(Entry& entry, const QualitySample& sample) {
  entry.last = sample;
  sums_.jitter_ms.Add(sample.jitter_ms);
  sums_.round_trip_time_us.Add(sample.round_trip_time_us);
  sums_.round_trip_time_leg_us.Add(sample.round_trip_time_leg_us);
  sums_.packet_loss_percent.Add(sample.packet_loss_percent);
  if (sample.mos != 0) {
    sums_.mos.Add(sample.mos / 10.0);
    if (entry.samples == 0 || sample.mos < entry.lowest.mos) entry.lowest = sample;
    if (entry.samples == 0 || sample.mos > entry.highest.mos) entry.highest = sample;
    ++entry.samples;
    entry.sum_mos += sample.mos;
    entry.sum_round_trip_us += sample.round_trip_time_us;
    entry.sum_leg_us += sample.round_trip_time_leg_us;
    entry.sum_jitter_ms += sample.jitter_ms;
    entry.sum_loss += sample.packet_loss_percent;
  }
  std::vector<QualitySample>& kept = entry.progression;
  if (!kept.empty() &&
      sample.reported_at_unix - kept.back().reported_at_unix < entry.progression_spacing_s) {
    return;
  }
  if (kept.size() == kMaxSamples) {
    // Every second one goes, and from now on samples are kept half as often.
    for (size_t i = 0; i < kMaxSamples / 2; ++i) kept[i] = kept[2 * i];
    kept.resize(kMaxSamples / 2);
    const int64_t span = sample.reported_at_unix - kept.front().reported_at_unix;
    entry.progression_spacing_s =
        std::max<int64_t>(span / static_cast<int64_t>(kMaxSamples / 2), 1);
  }
  kept.push_back(sample);
}

void QualityCollector::Fill(uint32_t ssrc, rtpengine::v1::SsrcStatistics* statistics) const {
  const Entry* entry = Find(ssrc);
  if (entry == nullptr || entry->samples == 0) return;
  statistics->set_samples(entry->samples);
  QualitySample average;
  const auto mean = [entry](uint64_t sum) { return static_cast<uint32_t>(sum / entry->samples); };
  average.mos = mean(entry->sum_mos);
  average.round_trip_time_us = mean(entry->sum_round_trip_us);
  average.round_trip_time_leg_us = mean(entry->sum_leg_us);
  average.jitter_ms = mean(entry->sum_jitter_ms);
  average.packet_loss_percent = mean(entry->sum_loss);
  FillQuality(average, statistics->mutable_average());
  FillQuality(entry->lowest, statistics->mutable_lowest());
  FillQuality(entry->highest, statistics->mutable_highest());

  const std::vector<QualitySample>& kept = entry->progression;
  const int64_t interval =
      (kept.back().reported_at_unix - kept.front().reported_at_unix) / kProgressionEntries;
  statistics->set_progression_interval_s(static_cast<uint32_t>(std::max<int64_t>(interval, 0)));
  int64_t next_at = kept.front().reported_at_unix;
  for (const QualitySample& sample : kept) {
    if (sample.reported_at_unix < next_at) continue;
    FillQuality(sample, statistics->add_progression());
    next_at = sample.reported_at_unix + interval;
  }
}

std::optional<QualitySums> QualityCollector::TakeSums() {
  if (sums_.jitter_ms.samples == 0) return std::nullopt;
  return std::exchange(sums_, QualitySums());
}

std::optional<QualitySample> QualityCollector::Last(uint32_t ssrc) const {
  const Entry* entry = Find(ssrc);
  if (entry == nullptr || !entry->last_sample_at) return std::nullopt;
  return entry->last;
}

}  // namespace mediad::rtcp

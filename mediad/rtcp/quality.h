// Call quality out of the parties' own RTCP reports (media.md §7.2): one collector per session.
//
// Sans-IO: it is told of the reports that were relayed and when. Not a measurement of our own
// (../rtp/ingress_tracker.h). One thread. Bounded: 32 SSRCs, the one unused longest is replaced;
// eight sender reports and 20 samples each.
//
// Round-trip time of a leg: the moment a report came in, minus the moment we relayed the sender
// report it names (LSR), minus the time the party says it held it (DLSR). End to end: this leg's
// plus the last known of the leg of the SSRC reported about. Samples belong to the SSRC of the
// report's author.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "absl/functional/function_ref.h"
#include "mediad/rtcp/mos.h"
#include "mediad/rtcp/packet.h"
#include "proto/base/clock.h"
#include "rtpengine/v1/session.pb.h"

namespace mediad::rtcp {

struct QualityOptions {
  bool listening_quality =
      false;  // LQ: a score without a round-trip time counts it as 0; else CQ: no score
  MosFormula formula = MosFormula::kG107;
};

struct QualitySample {
  uint32_t mos = 0;  // times 10; 0 = none
  uint32_t round_trip_time_us = 0;
  uint32_t round_trip_time_leg_us = 0;
  uint32_t jitter_ms = 0;
  uint32_t packet_loss_percent = 0;
  int64_t reported_at_unix = 0;
};

// What samples add to the worker's totals.
struct QualitySums {
  struct Sum {
    double sum = 0;
    double squares = 0;
    uint64_t samples = 0;
    void Add(double value) {
      sum += value;
      squares += value * value;
      ++samples;
    }
  };
  Sum mos, jitter_ms, round_trip_time_us, round_trip_time_leg_us, packet_loss_percent;
};

class QualityCollector {
 public:
  static constexpr size_t kMaxSources = 32;
  // The clock rate of what an SSRC sends: nullopt or 0 = no (known) payload type seen from it yet.
  using ClockRates = absl::FunctionRef<std::optional<uint32_t>(uint32_t ssrc)>;

  explicit QualityCollector(const QualityOptions& options) : options_(options) {}

  // A whole datagram, at the moment it is relayed: calls what is below.
  void OnCompound(std::span<const uint8_t> datagram, ClockRates clock_rates, const base::Now& now);

  void OnSenderReport(uint32_t author, uint64_t ntp_time, const base::Now& now);
  void OnReceiverReport(uint32_t author, const ReportBlock& block,
                        std::optional<uint32_t> clock_rate, const base::Now& now);
  // XR: RRTR and DLRR (RFC 3611 §4.4, §4.5).
  void OnReferenceTime(uint32_t author, uint64_t ntp_time, const base::Now& now);
  void OnDelaySinceLastReceiverReport(uint32_t author, const DelaySinceLastReceiverReport& block,
                                      const base::Now& now);

  // Adds the quality fields, if there is any quality for this SSRC.
  void Fill(uint32_t ssrc, rtpengine::v1::SsrcStatistics* statistics) const;
  // What came since the last call; nullopt: nothing. Cheap when there is nothing.
  std::optional<QualitySums> TakeSums();
  // The last sample of this SSRC, with or without a score.
  std::optional<QualitySample> Last(uint32_t ssrc) const;

 private:
  static constexpr size_t kReports = 8;
  static constexpr size_t kMaxSamples =
      20;  // thinned out when reached, so that the whole call is covered

  struct RelayedReport {
    uint32_t ntp_middle = 0;
    std::chrono::nanoseconds at{0};
  };
  struct ReportRing {
    std::array<RelayedReport, kReports> reports;
    uint8_t used = 0;
    uint8_t next = 0;
    void Add(uint32_t ntp_middle, std::chrono::nanoseconds at);
    std::optional<std::chrono::nanoseconds> Find(uint32_t ntp_middle) const;
  };
  struct Entry {
    uint32_t ssrc = 0;
    uint64_t last_use = 0;
    ReportRing sender_reports;
    ReportRing reference_times;
    uint32_t leg_round_trip_us = 0;       // last known; 0 = unknown
    uint32_t extended_round_trip_us = 0;  // from XR DLRR about this SSRC; 0 = unknown
    std::optional<std::chrono::nanoseconds> last_sample_at;
    uint32_t samples = 0;  // with a score; the sums are over these
    uint64_t sum_mos = 0, sum_round_trip_us = 0, sum_leg_us = 0, sum_jitter_ms = 0, sum_loss = 0;
    QualitySample lowest, highest, last;
    std::vector<QualitySample> progression;  // oldest first
    int64_t progression_spacing_s = 0;       // entries kept are at least this far apart
  };

  Entry* Find(uint32_t ssrc);
  const Entry* Find(uint32_t ssrc) const;
  Entry& Use(uint32_t ssrc);
  void AddSample(Entry& entry, const QualitySample& sample);

  QualityOptions options_;
  uint64_t uses_ = 0;
  std::vector<Entry> entries_;
  QualitySums sums_;  // not taken yet
};

}  // namespace mediad::rtcp

// What went through one local address, as counted by one shard: the shard's thread writes, any thread reads.
//
// Relaxed atomics without read-modify-write: the writer is alone. Not here: which ports are in use (../ports).
#pragma once

#include <atomic>
#include <cstdint>

#include "mediad/rtcp/quality.h"
#include "mediad/rtp/ingress_tracker.h"
#include "rtpengine/v1/worker.pb.h"

namespace mediad::relay {

class InterfaceTraffic {
 public:
  void CountIngress(uint64_t size) { Count(&ingress_, size); }
  void CountEgress(uint64_t size) { Count(&egress_, size); }
  void CountIngressError() { Add(&ingress_.errors, uint64_t{1}); }
  void CountEgressError() { Add(&egress_.errors, uint64_t{1}); }
  // What the kernel did.
  void AddIngress(uint64_t packets, uint64_t bytes, uint64_t errors) { AddTo(packets, bytes, errors, &ingress_); }
  void AddEgress(uint64_t packets, uint64_t bytes, uint64_t errors) { AddTo(packets, bytes, errors, &egress_); }
  void CountQuality(const rtcp::QualitySums& sums);
  void CountSequence(const rtp::SequenceTotals& totals);

  // Adds to what `out` says already.
  void AddTo(rtpengine::v1::InterfaceLoad* out) const;

 private:
  struct Direction {
    std::atomic<uint64_t> packets{0}, bytes{0}, errors{0};
  };
  struct Samples {
    std::atomic<double> sum{0}, squares{0};
    std::atomic<uint64_t> samples{0};
  };

  template <typename Number>
  static void Add(std::atomic<Number>* counter, Number amount) {
    counter->store(counter->load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
  }
  static void Count(Direction* direction, uint64_t size) {
    Add(&direction->packets, uint64_t{1});
    Add(&direction->bytes, size);
  }
  static void AddTo(uint64_t packets, uint64_t bytes, uint64_t errors, Direction* direction) {
    Add(&direction->packets, packets);
    Add(&direction->bytes, bytes);
    Add(&direction->errors, errors);
  }
  static void Count(Samples* samples, const rtcp::QualitySums::Sum& sum);
  static void AddTo(const Direction& direction, rtpengine::v1::Counters* out);
  static void AddTo(const Samples& samples, rtpengine::v1::SampleTotals* out);

  struct Sequence {
    std::atomic<uint64_t> lost{0}, duplicates{0}, skips{0}, resets{0}, reordered{0};
  };

  Direction ingress_, egress_;
  Sequence sequence_;
  Samples mos_, jitter_, round_trip_time_, round_trip_time_leg_, packet_loss_;
};

}  // namespace mediad::relay

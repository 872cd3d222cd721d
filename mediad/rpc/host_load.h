// How busy the host and this process are: reading Linux' /proc texts, and rates from counters.
//
// Parsers take text and are pure; ReadHostSample is the only function that touches files. Not
// thread-safe where there is state.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "mediad/relay/engine.h"
#include "proto/base/clock.h"
#include "proto/base/cpu_ticks.h"
#include "rtpengine/v1/worker.pb.h"

namespace mediad::rpc {

// First field of /proc/loadavg.
std::optional<double> ParseLoadAverage(std::string_view proc_loadavg);
// Second field of /proc/self/statm times the page size.
std::optional<uint64_t> ParseResidentOctets(std::string_view proc_statm, uint64_t page_size);

struct HostSample {
  base::CpuTicks cpu;
  double load_average = 0;
  uint64_t resident_octets = 0;
};
// What cannot be read stays 0 (containers may hide it).
HostSample ReadHostSample();

// Everything but what is per second.
void SetKernelCounters(const relay::EngineTotals& totals, rtpengine::v1::KernelLoad* out);

// Turns samples, one about every second, into a LoadReport (without interfaces and state).
class LoadMeter {
 public:
  rtpengine::v1::LoadReport Report(const HostSample& host, const relay::EngineTotals& totals,
                                   base::Now now);

 private:
  void FillKernel(const relay::EngineTotals& totals, double seconds, rtpengine::v1::KernelLoad* out) const;

  bool primed_ = false;
  base::CpuTicks cpu_;
  relay::EngineTotals totals_;
  std::chrono::nanoseconds at_{0};
  double cpu_percent_ = 0;
};

}  // namespace mediad::rpc

// One write to Graphite (metrics-and-state.md §5): lines "<prefix><name> <value> <unix s>", LF. Pure; one thread.
//
// Names and their order are the reference's. What is "per interval" is the difference to the write before.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "controld/call/call_service.h"
#include "controld/call/settings.h"
#include "controld/listen/client_statistics.h"
#include "controld/listen/interval_statistics.h"
#include "rtpengine/v1/admin.pb.h"

namespace controld::exporting {

struct GraphiteSources {
  const call::Counters& calls;
  const listen::CommandTimes& times;
  listen::IntervalStatistics interval;
  call::SessionCounts sessions;
  std::vector<rtpengine::v1::WorkerInfo> workers;
};

class GraphiteLines {
 public:
  explicit GraphiteLines(std::string prefix) : prefix_(std::move(prefix)) {}

  std::string Write(const GraphiteSources& sources, int64_t now_unix);

 private:
  // Values that only grow, at the last write.
  struct Totals {
    uint64_t forced = 0, regular = 0, silent = 0, final = 0, offer = 0, timeout = 0, rejected = 0;
    uint64_t nobody = 0, one_way = 0, timed = 0;
    double duration_s = 0;
    uint64_t packets = 0, bytes = 0, errors = 0, kernel_packets = 0, kernel_bytes = 0, kernel_errors = 0;
  };
  static Totals TotalsOf(const GraphiteSources& sources);
  template <typename Value>
  void Line(const std::string& name, const Value& value);
  void Commands(const GraphiteSources& sources);
  void Sessions(const GraphiteSources& sources, const Totals& now);
  void Relayed(const Totals& now);
  void Ports(const std::vector<rtpengine::v1::WorkerInfo>& workers);

  const std::string prefix_;
  Totals last_;
  std::string end_;  // " <unix s>" and LF
  std::string out_;
};

}  // namespace controld::exporting

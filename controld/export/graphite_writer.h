// Writes to Graphite once per interval. Tick on one thread, at least once a second; never blocks.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "controld/export/graphite_lines.h"
#include "controld/listen/interval_statistics.h"
#include "controld/shard/fleet_host.h"
#include "controld/shard/shard_pool.h"
#include "proto/runtime/collector.h"

namespace controld::exporting {

class GraphiteWriter {
 public:
  struct Options {
    std::string prefix;
    std::chrono::seconds interval{1};
  };
  // All arguments outlive it; the shards end before it does.
  GraphiteWriter(std::unique_ptr<runtime::Collector> graphite, const Options& options, const call::Counters& calls,
                 listen::ClientStatistics& clients, shard::FleetHost& fleet, shard::ShardPool& shards);

  void Tick(std::chrono::nanoseconds now);
  listen::IntervalStatistics last() const { return sampler_.last(); }
  const runtime::Collector& graphite() const { return *graphite_; }

 private:
  void Write(const call::SessionCounts& sessions);

  const std::unique_ptr<runtime::Collector> graphite_;
  const call::Counters& calls_;
  listen::CommandTimes& times_;
  shard::FleetHost& fleet_;
  shard::ShardPool& shards_;
  listen::IntervalSampler sampler_;
  absl::Mutex mutex_;
  GraphiteLines lines_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace controld::exporting

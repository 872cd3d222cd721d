#include "controld/export/graphite_writer.h"

#include <utility>
#include <vector>

#include "proto/base/clock.h"

namespace controld::exporting {

GraphiteWriter::GraphiteWriter(std::unique_ptr<runtime::Collector> graphite, const Options& options,
                               const call::Counters& calls, listen::ClientStatistics& clients, shard::FleetHost& fleet,
                               shard::ShardPool& shards)
    : graphite_(std::move(graphite)),
      calls_(calls),
      times_(clients.times()),
      fleet_(fleet),
      shards_(shards),
      sampler_(times_, calls, options.interval, base::ReadClocks().monotonic),
      lines_(options.prefix) {}

void GraphiteWriter::Tick(std::chrono::nanoseconds now) {
  if (!sampler_.Tick(now)) return;
  shards_.Gather<call::SessionCounts>([](call::CallService& service) { return service.CountSessions(); },
                                      [this](const std::vector<call::SessionCounts>& answers) {
                                        call::SessionCounts sum;
                                        for (const call::SessionCounts& each : answers) sum += each;
                                        Write(sum);
                                      });
}

void GraphiteWriter::Write(const call::SessionCounts& sessions) {
  const absl::MutexLock lock(&mutex_);
  graphite_->Send(lines_.Write({calls_, times_, sampler_.last(), sessions, fleet_.Describe()},
                               base::ReadClocks().unix_s()));
}

}  // namespace controld::exporting

// The statistics tree of metrics-and-state.md §2, as NG's `statistics` and the CLI's `list jsonstats` show it:
// integers as integers, floating values as texts of six decimals.
//
// Not here: where the numbers come from (call/, listen/, the workers' load reports). What this program has no
// notion of (transcoding, measured loss) is 0 or empty because there is none. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/types/span.h"
#include "controld/call/settings.h"
#include "controld/listen/client_statistics.h"
#include "controld/listen/interval_statistics.h"
#include "controld/ng/value.h"
#include "rtpengine/v1/admin.pb.h"

namespace controld::listen {

struct StatisticsTreeSources {
  const call::Counters& calls;
  const ClientStatistics& clients;
  std::vector<rtpengine::v1::WorkerInfo> workers;  // with fresh load reports
  int64_t uptime_s = 0;
  std::optional<IntervalStatistics> interval = std::nullopt;  // only with Graphite
};

// The commands in the order in which statistics list them.
absl::Span<const ng::Command> CommandsInOrder();

ng::Dictionary BuildStatisticsTree(const StatisticsTreeSources& sources);

}  // namespace controld::listen

// Everything the controller tells others, by the options: what of it there is, and how much went out.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "controld/export/dtmf_teller.h"
#include "controld/export/graphite_writer.h"
#include "controld/export/ng_tracer.h"
#include "proto/base/options/parsed_options.h"

namespace controld::exporting {

struct Exports {
  std::unique_ptr<NgTracer> tracer;          // null: NG is not traced
  std::unique_ptr<DtmfTeller> dtmf;          // never null
  std::unique_ptr<GraphiteWriter> graphite;  // null: no Graphite; made by StartGraphite
};

// homer, homer-enable-ng, log-facility-dtmf, dtmf-log-dest, dtmf-log-ng-tcp. `notify` reaches the NG clients on TCP.
absl::StatusOr<Exports> MakeExports(const base::options::ParsedOptions& options,
                                    std::function<void(std::string message)> notify);

// graphite and its options. The other arguments outlive `exports`.
absl::Status StartGraphite(const base::options::ParsedOptions& options, const call::Counters& calls,
                           listen::ClientStatistics& clients, shard::FleetHost& fleet, shard::ShardPool& shards,
                           Exports* exports);

}  // namespace controld::exporting

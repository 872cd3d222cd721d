#include "controld/export/exports.h"

#include <algorithm>
#include <utility>

#include "proto/base/log.h"
#include "proto/runtime/homer.h"
#include "proto/runtime/resolve.h"

namespace controld::exporting {
namespace {

using base::options::ParsedOptions;

constexpr std::chrono::seconds kGraphitePatience{10};
constexpr std::chrono::seconds kGraphiteRetry{5};

absl::Status AddTracer(const ParsedOptions& options, Exports* exports) {
  if (options.String("homer").empty()) return absl::OkStatus();
  // A wrong address is wrong even if nothing goes there from here.
  if (!options.Bool("homer-enable-ng")) return runtime::ResolveOption(options, "homer").status();
  auto homer = runtime::ConnectHomer(options);
  if (!homer.ok()) return homer.status();
  exports->tracer =
      std::make_unique<NgTracer>(*std::move(homer), static_cast<uint32_t>(options.Int("homer-id")),
                                 static_cast<uint8_t>(options.Int("homer-ng-capture-proto")));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Exports> MakeExports(const ParsedOptions& options, std::function<void(std::string message)> notify) {
  Exports exports;
  if (absl::Status status = AddTracer(options, &exports); !status.ok()) return status;
  DtmfTeller::Ways ways;
  auto write_line = runtime::MakeRecordWriter(options, "log-facility-dtmf");
  if (!write_line.ok()) return write_line.status();
  ways.write_line = *std::move(write_line);
  if (!options.String("dtmf-log-dest").empty()) {
    const auto destination = runtime::ResolveOption(options, "dtmf-log-dest");
    if (!destination.ok()) return destination.status();
    ways.destination = *destination;
  }
  if (options.Bool("dtmf-log-ng-tcp")) ways.notify = std::move(notify);
  exports.dtmf = std::make_unique<DtmfTeller>(std::move(ways));
  return exports;
}

absl::Status StartGraphite(const ParsedOptions& options, const call::Counters& calls, listen::ClientStatistics& clients,
                           shard::FleetHost& fleet, shard::ShardPool& shards, Exports* exports) {
  if (options.String("graphite").empty()) return absl::OkStatus();
  const auto address = runtime::ResolveOption(options, "graphite");
  if (!address.ok()) return address.status();
  if (options.Int("graphite-interval") == 0) {
    base::log::Log(base::log::Severity::kWarning, base::log::Subsystem::kCore, {},
                   "Option graphite-interval is not set: Graphite is written to each second");
  }
  GraphiteWriter::Options writer;
  writer.prefix = options.String("graphite-prefix");
  writer.interval = std::chrono::seconds(std::max<int64_t>(1, options.Int("graphite-interval")));
  runtime::Collector::Options graphite;
  graphite.name = "Graphite";
  graphite.address = *address;
  graphite.tcp = true;
  graphite.policy.retry = kGraphiteRetry;
  const int64_t patience = options.Int("graphite-timeout");
  graphite.policy.patience = patience > 0 ? std::chrono::seconds(patience) : kGraphitePatience;
  auto collector = runtime::Collector::Start(graphite);
  if (!collector.ok()) return collector.status();
  exports->graphite =
      std::make_unique<GraphiteWriter>(*std::move(collector), writer, calls, clients, fleet, shards);
  return absl::OkStatus();
}

}  // namespace controld::exporting

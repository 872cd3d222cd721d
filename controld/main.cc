// rtpengine-controld: puts the controller's parts together and takes them down; no logic of its
// own.
//
// Order: settings, caches, fleet, shards, gRPC, NG; down in reverse, NG first. Media goes on when
// this process ends: calls live in the workers and come back from there.
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_format.h"
#include "controld/admin/admin_shell.h"
#include "controld/export/exports.h"
#include "controld/listen/ng_server.h"
#include "controld/listen/statistics_tree.h"
#include "controld/rpc/readiness.h"
#include "controld/rpc/rpc_server.h"
#include "controld/shard/fleet_host.h"
#include "controld/shard/shard_pool.h"
#include "controld/ng/templates.h"
#include "controld/start/listeners.h"
#include "controld/start/near_networks.h"
#include "proto/base/clock.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/runtime/credentials.h"
#include "proto/runtime/daemon.h"
#include "proto/runtime/event_loop.h"
#include "proto/runtime/processors.h"
#include "proto/runtime/records.h"
#include "proto/runtime/version.h"

namespace {

using base::options::ParsedOptions;

constexpr int64_t kDefaultShards = 4, kMostShards = 64;
constexpr auto kHousekeeping = std::chrono::milliseconds(100);
// How soon a network that was attached later is known.
constexpr auto kNetworkCheck = std::chrono::seconds(10);
constexpr auto kProcessorCheck = std::chrono::seconds(1);
// How long commands wait after a start for the first worker and the calls it holds.
constexpr auto kSettlePatience = std::chrono::seconds(2);

controld::fleet::HashKey MakeKey() {
  base::SystemRandom random;
  return {random.Next(), random.Next()};
}

controld::call::Settings MakeSettings(const ParsedOptions& options) {
  controld::call::Settings settings;
  settings.controller_name = options.String("controller-name");
  settings.software_id = options.String("software-id");
  settings.instance_id = absl::StrFormat("%012x", base::SystemRandom().Next() >> 16);
  settings.timeout_s = static_cast<int>(options.Int("timeout"));
  settings.silent_timeout_s = static_cast<int>(options.Int("silent-timeout"));
  settings.final_timeout_s = static_cast<int>(options.Int("final-timeout"));
  settings.offer_timeout_s = static_cast<int>(options.Int("offer-timeout"));
  settings.delete_delay_s = static_cast<int>(options.Int("delete-delay"));
  settings.max_sessions = options.Int("max-sessions");
  settings.max_load = options.Double("max-load");
  settings.max_cpu = options.Double("max-cpu");
  settings.max_bandwidth = options.Int("max-bandwidth");
  settings.tos = static_cast<int>(options.Int("tos"));
  settings.rtcp_interval_ms = static_cast<int>(options.Int("rtcp-interval"));
  settings.sip_source = options.Bool("sip-source");
  settings.reject_invalid_sdp = options.Bool("reject-invalid-sdp");
  settings.dtls_passive = options.Bool("dtls-passive");
  settings.save_interface_ports = options.Bool("save-interface-ports");
  settings.moh_attribute = options.String("moh-attr-name");
  settings.endpoint_learning = options.String("endpoint-learning");
  settings.ssrc_reporting = options.String("ssrc-reporting");
  settings.worker_lost_timeout_s = static_cast<int>(options.Int("worker-lost-timeout"));
  return settings;
}

controld::fleet::FleetSettings MakeFleetSettings(const controld::call::Settings& settings) {
  controld::fleet::FleetSettings fleet;
  fleet.controller_name = settings.controller_name;
  fleet.build = runtime::SoftwareId();
  fleet.boot_epoch = base::SystemRandom().Next();
  fleet.lost_timeout = std::chrono::seconds(settings.worker_lost_timeout_s);
  fleet.limits = {settings.max_load, settings.max_cpu, settings.max_bandwidth};
  return fleet;
}

controld::admin::Parameters MakeAdminParameters(const controld::call::Settings& settings,
                                                  const ParsedOptions& options) {
  controld::admin::Parameters out;
  out.timeout_s = settings.timeout_s;
  out.silent_timeout_s = settings.silent_timeout_s;
  out.final_timeout_s = settings.final_timeout_s;
  out.offer_timeout_s = settings.offer_timeout_s;
  out.delete_delay_s = settings.delete_delay_s;
  out.max_sessions = settings.max_sessions;
  out.max_cpu = settings.max_cpu;
  out.max_load = settings.max_load;
  out.max_bandwidth = settings.max_bandwidth;
  out.tos = settings.tos;
  out.control_tos = options.Int("control-tos");
  return out;
}

// What the admin interface may change, put where it takes effect.
controld::call::Settings WithParameters(controld::call::Settings settings,
                                        const controld::admin::Parameters& parameters) {
  settings.timeout_s = static_cast<int>(parameters.timeout_s);
  settings.silent_timeout_s = static_cast<int>(parameters.silent_timeout_s);
  settings.final_timeout_s = static_cast<int>(parameters.final_timeout_s);
  settings.offer_timeout_s = static_cast<int>(parameters.offer_timeout_s);
  settings.delete_delay_s = static_cast<int>(parameters.delete_delay_s);
  settings.max_sessions = parameters.max_sessions;
  return settings;
}

// The workers report first: the tree shows this moment, not the last second.
controld::listen::NgServer::Options::StatisticsSource MakeStatistics(
    const controld::call::Counters& counters, const controld::listen::ClientStatistics& clients,
    controld::shard::FleetHost& fleet, controld::shard::ShardPool& shards,
    const controld::exporting::Exports& exports) {
  const auto started = base::ReadClocks().monotonic;
  return [&counters, &clients, &fleet, &shards, &exports, started](auto done) {
    std::vector<std::string> attached;
    for (const auto& worker : fleet.Describe()) {
      if (worker.attached()) attached.push_back(worker.name());
    }
    shards.PingWorkers(std::move(attached), [&counters, &clients, &fleet, &exports, started,
                                             done = std::move(done)] {
      const auto uptime = base::ReadClocks().monotonic - started;
      controld::listen::StatisticsTreeSources sources{
          counters, clients, fleet.Describe(),
          std::chrono::duration_cast<std::chrono::seconds>(uptime).count()};
      if (exports.graphite != nullptr) sources.interval = exports.graphite->last();
      done(controld::listen::BuildStatisticsTree(sources));
    });
  };
}

size_t ShardCount(const ParsedOptions& options) {
  const int64_t threads = options.Int("num-threads");
  if (options.IsSet("num-threads")) {
    return static_cast<size_t>(std::clamp<int64_t>(threads, 1, kMostShards));
  }
  // Half the cores: the listener and gRPC have threads of their own.
  return static_cast<size_t>(std::clamp<int64_t>((threads + 1) / 2, 1, kDefaultShards));
}

runtime::ProcessFacts MakeFacts(const runtime::Daemon& daemon,
                                const controld::start::Listeners& listeners,
                                const std::string& access_warning) {
  runtime::ProcessFacts facts;
  facts.daemon = "controld";
  facts.name = daemon.options().String("controller-name");
  facts.started_unix = base::ReadClocks().unix_s();
  facts.listeners = listeners.descriptions();
  for (const std::string& address : daemon.options().List("listen-grpc")) {
    facts.listeners.push_back(base::StrCat("grpc ", address));
  }
  facts.warnings = daemon.warnings();
  if (!access_warning.empty()) facts.warnings.push_back(access_warning);
  return facts;
}

// A thread for what happens every 100 ms and nobody waits for.
class Housekeeper {
 public:
  // `processors`: null, or what keeps the threads together.
  Housekeeper(std::unique_ptr<runtime::EventLoop> loop, runtime::Processors* processors,
              controld::shard::FleetHost& fleet,
              controld::shard::ShardPool& shards, controld::listen::CookieCache& cookies,
              controld::listen::AccessControl& access, controld::exporting::GraphiteWriter* graphite)
      : loop_(std::move(loop)) {
    const auto give_up = base::ReadClocks().monotonic + kSettlePatience;
    loop_->Every(kHousekeeping, [this, &fleet, &shards, &cookies, graphite, give_up] {
      const auto now = base::ReadClocks().monotonic;
      fleet.Tick();
      cookies.Advance(now);
      if (graphite != nullptr) graphite->Tick(now);
      if (open_ || (now < give_up && !fleet.Settled())) return;
      open_ = true;
      shards.Open();
    });
    if (processors != nullptr) {
      loop_->Every(kProcessorCheck, [processors] { processors->Look(); });
    }
    loop_->Every(kNetworkCheck, [&access] { access.SetNear(controld::start::NearNetworks()); });
    thread_ = std::thread([this] { loop_->Run(); });
  }
  ~Housekeeper() {
    loop_->Stop();
    thread_.join();
  }

 private:
  std::unique_ptr<runtime::EventLoop> loop_;
  bool open_ = false;
  std::thread thread_;
};

// SIGHUP: certificates and access rules. What cannot be read leaves the old one in force.
void Reload(const ParsedOptions& fresh, controld::listen::AccessControl& access,
            controld::listen::StreamListener& streams) {
  const auto complain = [](const absl::Status& status) {
    base::log::Log(base::log::Severity::kError, base::log::Subsystem::kCore, {},
                   "Not taken up: ", base::Message(status));
  };
  auto rules = controld::start::ReadAccessRules(fresh);
  if (rules.ok()) {
    access.SetRules(*std::move(rules));
  } else {
    complain(rules.status());
  }
  const absl::Status certificate = streams.ReloadCertificate();
  if (!certificate.ok()) complain(certificate);
}

// Everything between a good start of the shell and its end; the exit status.
int Serve(runtime::Daemon& daemon) {
  const ParsedOptions& options = daemon.options();
  std::optional<runtime::Processors> processors;  // before there are threads: they inherit
  if (!options.Bool("spread-threads")) processors.emplace();
  controld::call::Settings settings = MakeSettings(options);
  if (settings.controller_name.empty()) {
    return daemon.Fail(absl::InvalidArgumentError("Option controller-name must not be empty"));
  }
  auto call_records = runtime::MakeRecordWriter(options, "log-facility-cdr");
  if (!call_records.ok()) return daemon.Fail(call_records.status());
  settings.write_call_record = *std::move(call_records);
  auto templates = controld::ng::ReadTemplates(options);
  if (!templates.ok()) return daemon.Fail(templates.status());
  auto rules = controld::start::ReadAccessRules(options);
  if (!rules.ok()) return daemon.Fail(rules.status());
  auto listeners = controld::start::BindListeners(options);
  if (!listeners.ok()) return daemon.Fail(listeners.status());
  const std::string warning = controld::start::AccessWarning(*listeners, *rules);
  if (!warning.empty()) {
    base::log::Log(base::log::Severity::kWarning, base::log::Subsystem::kCore, {}, warning);
  }
  auto loop = runtime::EventLoop::Create();
  if (!loop.ok()) return daemon.Fail(loop.status());
  auto exports = controld::exporting::MakeExports(
      options, [&listeners](std::string message) { listeners->streams->Notify(std::move(message)); });
  if (!exports.ok()) return daemon.Fail(exports.status());
  settings.report_dtmf = exports->dtmf->wants_all();
  settings.tell_dtmf = [to = exports->dtmf.get()](const auto& report) { to->Tell(report); };

  const controld::fleet::HashKey key = MakeKey();
  controld::call::Counters counters;
  controld::listen::CookieCache cookies(MakeKey(), base::ReadClocks().monotonic);
  controld::listen::ClientStatistics clients(MakeKey());
  grpc::ServerBuilder builder;
  // All gRPC of this process. Outlives the shards: they hold answers that are still to be given.
  runtime::CompletionLoop grpc_loop(builder.AddCompletionQueue());
  controld::shard::FleetHost fleet(MakeFleetSettings(settings), key);
  controld::shard::ShardPool shards(ShardCount(options), key, settings, counters, fleet);
  controld::listen::AccessControl access(MakeKey());
  access.SetRules(*std::move(rules));
  const auto statistics = MakeStatistics(counters, clients, fleet, shards, *exports);
  const auto apply = [&](const controld::admin::Parameters& parameters,
                         std::function<void()> done) {
    fleet.SetLimits({parameters.max_load, parameters.max_cpu, parameters.max_bandwidth});
    listeners->udp->SetTos(static_cast<int>(parameters.control_tos));
    listeners->streams->SetTos(static_cast<int>(parameters.control_tos));
    shards.SetSettings(WithParameters(settings, parameters), std::move(done));
  };
  controld::admin::AdminShell admin(shards,
                                    {MakeAdminParameters(settings, options), apply, statistics});
  controld::listen::NgServer::Options ng_options;
  ng_options.templates = *std::move(templates);
  ng_options.admin = &admin;
  ng_options.access = &access;
  ng_options.statistics = statistics;
  if (exports->tracer != nullptr) {
    ng_options.trace = [to = exports->tracer.get()](const auto& message) { to->Trace(message, base::ReadClocks()); };
  }
  controld::listen::NgServer ng(cookies, clients, shards, std::move(ng_options));
  const controld::rpc::StatisticsSources sources{counters, ng, cookies, clients, access,
                                                 *listeners->udp, *listeners->streams, fleet,
                                                 base::ReadClocks().unix_s(), &*exports};
  const absl::Status graphite = controld::exporting::StartGraphite(options, counters, clients, fleet, shards, &*exports);
  if (!graphite.ok()) return daemon.Fail(graphite);
  shards.Start();
  auto rpc = controld::rpc::RpcServer::Listen(
      options.List("listen-grpc"), runtime::TlsOptionsFrom(options),
      MakeFacts(daemon, *listeners, warning), fleet, shards, sources, builder, grpc_loop);
  int status = runtime::kExitFailure;
  if (!rpc.ok()) {
    status = daemon.Fail(rpc.status());
  } else {
    grpc_loop.Start();
    Housekeeper housekeeper(*std::move(loop), processors ? &*processors : nullptr, fleet, shards,
                            cookies, access, exports->graphite.get());
    daemon.OnReload([&](const ParsedOptions& fresh) {
      Reload(fresh, access, *listeners->streams);
    });
    const absl::Status started = listeners->udp->Start(&ng);
    if (started.ok()) {
      const auto metrics = [&sources] {
        return controld::rpc::MetricsText(sources, base::ReadClocks().unix_s());
      };
      const auto not_ready = [&fleet] { return controld::rpc::ReasonsNotReady(fleet.Describe()); };
      listeners->streams->Start({&ng, &access, &admin, metrics, not_ready});
      status = daemon.Run();
    } else {
      status = daemon.Fail(started);
    }
    listeners->streams->Stop();
    listeners->udp->Stop();
    rpc->reset();  // workers see the controller leave; their sessions go on
    grpc_loop.Stop();
  }
  ng.BeQuiet();
  shards.Stop();  // pending replies end here, while the NG server is there
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  runtime::Daemon daemon({base::options::Daemon::kControld, "rtpengine-controld"});
  if (auto status = daemon.Init(argc, argv)) return *status;
  return Serve(daemon);
}

// rtpengine-controld: puts the controller's parts together and takes them down; no logic of its
// own.
//
// Order: settings, caches, fleet, shards, gRPC, NG; down in reverse, NG first. Media goes on when
// this process ends: calls live in the workers and come back from there.
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_format.h"
#include "controld/listen/listen_address.h"
#include "controld/listen/ng_server.h"
#include "controld/listen/udp_listener.h"
#include "controld/rpc/rpc_server.h"
#include "controld/shard/fleet_host.h"
#include "controld/shard/shard_pool.h"
#include "proto/base/clock.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/runtime/credentials.h"
#include "proto/runtime/daemon.h"
#include "proto/runtime/event_loop.h"
#include "proto/runtime/version.h"

namespace {

using base::options::ParsedOptions;

constexpr int64_t kDefaultShards = 4, kMostShards = 64;
constexpr auto kHousekeeping = std::chrono::milliseconds(100);
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
  settings.sip_source = options.Bool("sip-source");
  settings.reject_invalid_sdp = options.Bool("reject-invalid-sdp");
  settings.moh_attribute = options.String("moh-attr-name");
  settings.endpoint_learning = options.String("endpoint-learning");
  settings.ssrc_reporting = options.String("ssrc-reporting");
  settings.worker_lost_timeout_s = static_cast<int>(options.Int("worker-lost-timeout"));
  return settings;
}

// The section that option templates names: name = rtpp-flags text (ng-protocol.md §5).
controld::ng::Templates MakeTemplates(const ParsedOptions& options) {
  controld::ng::Templates templates;
  const std::string& name = options.String("templates");
  if (name.empty()) return templates;
  const base::KeyFile::Section* section = options.file().Find(name);
  if (section == nullptr) {
    base::log::Log(base::log::Severity::kWarning, base::log::Subsystem::kCore, {},
        "Option templates names section '", name, "', which the configuration file does not have");
    return templates;
  }
  for (const base::KeyFile::Entry& entry : section->entries) {
    templates[absl::AsciiStrToLower(entry.key)] = entry.value;
  }
  return templates;
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

controld::listen::CliParameters MakeCliParameters(const controld::call::Settings& settings,
                                                  const ParsedOptions& options) {
  controld::listen::CliParameters cli;
  cli.timeout_s = settings.timeout_s;
  cli.silent_timeout_s = settings.silent_timeout_s;
  cli.final_timeout_s = settings.final_timeout_s;
  cli.offer_timeout_s = settings.offer_timeout_s;
  cli.delete_delay_s = settings.delete_delay_s;
  cli.max_sessions = settings.max_sessions;
  cli.max_cpu = settings.max_cpu;
  cli.max_load = settings.max_load;
  cli.max_bandwidth = settings.max_bandwidth;
  cli.control_tos = options.Int("control-tos");
  return cli;
}

size_t ShardCount(const ParsedOptions& options) {
  const int64_t threads = options.Int("num-threads");
  if (options.IsSet("num-threads")) {
    return static_cast<size_t>(std::clamp<int64_t>(threads, 1, kMostShards));
  }
  // Half the cores: the listener and gRPC have threads of their own.
  return static_cast<size_t>(std::clamp<int64_t>((threads + 1) / 2, 1, kDefaultShards));
}

absl::StatusOr<std::unique_ptr<controld::listen::UdpListener>> BindNg(
    const ParsedOptions& options) {
  using controld::listen::PathMtuDiscovery;
  const auto addresses =
      controld::listen::ParseListenAddresses(options.List("listen-ng"), "listen-ng");
  if (!addresses.ok()) return addresses.status();
  if (addresses->empty()) {
    return absl::InvalidArgumentError(
        "Missing option --listen-tcp, --listen-udp, --listen-ng, --listen-tcp-ng, --listen-http, "
        "or "
        "--listen-https");
  }
  controld::listen::UdpSocketOptions socket;
  socket.tos = static_cast<int>(options.Int("control-tos"));
  const std::string& discovery = options.String("control-pmtu");
  if (discovery == "want") socket.path_mtu = PathMtuDiscovery::kWant;
  if (discovery == "dont") socket.path_mtu = PathMtuDiscovery::kDont;
  return controld::listen::UdpListener::Bind(*addresses, socket);
}

runtime::ProcessFacts MakeFacts(const runtime::Daemon& daemon,
                                const controld::listen::UdpListener& udp) {
  runtime::ProcessFacts facts;
  facts.daemon = "controld";
  facts.name = daemon.options().String("controller-name");
  facts.started_unix = base::ReadClocks().unix_s();
  for (const base::Endpoint& address : udp.addresses()) {
    facts.listeners.push_back(base::StrCat("ng udp ", address.ToString()));
  }
  for (const std::string& address : daemon.options().List("listen-grpc")) {
    facts.listeners.push_back(base::StrCat("grpc ", address));
  }
  facts.warnings = daemon.warnings();
  return facts;
}

// A thread for what happens every 100 ms and nobody waits for.
class Housekeeper {
 public:
  Housekeeper(std::unique_ptr<runtime::EventLoop> loop, controld::shard::FleetHost& fleet,
              controld::shard::ShardPool& shards, controld::listen::CookieCache& cookies)
      : loop_(std::move(loop)) {
    const auto give_up = base::ReadClocks().monotonic + kSettlePatience;
    loop_->Every(kHousekeeping, [this, &fleet, &shards, &cookies, give_up] {
      const auto now = base::ReadClocks().monotonic;
      fleet.Tick();
      cookies.Advance(now);
      if (open_ || (now < give_up && !fleet.Settled())) return;
      open_ = true;
      shards.Open();
    });
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

// Everything between a good start of the shell and its end; the exit status.
int Serve(runtime::Daemon& daemon) {
  const ParsedOptions& options = daemon.options();
  const controld::call::Settings settings = MakeSettings(options);
  if (settings.controller_name.empty()) {
    return daemon.Fail(absl::InvalidArgumentError("Option controller-name must not be empty"));
  }
  auto udp = BindNg(options);
  if (!udp.ok()) return daemon.Fail(udp.status());
  auto loop = runtime::EventLoop::Create();
  if (!loop.ok()) return daemon.Fail(loop.status());

  const controld::fleet::HashKey key = MakeKey();
  controld::call::Counters counters;
  controld::listen::CookieCache cookies(MakeKey(), base::ReadClocks().monotonic);
  controld::listen::ClientStatistics clients(MakeKey());
  grpc::ServerBuilder builder;
  // All gRPC of this process. Outlives the shards: they hold answers that are still to be given.
  runtime::CompletionLoop grpc_loop(builder.AddCompletionQueue());
  controld::shard::FleetHost fleet(MakeFleetSettings(settings), key);
  controld::shard::ShardPool shards(ShardCount(options), key, settings, counters, fleet);
  controld::listen::NgServer::Options ng_options;
  ng_options.templates = MakeTemplates(options);
  ng_options.cli = MakeCliParameters(settings, options);
  controld::listen::NgServer ng(cookies, clients, shards, ng_options);
  const controld::rpc::StatisticsSources sources{
      counters, ng, cookies, clients, **udp, fleet, base::ReadClocks().unix_s()};
  shards.Start();
  auto rpc = controld::rpc::RpcServer::Listen(
      options.List("listen-grpc"), runtime::TlsOptionsFrom(options), MakeFacts(daemon, **udp),
      fleet, shards, sources, builder, grpc_loop);
  int status = runtime::kExitFailure;
  if (!rpc.ok()) {
    status = daemon.Fail(rpc.status());
  } else {
    grpc_loop.Start();
    Housekeeper housekeeper(*std::move(loop), fleet, shards, cookies);
    const absl::Status started = (*udp)->Start(&ng);
    status = started.ok() ? daemon.Run() : daemon.Fail(started);
    (*udp)->Stop();
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

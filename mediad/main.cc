// rtpengine-mediad: the media worker. Puts the parts together and takes them down; no logic of its
// own.
//
// Order: options, interfaces, packet filter, media plane, worker stream, admin interface; down in reverse. A
// controller need not be there: the worker goes on dialling.
#include <sys/resource.h>

#include <memory>
#include <string>
#include <vector>

#include "mediad/export/rtcp_exporter.h"
#include "mediad/offload/netlink/kernel_link.h"
#include "mediad/ports/interface_table.h"
#include "mediad/relay/engine.h"
#include "mediad/rpc/admin_server.h"
#include "mediad/rpc/worker_client.h"
#include "mediad/rpc/worker_metrics.h"
#include "mediad/start/certificates.h"
#include "mediad/start/firewall.h"
#include "mediad/start/privileges.h"
#include "mediad/start/settings.h"
#include "mediad/start/system_addresses.h"
#include "proto/base/clock.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/runtime/credentials.h"
#include "proto/runtime/daemon.h"
#include "proto/runtime/metrics_server.h"
#include "proto/runtime/version.h"

namespace {

using base::log::Log;
using base::log::Severity;
using base::log::Subsystem;

// Every media port is a file descriptor: take what the service manager allows.
void RaiseFileLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0) {
    Log(Severity::kWarning, Subsystem::kCore, {}, "Could not raise the limit of open files");
  }
}

absl::StatusOr<mediad::ports::InterfacePlan> PlanInterfaces(
    const base::options::ParsedOptions& options) {
  auto definitions = mediad::start::MakeInterfaceOptions(options);
  if (!definitions.ok()) return definitions.status();
  mediad::start::SystemAddresses system;
  std::vector<mediad::ports::ConfigurationMessage> messages;
  auto plan = mediad::ports::ParseInterfaces(*definitions, system, &messages);
  for (const auto& message : messages) Log(message.severity, Subsystem::kCore, {}, message.text);
  return plan;
}

mediad::rpc::WorkerFacts MakeFacts(const base::options::ParsedOptions& options,
                                   const mediad::ports::InterfaceTable& interfaces,
                                   const mediad::relay::Engine& engine,
                                   mediad::start::Certificates& certificates,
                                   const mediad::nft::Firewall* firewall,
                                   const mediad::exporting::RtcpExporter* exporter) {
  mediad::rpc::WorkerFacts facts;
  facts.name = options.String("worker-name");
  facts.boot_epoch = base::SystemRandom().Next();
  facts.build = runtime::SoftwareId();
  facts.capabilities = mediad::start::Capabilities();
  facts.capabilities.push_back(mediad::start::FirewallCapability(firewall));
  if (firewall != nullptr) {
    facts.firewall = [firewall](auto* out) { mediad::start::DescribeFirewall(*firewall, out); };
  }
  facts.exports = [exporter](auto* out) {
    if (exporter != nullptr) exporter->Describe(out);
  };
  facts.kernel_offload = [&engine] { return mediad::start::KernelCapability(engine.KernelStatus()); };
  facts.interfaces = [&interfaces](auto* out) { interfaces.Describe(out); };
  facts.interface_load = [&interfaces, &engine](auto* out) {
    interfaces.DescribeLoad(out);
    engine.AddTraffic(out);
  };
  facts.certificates = [&certificates](auto* out) {
    certificates.Rotate(base::ReadClocks().unix_s());
    certificates.Describe(out);
  };
  return facts;
}

mediad::rpc::StatusSources MakeSources(const runtime::Daemon& daemon,
                                       const mediad::relay::Engine& engine,
                                       const mediad::rpc::WorkerClient& client) {
  mediad::rpc::StatusSources sources;
  sources.worker_name = daemon.options().String("worker-name");
  sources.started_unix = base::ReadClocks().unix_s();
  sources.warnings = daemon.warnings();
  for (const std::string& address : daemon.options().List("listen-admin")) {
    sources.listeners.push_back(base::StrCat("admin ", address));
  }
  for (const std::string& address : daemon.options().List("listen-metrics")) {
    sources.listeners.push_back(base::StrCat("metrics ", address));
  }
  sources.sessions = [&engine] { return engine.Totals().sessions; };
  sources.kernel = [&engine] { return engine.KernelStatus(); };
  sources.draining = [&engine] { return engine.draining(); };
  sources.peers = [&client] { return client.Peers(); };
  return sources;
}

// What the metrics listener answers. A loop that is silent for that long is no live worker.
runtime::MetricsServer::Handler MakeProbe(const runtime::Daemon& daemon,
                                          const mediad::relay::Engine& engine,
                                          mediad::rpc::WorkerClient& client) {
  constexpr auto kPatience = std::chrono::seconds(2);
  return [name = daemon.options().String("worker-name"), started = base::ReadClocks().unix_s(),
          &engine, &client, kPatience](std::string_view path) {
    std::optional<mediad::rpc::WorkerSnapshot> worker;
    if (auto load = client.AskLoad(kPatience)) {
      worker = {name, runtime::SoftwareId(), base::ReadClocks().unix_s() - started,
                engine.draining(), client.Peers(), *std::move(load)};
    }
    return mediad::rpc::AnswerProbe(path, worker);
  };
}

// Everything between a good start of the shell and its end; the exit status.
int Serve(runtime::Daemon& daemon) {
  const base::options::ParsedOptions& options = daemon.options();
  if (options.String("worker-name").empty()) {
    return daemon.Fail(absl::InvalidArgumentError("Option worker-name must not be empty"));
  }
  auto plan = PlanInterfaces(options);
  if (!plan.ok()) return daemon.Fail(plan.status());

  base::SystemRandom random;
  mediad::ports::InterfaceTable::Options table_options;
  table_options.first_address_only = options.Bool("save-interface-ports");
  mediad::ports::InterfaceTable interfaces(*plan, table_options, random);
  if (interfaces.empty()) {
    return daemon.Fail(
        absl::InvalidArgumentError("Cannot start without any configured interfaces"));
  }
  auto certificates =
      mediad::start::Certificates::Create(mediad::start::MakeCertificateOptions(options),
                                          runtime::SoftwareId(), base::ReadClocks().unix_s());
  if (!certificates.ok()) return daemon.Fail(certificates.status());
  auto firewall = mediad::start::StartFirewall(options);
  if (!firewall.ok()) return daemon.Fail(firewall.status());
  mediad::relay::EngineOptions engine_options = mediad::start::MakeEngineOptions(options);
  engine_options.certificate = [&store = **certificates](std::string_view digest) {
    return store.Find(digest);
  };
  engine_options.pinholes = firewall->get();
  auto exporter = mediad::exporting::RtcpExporter::Create(options);
  if (!exporter.ok()) return daemon.Fail(exporter.status());
  if (*exporter != nullptr) {
    engine_options.on_rtcp = [to = exporter->get()](const auto& arrival) { to->OnRtcp(arrival); };
  }
  std::unique_ptr<mediad::offload::KernelLink> kernel;
  if (const auto table = mediad::start::MakeTableSettings(options)) {
    kernel = std::make_unique<mediad::offload::KernelLink>(*table);
    const mediad::offload::Status opened = kernel->Open();
    if (!opened.usable && options.Bool("no-fallback")) {
      return daemon.Fail(absl::FailedPreconditionError(
          base::StrCat("Failed to open kernel table ", table->id, ": ", opened.reason)));
    }
    engine_options.kernel = kernel.get();
  }
  mediad::relay::Engine engine(engine_options, interfaces);
  mediad::rpc::EnginePlane plane(engine);
  const runtime::TlsOptions tls = runtime::TlsOptionsFrom(options);
  grpc::ServerBuilder builder;
  runtime::CompletionLoop loop(builder.AddCompletionQueue());  // all gRPC of this process
  auto client = mediad::rpc::WorkerClient::Create({options.List("controller"), tls},
                                                  MakeFacts(options, interfaces, engine, **certificates,
                                                            firewall->get(), exporter->get()),
                                                  loop, plane);
  if (!client.ok()) return daemon.Fail(client.status());

  auto sources = MakeSources(daemon, engine, **client);
  auto admin = mediad::rpc::AdminServer::Listen(options.List("listen-admin"), tls,
                                                std::move(sources), builder, loop);
  if (!admin.ok()) return daemon.Fail(admin.status());

  const std::string metrics_option = "listen-metrics";
  auto probes = runtime::MetricsServer::Listen(options.List(metrics_option), metrics_option,
                                               MakeProbe(daemon, engine, **client));
  if (!probes.ok()) return daemon.Fail(probes.status());

  engine.Start((*client)->event_sink());
  loop.Start();
  (*client)->Start();
  const int status = daemon.Run();
  probes->reset();  // first what asks the others
  admin->reset();
  (*client)->Stop();  // controllers see the worker leave; calls are not torn down towards anybody
  loop.Stop();
  engine.Stop();
  if (*firewall != nullptr) (*firewall)->Stop();
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  mediad::start::UseNetAdmin();  // without it the kernel and nftables say what they miss
  runtime::Daemon daemon({base::options::Daemon::kMediad, "rtpengine-mediad",
                          mediad::start::RunFirewallAction});
  if (auto status = daemon.Init(argc, argv)) return *status;
  RaiseFileLimit();
  return Serve(daemon);
}

#include "mediad/start/firewall.h"

#include <cstdio>
#include <string>
#include <utility>

#include "mediad/nft/plan.h"
#include "proto/base/log.h"
#include "proto/base/text.h"

namespace mediad::start {
namespace {

using base::StrCat;
using base::log::Log;
using base::log::Severity;
using base::log::Subsystem;

constexpr int kFailure = 255;

int Fail(std::string_view text) {
  std::fprintf(stderr, "Fatal error: %.*s\n", static_cast<int>(text.size()), text.data());
  return kFailure;
}

int FailAction(const absl::Status& status) {
  return Fail(StrCat("Failed to perform nftables action: ", base::Message(status)));
}

int ShowStatus(nft::Connection& connection, const nft::Settings& settings) {
  const auto snapshot = connection.Load(nft::TablesOf(settings));
  if (!snapshot.ok()) return FailAction(snapshot.status());
  const std::string missing = nft::Missing(settings, snapshot->ruleset);
  if (missing.empty()) {
    std::puts("Netfilter rules check SUCCESSFUL");
    return 0;
  }
  std::printf("Netfilter rules check NOT successful: %s\n", missing.c_str());
  return 1;
}

}  // namespace

std::optional<int> RunFirewallAction(const base::options::ParsedOptions& options) {
  const bool start = options.Bool("nftables-start");
  const bool stop = options.Bool("nftables-stop");
  const bool status = options.Bool("nftables-status");
  if (!start && !stop && !status) return std::nullopt;
  if (start + stop + status > 1) {
    return Fail(
        "Bad command line: nftables-start, nftables-stop and nftables-status exclude each other");
  }
  const auto settings = nft::MakeSettings(options);
  if (!settings.ok()) return Fail(base::Message(settings.status()));
  if (!settings->kernel_table && options.String("nftables") != "on") {
    return Fail(
        "Cannot do nftables setup without configured kernel table number (table), or nftables = on");
  }
  auto connection = nft::Connection::Open();
  if (!connection.ok()) return FailAction(connection.status());
  if (status) return ShowStatus(*connection, *settings);
  const auto plan = nft::Reconcile(
      *connection, nft::TablesOf(*settings),
      [&](const nft::Ruleset& installed) -> absl::StatusOr<nft::Plan> {
        if (stop) return nft::PlanRemoval(*settings, installed);
        return nft::PlanInstallation(*settings, installed, {}, true);
      });
  if (!plan.ok()) return FailAction(plan.status());
  std::puts("Success");
  return 0;
}

absl::StatusOr<std::unique_ptr<nft::Firewall>> StartFirewall(
    const base::options::ParsedOptions& options) {
  auto settings = nft::MakeSettings(options);
  if (!settings.ok()) return settings.status();
  if (!settings->wanted) return std::unique_ptr<nft::Firewall>();
  for (const std::string& warning : nft::Warnings(options)) {
    Log(Severity::kWarning, Subsystem::kCore, {}, warning);
  }
  auto firewall = std::make_unique<nft::Firewall>(*std::move(settings));
  const absl::Status status = firewall->Start();
  if (status.ok()) return firewall;
  if (options.Bool("no-fallback")) {
    return absl::Status(status.code(), base::ToAbsl(StrCat("Failed to create nftables chains or rules: ",
                                              base::Message(status))));
  }
  Log(Severity::kError, Subsystem::kCore, {},
      "FAILED TO CREATE NFTABLES CHAINS OR RULES, KERNEL FORWARDING POSSIBLY WON'T WORK: ",
      base::Message(status));
  return firewall;
}

rtpengine::v1::Capability FirewallCapability(const nft::Firewall* firewall) {
  rtpengine::v1::Capability capability;
  capability.set_name("nftables");
  if (firewall == nullptr) {
    capability.set_reason("not asked for (nftables, table)");
    return capability;
  }
  const nft::Firewall::Report report = firewall->report();
  capability.set_available(report.in_place);
  capability.set_reason(report.problem);
  return capability;
}

void DescribeFirewall(const nft::Firewall& firewall, rtpengine::v1::FirewallReport* out) {
  const nft::Firewall::Report report = firewall.report();
  out->set_in_place(report.in_place);
  out->set_problem(report.problem);
  out->set_open_ports(report.open);
  out->set_repairs(report.repairs);
  out->set_failures(report.failures);
  out->set_late(report.late);
}

}  // namespace mediad::start

// rtpctl doctor: what is wrong with this host, why it matters, what mends it; --fix mends what is harmless.
#include <algorithm>
#include <memory>

#include "absl/strings/str_join.h"
#include "proto/base/text.h"
#include "tools/rtpctl/commands/commands.h"
#include "tools/rtpctl/doctor/checks.h"
#include "tools/rtpctl/doctor/repair.h"
#include "tools/rtpctl/doctor/report.h"
#include "tools/rtpctl/output/text.h"

namespace rtpctl {

namespace v1 = rtpengine::v1;

namespace {

struct DoctorOptions {
  std::string config_file{base::options::kDefaultConfigFile};
  std::string config_section = "rtpengine";
  std::vector<std::string> only;
  bool fix = false;
  bool all = false;
};

// What a controller knows, if one answers; the doctor needs none.
void AskController(Session* session, doctor::Examination* examination) {
  v1::GetVersionResponse version;
  v1::ListWorkersResponse workers;
  if (!session->Try(&v1::Process::Stub::GetVersion, v1::GetVersionRequest(), &version) ||
      !session->Try(&v1::Workers::Stub::ListWorkers, v1::ListWorkersRequest(), &workers)) {
    return;
  }
  examination->controller_version = version.version();
  examination->workers.emplace();
  for (const v1::WorkerInfo& worker : workers.workers()) {
    examination->workers->push_back({Printable(worker.name()), Printable(worker.build())});
  }
  v1::Statistics statistics;
  if (!session->Try(&v1::Calls::Stub::GetStatistics, v1::GetStatisticsRequest(), &statistics)) return;
  doctor::Signalling heard;
  for (const v1::Statistics::Value& value : statistics.values()) {
    if (value.name() == "ng_messages_total") heard.messages += static_cast<uint64_t>(value.value());
    if (value.name() == "ng_refused_total") heard.refused += static_cast<uint64_t>(value.value());
    if (value.name() == "uptime_seconds") heard.uptime_s = static_cast<int64_t>(value.value());
  }
  examination->signalling = heard;
}

std::vector<doctor::Finding> Examine(Session* session, const doctor::Host& host,
                                     const DoctorOptions& options) {
  doctor::Examination examination(host, options.config_file, options.config_section);
  AskController(session, &examination);
  return doctor::Examine(examination, options.only);
}

int Run(Session* session, const DoctorOptions& options) {
  for (const std::string& id : options.only) {
    const auto& checks = doctor::Checks();
    if (std::none_of(checks.begin(), checks.end(), [&](const auto& check) { return check.id == id; })) {
      std::vector<std::string> ids;
      for (const auto& check : checks) ids.emplace_back(check.id);
      return session->Fail(kExitUsage, "there is no check '" + Printable(id) + "', only " + absl::StrJoin(ids, ", "));
    }
  }
  const std::unique_ptr<doctor::Host> host = doctor::MakeSystemHost();
  std::vector<doctor::Finding> findings = Examine(session, *host, options);
  std::vector<doctor::Repair> repairs;
  if (options.fix) repairs = doctor::MakeRepairs(*host, findings);
  if (doctor::AnyDone(repairs)) findings = Examine(session, *host, options);
  session->out() << (session->options().json
                         ? doctor::ReportJson(findings, repairs)
                         : doctor::RepairsText(repairs) +
                               doctor::ReportText(findings, options.all, session->style()));
  return doctor::CountOf(findings, doctor::Verdict::kFailure) > 0 ? kExitRefused : kExitOk;
}

}  // namespace

void AddDoctor(CLI::App* parent, Session* session) {
  auto* command = parent->add_subcommand(
      "doctor", "Looks at this host: what is wrong, why it matters, what mends it");
  auto options = std::make_shared<DoctorOptions>();
  command->add_option("--config-file", options->config_file, "The daemons' configuration")
      ->capture_default_str();
  command->add_option("--config-section", options->config_section, "Its section")->capture_default_str();
  command->add_option("--only", options->only, "Only this check; several times for several");
  command->add_flag("--all", options->all, "What is good or does not apply, too");
  command->add_flag("--fix", options->fix,
                    "Runs the commands that can do no harm (until the next reboot), and says so");
  command->footer(
      "Examples:\n"
      "  rtpctl doctor\n"
      "  rtpctl doctor --only port-range --fix\n"
      "  rtpctl doctor --json | jq '.checks[] | select(.verdict == \"failure\")'\n"
      "\n"
      "The daemons need not run. Nothing is changed without --fix. As root more can be seen.\n"
      "Exit status: 0 no failures (there may be warnings); 1 failures; 2 wrong usage.");
  command->callback([session, options] {
    session->set_command([session, options] { return Run(session, *options); });
  });
}

}  // namespace rtpctl

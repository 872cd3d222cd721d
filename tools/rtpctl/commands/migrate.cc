// rtpctl migrate: from Sipwise rtpengine to our daemons, and back. The work is in tools/rtpctl/migrate.
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>

#include "proto/base/text.h"
#include "tools/rtpctl/commands/commands.h"
#include "tools/rtpctl/migrate/report.h"
#include "tools/rtpctl/output/text.h"

namespace rtpctl {

namespace v1 = rtpengine::v1;

namespace {

struct MigrateOptions {
  std::string root;
  std::string backup;
  bool yes = false;
};

using Options = std::shared_ptr<MigrateOptions>;
using migrate::Stage;

bool HasReadyWorker(const std::string& target) {
  std::ostringstream nowhere;
  Session session(nowhere, nowhere, {});
  session.options().target = target;
  v1::ListWorkersResponse workers;
  if (!session.Try(&v1::Workers::Stub::ListWorkers, v1::ListWorkersRequest(), &workers)) return false;
  for (const v1::WorkerInfo& worker : workers.workers()) {
    if (worker.state() == v1::READY) return true;
  }
  return false;
}

std::unique_ptr<migrate::Machine> MachineOf(const MigrateOptions& options) {
  return migrate::MakeSystemMachine(options.root, HasReadyWorker);
}

// Line by line: what a command printed may steer a terminal, the ends of lines are ours.
int Fail(Session* session, const absl::Status& status) {
  std::string text;
  for (std::string_view rest = base::Message(status); !rest.empty();) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    base::StrAppend(&text, text.empty() ? "" : "\n  ", Printable(rest.substr(0, end)));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (!text.empty() && text.back() != '.') text += '.';
  return session->Fail(kExitRefused, text);
}

// What has begun has to be dealt with first: kExitOk when there is nothing of the kind.
int ShowBegun(Session* session, const migrate::Situation& situation) {
  session->out() << (session->options().json ? migrate::SituationJson(situation)
                                             : migrate::SituationText(situation, session->style()));
  const bool interrupted = situation.stage == Stage::kInterrupted || situation.stage == Stage::kRollbackInterrupted;
  return interrupted ? kExitRefused : kExitOk;
}

int ShowPlan(Session* session, const MigrateOptions& options) {
  const auto machine = MachineOf(options);
  const absl::StatusOr<migrate::Situation> situation = migrate::Look(machine.get(), "");
  if (!situation.ok()) return Fail(session, situation.status());
  if (situation->stage != Stage::kNone) return ShowBegun(session, *situation);
  const migrate::Plan plan = migrate::PlanMigration(migrate::Gather(*machine));
  session->out() << (session->options().json ? migrate::PlanJson(plan) : migrate::PlanText(plan, session->style()));
  return migrate::CanBeApplied(plan) ? kExitOk : kExitRefused;
}

int ShowStatus(Session* session, const MigrateOptions& options) {
  const auto machine = MachineOf(options);
  const absl::StatusOr<migrate::Situation> situation = migrate::Look(machine.get(), options.backup);
  if (!situation.ok()) return Fail(session, situation.status());
  return ShowBegun(session, *situation);
}

// As in iptables-backup-$(date …) of the usual guides; to the second, so that none is written twice.
std::string DatedDirectory(int64_t now_unix) {
  const std::time_t now = static_cast<std::time_t>(now_unix);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y%m%d-%H%M%S", &parts);
  return base::StrCat("/var/backups/rtpengine-migrate-", text);
}

// kExitOk: go on.
int Confirm(Session* session, const MigrateOptions& options, const std::string& question) {
  if (options.yes) return kExitOk;
  if (isatty(STDIN_FILENO) == 0 || session->options().json) {
    return session->Fail(kExitUsage, "this changes the host and ends the calls that are up: give --yes if that is meant.");
  }
  session->out() << question << " [y/N] " << std::flush;
  std::string answer;
  std::getline(std::cin, answer);
  if (answer == "y" || answer == "Y" || answer == "yes") return kExitOk;
  return session->Fail(kExitRefused, "nothing was changed.");
}

migrate::Say SayOf(Session* session) {
  return [session](const std::string& line) {
    if (!session->options().json) session->out() << Printable(line) << "\n" << std::flush;
  };
}

// Of apply and rollback, when it is over.
int Finish(Session* session, migrate::Machine* machine, const std::string& directory, const absl::Status& status,
           const std::string& words) {
  if (session->options().json) {
    const absl::StatusOr<migrate::Situation> situation = migrate::Look(machine, directory);
    if (situation.ok()) session->out() << migrate::SituationJson(*situation);
  }
  if (!status.ok()) return Fail(session, status);
  if (!session->options().json) session->out() << words;
  return kExitOk;
}

int Apply(Session* session, const MigrateOptions& options) {
  const auto machine = MachineOf(options);
  const absl::StatusOr<migrate::Situation> situation = migrate::Look(machine.get(), "");
  if (!situation.ok()) return Fail(session, situation.status());
  const std::string done = "\nDone: rtpengine-controld and rtpengine-mediad serve. Make a call; rtpctl doctor.\n";
  switch (situation->stage) {
    case Stage::kApplied:
      return session->Fail(kExitRefused, "it has been done (backup " + situation->directory +
                                             "): rtpctl migrate status, or rollback first.");
    case Stage::kRollbackInterrupted:
      return session->Fail(kExitRefused, "a rollback was interrupted: rtpctl migrate rollback goes on with it.");
    case Stage::kInterrupted: {
      const int answer = Confirm(session, options, "A migration was interrupted. Go on with it?");
      if (answer != kExitOk) return answer;
      const absl::Status status = migrate::Resume(machine.get(), situation->directory, SayOf(session));
      return Finish(session, machine.get(), situation->directory, status, done);
    }
    default: break;
  }
  const migrate::Plan plan = migrate::PlanMigration(migrate::Gather(*machine));
  if (!session->options().json) session->out() << migrate::PlanText(plan, session->style()) << "\n";
  if (!migrate::CanBeApplied(plan)) {
    if (session->options().json) session->out() << migrate::PlanJson(plan);
    return session->Fail(kExitRefused, "the plan cannot be carried out yet; nothing was changed.");
  }
  const int answer = Confirm(session, options, "Calls that are up will end. Do it?");
  if (answer != kExitOk) return answer;
  const std::string directory = options.backup.empty() ? DatedDirectory(machine->host().NowUnix()) : options.backup;
  const absl::Status status = migrate::Apply(machine.get(), plan, directory, SayOf(session));
  return Finish(session, machine.get(), directory, status, done);
}

int RollBack(Session* session, const MigrateOptions& options) {
  const auto machine = MachineOf(options);
  const absl::StatusOr<migrate::Situation> situation = migrate::Look(machine.get(), options.backup);
  if (!situation.ok()) return Fail(session, situation.status());
  if (situation->stage == Stage::kNone) {
    return session->Fail(kExitRefused, "no migration has begun here: there is nothing to take back.");
  }
  if (situation->stage == Stage::kRolledBack) {
    return session->Fail(kExitRefused, "that one has been taken back already.");
  }
  const int answer = Confirm(session, options, "Calls that are up will end. Take it back?");
  if (answer != kExitOk) return answer;
  const absl::Status status = migrate::RollBack(machine.get(), situation->directory, SayOf(session));
  return Finish(session, machine.get(), situation->directory, status,
                "\nTaken back: the host is as it was. The backup stays in " + situation->directory + "\n");
}

int ShowReference(Session* session) {
  if (session->options().json) return session->Fail(kExitUsage, "the reference has no JSON form: leave --json out.");
  session->out() << migrate::ReferenceText();
  return kExitOk;
}

// Absolute, because the journal and kPointer say where it is.
std::string CheckAbsolute(const std::string& path) {
  return !path.empty() && path[0] == '/' ? std::string() : "an absolute path: /DIR";
}

CLI::App* Add(CLI::App* parent, Session* session, const Options& options, const char* name, const char* description,
              const char* footer, int (*run)(Session*, const MigrateOptions&)) {
  CLI::App* command = parent->add_subcommand(name, description);
  command->footer(footer);
  command->callback([=] { session->set_command([=] { return run(session, *options); }); });
  return command;
}

}  // namespace

void AddMigrate(CLI::App* parent, Session* session) {
  auto* command = parent->add_subcommand(
      "migrate", "Moves this host from Sipwise rtpengine to our daemons, and back; alone: says what it would do");
  auto options = std::make_shared<MigrateOptions>();
  command->require_subcommand(0, 1);
  command->add_option("--root", options->root, "A copy of a host below this directory: its files alone are looked at, which is enough for a plan")
      ->check(CheckAbsolute)
      ->check(CLI::ExistingDirectory);
  command->footer(
      "Examples:\n"
      "  rtpctl migrate\n"
      "  rtpctl migrate apply\n"
      "  rtpctl migrate rollback\n"
      "\n"
      "Nothing is changed without apply or rollback. Exit status: 0 done, or can be done; 1 not; 2 wrong usage.");
  command->callback([=] {
    if (!command->get_subcommands().empty()) return;
    session->set_command([=] { return ShowPlan(session, *options); });
  });
  auto* apply = Add(command, session, options, "apply", "Makes a backup, migrates, checks; goes on after a crash",
                    "Example:\n  rtpctl migrate apply --backup /root/before\n\n"
                    "If a step fails, everything is taken back.", Apply);
  auto* status = Add(command, session, options, "status", "How far a migration is",
                     "Example:\n  rtpctl migrate status\n\nExit status 1: it was interrupted.", ShowStatus);
  auto* rollback = Add(command, session, options, "rollback", "Takes a migration back, to the byte",
                       "Example:\n  rtpctl migrate rollback", RollBack);
  apply->add_option("--backup", options->backup, "Where the backup goes: a new directory")->check(CheckAbsolute);
  for (CLI::App* one : {status, rollback}) {
    one->add_option("--backup", options->backup, "The backup; default: the one that is in use")->check(CheckAbsolute);
  }
  for (CLI::App* one : {apply, rollback}) one->add_flag("--yes", options->yes, "Does not ask");
  auto* reference = command->add_subcommand("reference", "Prints docs/migrating.md: what is done, and every option");
  reference->footer("Example:\n  rtpctl migrate reference > docs/migrating.md");
  reference->callback([session] { session->set_command([session] { return ShowReference(session); }); });
}

}  // namespace rtpctl

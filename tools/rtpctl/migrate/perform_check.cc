// Checks: that the former daemon is gone, that ours serve. See perform.h.
#include <algorithm>

#include "proto/base/text.h"
#include "tools/rtpctl/doctor/checks.h"
#include "tools/rtpctl/migrate/facts.h"
#include "tools/rtpctl/migrate/perform.h"

namespace rtpctl::migrate {
namespace {

constexpr int kPollMs = 250;
constexpr int kPatienceMs = 30000;

// Asks until it is true, or patience ends.
template <typename Question>
bool Await(Machine* machine, Question question) {
  for (int waited = 0;; waited += kPollMs) {
    if (question()) return true;
    if (waited >= kPatienceMs) return false;
    machine->Wait(kPollMs);
  }
}

absl::StatusOr<std::string> CheckGone(Machine* machine) {
  if (Await(machine, [machine] { return IncumbentProcesses(*machine).empty(); })) return std::string();
  std::string processes;
  for (const RunningProcess& process : IncumbentProcesses(*machine)) {
    base::StrAppend(&processes, processes.empty() ? "" : ", ", process.pid);
  }
  return absl::AbortedError(base::StrCat("the unit is stopped, and rtpengine still runs (process ", processes,
                                         "): whatever started it has to stop it; then try again"));
}

absl::StatusOr<std::string> CheckActive(Machine* machine, const std::string& unit) {
  const std::string state(base::Trim(machine->host().Run({"systemctl", "is-active", unit}).text));
  if (state == "active") return std::string();
  return absl::AbortedError(
      base::StrCat(unit, " is ", state.empty() ? "not active" : state, ": journalctl -u ", unit, " -n 50 says why"));
}

absl::StatusOr<std::string> CheckPing(Machine* machine, const std::string& listener) {
  if (Await(machine, [&] { return machine->AnswersPing(listener); })) return std::string();
  return absl::AbortedError(base::StrCat("no answer to an NG ping at ", listener,
                                         ": journalctl -u rtpengine-controld -n 50 says why"));
}

absl::StatusOr<std::string> CheckWorker(Machine* machine, const std::string& target) {
  if (Await(machine, [&] { return machine->HasWorker(target); })) return std::string();
  return absl::AbortedError("no media worker takes calls: journalctl -u rtpengine-mediad -n 50 says why");
}

// `content`: the configuration file, its section, then the checks' names, separated by blanks.
absl::StatusOr<std::string> CheckWithDoctor(Machine* machine, const std::string& content) {
  std::vector<std::string> words;
  for (std::string_view rest = content; !rest.empty();) {
    const size_t end = std::min(rest.find(' '), rest.size());
    words.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (words.size() < 2) return absl::InternalError("a check of nothing");
  const std::string file = words[0], section = words[1];
  words.erase(words.begin(), words.begin() + 2);
  std::string failures, remarks;
  const auto look = [&] {
    failures.clear();
    remarks.clear();
    const doctor::Examination examination(machine->host(), file, section);
    for (const doctor::Finding& finding : doctor::Examine(examination, words)) {
      if (finding.verdict < doctor::Verdict::kNotice) continue;
      std::string* const out = finding.verdict == doctor::Verdict::kFailure ? &failures : &remarks;
      base::StrAppend(out, out->empty() ? "" : "; ", finding.title, ": ", finding.what);
    }
    return failures.empty();
  };
  // A worker's rules come within a second of its start.
  if (Await(machine, look)) return remarks;
  return absl::AbortedError(failures);
}

}  // namespace

absl::StatusOr<std::string> Check(Machine* machine, const Step& step) {
  if (step.subject == "gone") return CheckGone(machine);
  if (step.subject == "active") return CheckActive(machine, step.content);
  if (step.subject == "ping") return CheckPing(machine, step.content);
  if (step.subject == "worker") return CheckWorker(machine, step.content);
  if (step.subject == "doctor") return CheckWithDoctor(machine, step.content);
  return absl::InternalError("a check nobody makes");
}

}  // namespace rtpctl::migrate

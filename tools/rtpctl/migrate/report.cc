// See report.h.
#include "tools/rtpctl/migrate/report.h"

#include <nlohmann/json.hpp>

#include "proto/base/text.h"
#include "tools/rtpctl/output/text.h"

namespace rtpctl::migrate {

using Json = nlohmann::ordered_json;

namespace {

const char* WordOf(doctor::Verdict verdict) {
  switch (verdict) {
    case doctor::Verdict::kFailure: return "FAILURE";
    case doctor::Verdict::kWarning: return "WARNING";
    case doctor::Verdict::kNotice: return "notice";
    default: return "good";
  }
}

Color ColorOf(doctor::Verdict verdict) {
  if (verdict == doctor::Verdict::kFailure) return Color::kBad;
  return verdict == doctor::Verdict::kWarning ? Color::kWarning : Color::kDim;
}

std::string FindingText(const doctor::Finding& finding, const Style& style) {
  std::string word = WordOf(finding.verdict);
  word.resize(8, ' ');
  std::string out = base::StrCat(Paint(word, ColorOf(finding.verdict), style), finding.title, ": ",
                                 Printable(finding.what), "\n");
  if (!finding.why.empty()) base::StrAppend(&out, "        why: ", Printable(finding.why), "\n");
  if (!finding.fix.empty()) base::StrAppend(&out, "        fix: ", Printable(finding.fix), "\n");
  return out;
}

const char* StateOf(const StepProgress& progress) {
  if (progress.undone) return "undone";
  if (progress.done) return "done";
  return progress.begun ? "begun" : "open";
}

// Values of the configuration may be passwords.
std::string Shown(const ConfigurationChange& change) {
  const bool secret = change.key.find("pass") != std::string::npos || change.key.find("secret") != std::string::npos ||
                      change.value.find('@') != std::string::npos;
  return secret ? std::string("…") : Printable(change.value);
}

std::string ChangesText(const Plan& plan, const Style& style) {
  if (plan.changes.empty()) return "Every key of " + plan.configuration_file + " stays as it is.\n";
  Table table({{"LINE", true}, {"KEY"}, {"NOW"}, {"VERDICT"}, {"AFTERWARDS", false, true}});
  for (const ConfigurationChange& change : plan.changes) {
    const char* const afterwards = change.line == 0 ? (change.taken_out ? "left out: " : "put into the file. ")
                                   : change.taken_out ? "commented out: "
                                                      : "stays: ";
    table.Add({change.line == 0 ? std::string("-") : std::to_string(change.line), change.key, Shown(change),
               {std::string(VerdictName(change.verdict)),
                change.verdict == OptionVerdict::kNotSupported ? Color::kWarning : Color::kNone},
               base::StrCat(afterwards, change.note)});
  }
  return table.Render(style);
}

}  // namespace

std::string PlanText(const Plan& plan, const Style& style) {
  std::string out = Paint("Found", Color::kTitle, style) + "\n";
  for (const std::string& line : plan.found) base::StrAppend(&out, "  ", Printable(line), "\n");
  if (plan.found.empty()) out += "  nothing of another rtpengine\n";
  if (!plan.findings.empty()) out += "\n";
  for (const doctor::Finding& finding : plan.findings) out += FindingText(finding, style);
  base::StrAppend(&out, "\n", Paint("Configuration", Color::kTitle, style), "\n", ChangesText(plan, style));
  base::StrAppend(&out, "\n", Paint("Steps", Color::kTitle, style), "\n");
  int number = 0;
  for (const Step& step : plan.steps) {
    if (step.action == Action::kRun && step.command.empty()) continue;  // matters on the way back only
    base::StrAppend(&out, "  ", ++number, ". ", Printable(Describe(step)), "\n       ", step.why, "\n");
  }
  base::StrAppend(&out, "\n",
                  CanBeApplied(plan)
                      ? "Nothing was changed. rtpctl migrate apply makes a backup and does this; rtpctl migrate "
                        "rollback takes it back.\n"
                      : "Nothing was changed. The failures above have to be mended before this can be applied.\n");
  return out;
}

std::string PlanJson(const Plan& plan) {
  Json found = Json::array(), changes = Json::array(), steps = Json::array(), checks = Json::array();
  for (const std::string& line : plan.found) found.push_back(Printable(line));
  for (const ConfigurationChange& change : plan.changes) {
    changes.push_back({{"line", change.line},
                       {"key", Printable(change.key)},
                       {"value", Shown(change)},
                       {"verdict", VerdictName(change.verdict)},
                       {"note", change.note},
                       {"taken_out", change.taken_out}});
  }
  for (const Step& step : plan.steps) {
    steps.push_back({{"action", ActionName(step.action)},
                     {"subject", Printable(step.subject)},
                     {"what", Printable(Describe(step))},
                     {"why", step.why}});
  }
  static constexpr const char* kVerdicts[] = {"good", "skipped", "notice", "warning", "failure"};
  for (const doctor::Finding& finding : plan.findings) {
    checks.push_back({{"id", finding.id},
                      {"title", finding.title},
                      {"verdict", kVerdicts[static_cast<size_t>(finding.verdict)]},
                      {"what", Printable(finding.what)},
                      {"why", Printable(finding.why)},
                      {"fix", Printable(finding.fix)}});
  }
  const Json json = {{"can_be_applied", CanBeApplied(plan)},
                     {"found", found},
                     {"configuration", {{"file", Printable(plan.configuration_file)}, {"changes", changes}}},
                     {"steps", steps},
                     {"checks", checks}};
  return json.dump(2) + "\n";
}

std::string StageName(Stage stage) {
  switch (stage) {
    case Stage::kNone: return "none";
    case Stage::kInterrupted: return "interrupted";
    case Stage::kApplied: return "applied";
    case Stage::kRollbackInterrupted: return "rollback_interrupted";
    case Stage::kRolledBack: return "rolled_back";
  }
  return {};
}

std::string SituationText(const Situation& situation, const Style& style) {
  if (situation.stage == Stage::kNone) return "No migration has begun on this host.\n";
  Fields fields;
  const bool bad = situation.stage == Stage::kInterrupted || situation.stage == Stage::kRollbackInterrupted;
  fields.Add("stage", Cell(StageName(situation.stage), bad ? Color::kBad : Color::kGood));
  fields.Add("backup", Printable(situation.directory));
  std::string out = fields.Render(style) + "\n";
  Table table({{"STATE"}, {"STEP", false, true}, {"REMARK"}});
  for (size_t i = 0; i < situation.backup.steps.size(); ++i) {
    const Step& step = situation.backup.steps[i];
    if (step.action == Action::kRun && step.command.empty()) continue;
    const StepProgress& progress = situation.progress.steps[i];
    table.Add({StateOf(progress), Printable(Describe(step)), Printable(progress.note)});
  }
  out += table.Render(style);
  switch (situation.stage) {
    case Stage::kInterrupted:
      out += "\nIt was interrupted. rtpctl migrate apply goes on with it; rtpctl migrate rollback takes it back.\n";
      break;
    case Stage::kRollbackInterrupted:
      out += "\nIts rollback was interrupted, or could not do everything: rtpctl migrate rollback goes on with it.\n";
      break;
    case Stage::kApplied: out += "\nrtpctl migrate rollback takes it back.\n"; break;
    default: break;
  }
  return out;
}

std::string SituationJson(const Situation& situation) {
  Json steps = Json::array();
  for (size_t i = 0; i < situation.backup.steps.size(); ++i) {
    const Step& step = situation.backup.steps[i];
    steps.push_back({{"action", ActionName(step.action)},
                     {"subject", Printable(step.subject)},
                     {"what", Printable(Describe(step))},
                     {"state", StateOf(situation.progress.steps[i])},
                     {"note", Printable(situation.progress.steps[i].note)}});
  }
  const Json json = {{"stage", StageName(situation.stage)},
                     {"backup", Printable(situation.directory)},
                     {"steps", std::move(steps)}};
  return json.dump(2) + "\n";
}

}  // namespace rtpctl::migrate

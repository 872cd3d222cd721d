// rtpctl ng lint, rtpctl ng reference: what flags mean, without asking a daemon. The tables are
// controld's own.
#include <algorithm>
#include <memory>

#include "controld/ng/commands.h"
#include "controld/ng/lint.h"
#include "controld/ng/reference.h"
#include "nlohmann/json.hpp"
#include "proto/base/text.h"
#include "tools/rtpctl/commands/commands.h"
#include "tools/rtpctl/output/text.h"

namespace rtpctl {

namespace ng = controld::ng;

namespace {

Color ColorOf(ng::LintVerdict verdict) {
  switch (verdict) {
    case ng::LintVerdict::kGood: return Color::kGood;
    case ng::LintVerdict::kDeprecated:
    case ng::LintVerdict::kNotSupported: return Color::kWarning;
    case ng::LintVerdict::kUnknown: return Color::kBad;
  }
  return Color::kNone;
}

}  // namespace

std::string LintText(const std::vector<ng::LintEntry>& entries, const Style& style) {
  Table table({{"ITEM", false, true}, {"VERDICT"}, {"MEANING"}});
  std::string warnings;
  for (const ng::LintEntry& entry : entries) {
    table.Add({Printable(entry.item),
               Cell(std::string(ng::LintVerdictName(entry.verdict)), ColorOf(entry.verdict)),
               Printable(entry.meaning.empty() ? "-" : entry.meaning)});
    for (const std::string& warning : entry.warnings) warnings += "  " + Printable(warning) + "\n";
  }
  std::string out = table.Render(style);
  if (!warnings.empty()) out += "\nIn the daemon's log:\n" + warnings;
  return out;
}

namespace {

std::string LintJson(const std::vector<ng::LintEntry>& entries) {
  nlohmann::ordered_json out = nlohmann::ordered_json::array();
  for (const ng::LintEntry& entry : entries) {
    nlohmann::ordered_json warnings = nlohmann::ordered_json::array();
    for (const std::string& warning : entry.warnings) warnings.push_back(Printable(warning));
    out.push_back({{"item", Printable(entry.item)},
                   {"verdict", ng::LintVerdictName(entry.verdict)},
                   {"meaning", entry.meaning},
                   {"warnings", warnings}});
  }
  return out.dump(2) + "\n";
}

void AddLint(CLI::App* parent, Session* session) {
  auto* command = parent->add_subcommand("lint", "Explains a text of rtpp-flags, item by item");
  auto words = std::make_shared<std::vector<std::string>>();
  auto ng_command = std::make_shared<std::string>("offer");
  command->add_option("FLAGS", *words, "The text, as one argument or as several")->required();
  command->add_option("--command", *ng_command, "The NG command it goes with")
      ->capture_default_str();
  command->footer(
      "Examples:\n"
      "  rtpctl ng lint 'trust-address replace-origin ICE=remove'\n"
      "  rtpctl ng lint --command answer 'codec=[strip=[PCMA]]'\n"
      "\nExit status 1: something in it is unknown or not supported.");
  command->callback([session, words, ng_command] {
    session->set_command([session, words, ng_command] {
      const ng::Command of = ng::CommandByName(*ng_command);
      if (!ng::RunsCommonParser(of)) {
        return session->Fail(kExitUsage, "'" + Printable(*ng_command) +
                                             "' is no NG command that takes rtpp-flags.");
      }
      std::string text;
      for (const std::string& word : *words) text += (text.empty() ? "" : " ") + word;
      const auto entries = ng::LintFlags(text, of);
      session->out() << (session->options().json ? LintJson(entries)
                                                 : LintText(entries, session->style()));
      const bool good = std::all_of(entries.begin(), entries.end(), [](const ng::LintEntry& entry) {
        return entry.verdict < ng::LintVerdict::kNotSupported;
      });
      return good ? kExitOk : kExitRefused;
    });
  });
}

void AddReference(CLI::App* parent, Session* session) {
  auto* command = parent->add_subcommand("reference", "Prints all commands, keys and flags");
  command->footer("Example:\n  rtpctl ng reference > docs/ng.md");
  command->callback([session] {
    session->set_command([session] {
      if (session->options().json) {
        return session->Fail(kExitUsage, "the reference has no JSON form: leave --json out.");
      }
      session->out() << ng::ReferenceText();
      return kExitOk;
    });
  });
}

}  // namespace

void AddNg(CLI::App* parent, Session* session) {
  AddLint(parent, session);
  AddReference(parent, session);
}

}  // namespace rtpctl

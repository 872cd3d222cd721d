// rtpctl ng lint, rtpctl ng reference: what flags mean, without asking a daemon. The tables are
// controld's own.
#include <algorithm>
#include <memory>

#include "controld/ng/commands.h"
#include "controld/ng/lint.h"
#include "controld/ng/reference.h"
#include "controld/ng/templates.h"
#include "nlohmann/json.hpp"
#include "proto/base/text.h"
#include "proto/runtime/files.h"
#include "tools/rtpctl/commands/commands.h"
#include "tools/rtpctl/output/text.h"

namespace rtpctl {

namespace ng = controld::ng;

namespace {

Color ColorOf(ng::Verdict verdict) {
  switch (verdict) {
    case ng::Verdict::kGood: return Color::kGood;
    case ng::Verdict::kDepends: return Color::kNone;
    case ng::Verdict::kPartly:
    case ng::Verdict::kDeprecated:
    case ng::Verdict::kNotSupported: return Color::kWarning;
    case ng::Verdict::kBadValue:
    case ng::Verdict::kUnknown: return Color::kBad;
  }
  return Color::kNone;
}

}  // namespace

std::string LintText(const std::vector<ng::LintEntry>& entries, const Style& style) {
  Table table({{"ITEM", false, true}, {"VERDICT"}, {"MEANING"}});
  std::string warnings;
  for (const ng::LintEntry& entry : entries) {
    table.Add({Printable(entry.item),
               Cell(std::string(ng::VerdictName(entry.verdict)), ColorOf(entry.verdict)),
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
                   {"verdict", ng::VerdictName(entry.verdict)},
                   {"meaning", entry.meaning},
                   {"warnings", warnings}});
  }
  return out.dump(2) + "\n";
}

struct LintArguments {
  std::vector<std::string> words;
  std::string command = "offer";
  std::string config_file;  // empty: none
  std::string config_section = "rtpengine";
};

absl::StatusOr<ng::Templates> ReadTemplates(const LintArguments& arguments) {
  const absl::StatusOr<std::string> text = runtime::ReadFile(arguments.config_file);
  if (!text.ok()) return text.status();
  base::options::CommandLine line;
  line.config_file = arguments.config_file;
  line.config_section = arguments.config_section;
  const auto parsed = base::options::ParseOptions(base::options::Daemon::kControld, line, *text, {});
  if (!parsed.ok()) return parsed.status();
  return ng::ReadTemplates(parsed->options);
}

int Lint(Session* session, const LintArguments& arguments) {
  const ng::Command command = ng::CommandByName(arguments.command);
  if (!ng::RunsCommonParser(command)) {
    return session->Fail(kExitUsage, "'" + Printable(arguments.command) +
                                         "' is no NG command that takes rtpp-flags.");
  }
  ng::Templates templates;
  ng::ParseOptions options;
  if (!arguments.config_file.empty()) {
    auto read = ReadTemplates(arguments);
    if (!read.ok()) {
      return session->Fail(kExitUsage, Printable(arguments.config_file) + ": " +
                                           Printable(std::string(base::Message(read.status()))));
    }
    templates = *std::move(read);
    options.templates = &templates;
  }
  std::string text;
  for (const std::string& word : arguments.words) text += (text.empty() ? "" : " ") + word;
  const auto entries = ng::LintFlags(text, command, options);
  session->out() << (session->options().json ? LintJson(entries)
                                             : LintText(entries, session->style()));
  const bool good = std::all_of(entries.begin(), entries.end(), [](const ng::LintEntry& entry) {
    return entry.verdict < ng::Verdict::kNotSupported;
  });
  return good ? kExitOk : kExitRefused;
}

void AddLint(CLI::App* parent, Session* session) {
  auto* command = parent->add_subcommand("lint", "Explains a text of rtpp-flags, item by item");
  auto arguments = std::make_shared<LintArguments>();
  command->add_option("FLAGS", arguments->words, "The text, as one argument or as several")
      ->required();
  command->add_option("--command", arguments->command, "The NG command it goes with")
      ->capture_default_str();
  command->add_option("--config-file", arguments->config_file,
                      "The daemons' configuration, for its signalling templates");
  command->add_option("--config-section", arguments->config_section, "Its section")
      ->capture_default_str();
  command->footer(
      "Examples:\n"
      "  rtpctl ng lint 'trust-address replace-origin ICE=remove'\n"
      "  rtpctl ng lint --command answer 'codec=[strip=[PCMA]]'\n"
      "  rtpctl ng lint --config-file /etc/rtpengine/rtpengine.conf template=webrtc\n"
      "\nExit status 1: something in it is unknown, has a bad value or is not supported.");
  command->callback([session, arguments] {
    session->set_command([session, arguments] { return Lint(session, *arguments); });
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

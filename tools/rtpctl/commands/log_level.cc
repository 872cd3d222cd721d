// rtpctl log-level [SUBSYSTEM] [LEVEL]: shows or sets log levels while the daemon runs.
#include <map>
#include <memory>
#include <optional>

#include "absl/strings/numbers.h"
#include "proto/base/text.h"
#include "tools/rtpctl/commands/commands.h"
#include "tools/rtpctl/output/text.h"

namespace rtpctl {

namespace v1 = rtpengine::v1;

namespace {

constexpr const char* kSeverities[] = {"emergency", "alert",  "critical", "error",
                                       "warning",   "notice", "info",     "debug"};

// A number, or a severity's name; nullopt: neither.
std::optional<int> ParseLevel(const std::string& text) {
  int level = 0;
  if (absl::SimpleAtoi(text, &level)) return level;
  for (int i = 0; i < 8; ++i) {
    if (base::EqualsIgnoreCase(text, kSeverities[i])) return i;
  }
  return std::nullopt;
}

int Show(Session* session, const std::string& subsystem) {
  v1::LogLevels levels;
  const int result =
      session->Call(&v1::Process::Stub::GetLogLevels, v1::GetLogLevelsRequest(), &levels);
  if (result != kExitOk) return result;
  if (!subsystem.empty()) {
    const auto found = levels.levels().find(subsystem);
    if (found == levels.levels().end()) {
      return session->Fail(kExitRefused,
                           base::StrCat("no subsystem is called '", Printable(subsystem),
                                        "'; rtpctl log-level lists them."));
    }
    v1::LogLevels one;
    (*one.mutable_levels())[subsystem] = found->second;
    levels = std::move(one);
  }
  if (!session->PrintedJson(levels)) session->out() << LogLevelsText(levels, session->style());
  return kExitOk;
}

int Set(Session* session, const std::string& subsystem, const std::string& text) {
  const std::optional<int> level = ParseLevel(text);
  if (!level) {
    return session->Fail(kExitUsage, base::StrCat("'", Printable(text),
                                                  "' is no level: 0 (emergency) to 7 (debug)."));
  }
  v1::SetLogLevelRequest request;
  request.set_subsystem(subsystem);
  request.set_level(*level);
  v1::LogLevels levels;
  const int result = session->Call(&v1::Process::Stub::SetLogLevel, request, &levels);
  if (result != kExitOk || session->PrintedJson(levels)) return result;
  session->out() << LogLevelsText(levels, session->style());
  return kExitOk;
}

}  // namespace

std::string LogLevelsText(const v1::LogLevels& levels, const Style& style) {
  Table table({{"SUBSYSTEM"}, {"LEVEL", true}, {"MEANING"}});
  const std::map<std::string, int> sorted(levels.levels().begin(), levels.levels().end());
  for (const auto& [subsystem, level] : sorted) {
    const bool known = level >= 0 && level < 8;
    table.Add({Printable(subsystem), std::to_string(level),
               known       ? kSeverities[level]
               : level < 0 ? "off"
                           : "all"});
  }
  return table.Render(style);
}

void AddLogLevel(CLI::App* parent, Session* session) {
  auto* command =
      parent->add_subcommand("log-level", "Shows or sets log levels of the running daemon");
  auto subsystem = std::make_shared<std::string>();
  auto level = std::make_shared<std::string>();
  command->add_option("SUBSYSTEM", *subsystem, "A subsystem, or all (may be left out)");
  command->add_option("LEVEL", *level, "0 (emergency) to 7 (debug), or a level's name");
  command->footer(
      "Examples:\n"
      "  rtpctl log-level                # all levels\n"
      "  rtpctl log-level core           # of one subsystem\n"
      "  rtpctl log-level 7              # all subsystems to debug\n"
      "  rtpctl log-level control debug\n"
      "The level of the configuration file is back after a restart.");
  command->callback([session, subsystem, level] {
    session->set_command([session, subsystem, level] {
      // A lone level means every subsystem.
      if (level->empty() && ParseLevel(*subsystem)) return Set(session, "", *subsystem);
      const std::string which = *subsystem == "all" ? "" : *subsystem;
      return level->empty() ? Show(session, which) : Set(session, which, *level);
    });
  });
}

}  // namespace rtpctl

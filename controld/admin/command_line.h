// One line of the admin interface to a command and its arguments (config.md §5). Words are separated
// by single spaces, case matters, further words are ignored.
//
// Pure; the texts are those that scripts compare.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace controld::admin {

enum class Verb : uint8_t {
  kAnswered,  // `answer` is all there is to say
  kUsage,
  kListSessionCount,
  kListSessions,  // argument: all, own, foreign, recording
  kListSession,   // argument: call-id
  kListParameter,
  kListLogLevel,   // argument: subsystem; empty: all
  kListLogLevels,
  kSetLogLevel,    // argument: subsystem; empty: all. value: the level
  kTerminate,      // argument: call-id
  kTerminateAll,   // argument: all, own, foreign
};

struct CommandLine {
  Verb verb = Verb::kAnswered;
  std::string argument;
  std::string value;
  std::string answer;  // kAnswered
};

CommandLine ParseCommandLine(std::string_view line);

// What `usage` prints: the commands there are.
std::string_view Usage();

// What `list` tells about the configuration.
struct Parameters {
  int64_t timeout_s = 0, silent_timeout_s = 0, final_timeout_s = 0, offer_timeout_s = 0;
  int64_t delete_delay_s = 0;
  int64_t max_sessions = -1;
  double max_cpu = 0, max_load = 0;
  int64_t max_bandwidth = 0;
  int64_t control_tos = 0;
};
// The answer to `list ITEM`; empty: there is no such item.
std::string ParameterText(std::string_view item, const Parameters& parameters);

}  // namespace controld::admin

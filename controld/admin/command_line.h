// One line of the admin interface to a command and its arguments (config.md §5). Words are
// separated by single spaces, case matters, further words are ignored.
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
  kListSessions,   // argument: all, own, foreign, recording
  kListSession,    // argument: call-id
  kListParameter,  // argument: item
  kListLogLevel,   // argument: subsystem; empty: all
  kListLogLevels,
  kListTotals,
  kListCounters,
  kListInterfaces,
  kListJsonStatistics,
  kListOpenFiles,
  kSetParameter,  // argument: item. value: its new value
  kSetLogLevel,   // argument: subsystem; empty: all. value: the level
  kParametersAtStart,
  kParametersNow,
  kParametersDifference,
  kParametersRevert,
  kTerminate,     // argument: call-id
  kTerminateAll,  // argument: all, own, foreign
  kActive,
  kDebug,          // argument: call-id. value: on, off
  kCallDebug,      // likewise, `call` before it
  kCallMissing,    // argument: call-id; something is missing behind it, if there is such a call
  kCallInfo,       // argument: call-id
  kCallTerminate,  // argument: call-id
  kCallParty,      // argument: call-id. value: tag
  kCallDetail,     // argument: call-id. answer: for a call that there is
};

struct CommandLine {
  Verb verb = Verb::kAnswered;
  std::string argument;
  std::string value;
  std::string answer;  // kAnswered, kCallDetail
};

CommandLine ParseCommandLine(std::string_view line);

// What `usage` prints: the commands there are.
std::string_view Usage();

}  // namespace controld::admin

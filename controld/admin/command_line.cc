#include "controld/admin/command_line.h"

#include "absl/strings/str_format.h"
#include "proto/base/text.h"

namespace controld::admin {
namespace {

constexpr std::string_view kUsage =
    R"(    Supported commands are:

    usage                                         : print the full list of all available commands

    list <option>
        numsessions                               : print the number of sessions
        sessions <callid> | all | own | foreign   : list sessions, or print details or one session
        maxsessions                               : print the number of allowed sessions
        maxcpu                                    : print maximum CPU usage allowed
        maxload                                   : print maximum load average allowed
        maxbw                                     : print maximum bandwidth usage average allowed
        timeout                                   : print timeout parameter
        silenttimeout                             : print silent-timeout parameter
        offertimeout                              : print offer-timeout parameter
        finaltimeout                              : print final-timeout parameter
        loglevels                                 : list available log levels
        loglevel [<system>]                       : print all current log levels, or one log level
        controltos                                : print control-tos parameter
        deletedelay                               : print delete-delay parameter

    terminate <callid> | all | own | foreign      : terminate one particular call, or all (owned/foreign) calls

    set <option>
        loglevel <uint> | <sys> <uint>            : set one or all log levels to new value (1-7)

    get <option>                                  : the same as list

)";

// Splits off the first word.
std::string_view NextWord(std::string_view* rest) {
  const size_t end = rest->find(' ');
  const std::string_view word = rest->substr(0, end);
  *rest = end == std::string_view::npos ? std::string_view() : rest->substr(end + 1);
  return word;
}

CommandLine Answer(std::string text) { return {Verb::kAnswered, {}, {}, std::move(text)}; }
CommandLine Unknown(std::string_view word) {
  return Answer(base::StrCat("Unknown command: ", word, "\n"));
}
CommandLine MoreNeeded() { return Answer("More parameters required.\n"); }

bool IsGroup(std::string_view word) {
  return word == "all" || word == "own" || word == "foreign";
}

CommandLine ParseList(std::string_view rest) {
  if (rest.empty()) return MoreNeeded();
  const std::string_view item = NextWord(&rest);
  if (item == "numsessions") return {Verb::kListSessionCount, {}, {}, {}};
  if (item == "loglevels") return {Verb::kListLogLevels, {}, {}, {}};
  if (item == "loglevel") return {Verb::kListLogLevel, std::string(NextWord(&rest)), {}, {}};
  if (item == "sessions") {
    if (rest.empty()) return MoreNeeded();
    const std::string word(NextWord(&rest));
    const bool group = IsGroup(word) || word == "recording";
    return {group ? Verb::kListSessions : Verb::kListSession, word, {}, {}};
  }
  if (ParameterText(item, {}).empty()) return Unknown(item);
  return {Verb::kListParameter, std::string(item), {}, {}};
}

CommandLine ParseSet(std::string_view rest) {
  if (rest.empty()) return MoreNeeded();
  const std::string_view item = NextWord(&rest);
  if (item != "loglevel") return Unknown(item);
  if (rest.empty()) return MoreNeeded();
  const std::string_view first = NextWord(&rest);
  const bool number = first.find_first_not_of("0123456789") == first.npos;
  if (number) return {Verb::kSetLogLevel, {}, std::string(first), {}};
  if (rest.empty()) return MoreNeeded();
  return {Verb::kSetLogLevel, std::string(first), std::string(NextWord(&rest)), {}};
}

CommandLine ParseTerminate(std::string_view rest) {
  if (rest.empty()) return MoreNeeded();
  const std::string word(NextWord(&rest));
  return {IsGroup(word) ? Verb::kTerminateAll : Verb::kTerminate, word, {}, {}};
}

}  // namespace

std::string_view Usage() { return kUsage; }

CommandLine ParseCommandLine(std::string_view line) {
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
  const std::string_view command = NextWord(&line);
  if (command == "list" || command == "get") return ParseList(line);
  if (command == "set") return ParseSet(line);
  if (command == "terminate") return ParseTerminate(line);
  if (command == "usage") return {Verb::kUsage, {}, {}, {}};
  return Unknown(command);
}

std::string ParameterText(std::string_view item, const Parameters& p) {
  if (item == "timeout") return absl::StrFormat("TIMEOUT=%d\n", p.timeout_s);
  if (item == "silenttimeout") return absl::StrFormat("SILENT_TIMEOUT=%d\n", p.silent_timeout_s);
  if (item == "finaltimeout") return absl::StrFormat("FINAL_TIMEOUT=%d\n", p.final_timeout_s);
  if (item == "offertimeout") return absl::StrFormat("OFFER_TIMEOUT=%d\n", p.offer_timeout_s);
  if (item == "deletedelay") return absl::StrFormat("%d\n", p.delete_delay_s);
  if (item == "controltos") return absl::StrFormat("%d\n", p.control_tos);
  if (item == "maxsessions") {
    return absl::StrFormat("Maximum sessions configured on rtpengine: %d\n", p.max_sessions);
  }
  if (item == "maxcpu") {
    return absl::StrFormat("Maximum CPU usage configured on rtpengine: %.1f\n", p.max_cpu);
  }
  if (item == "maxload") {
    return absl::StrFormat("Maximum load average configured on rtpengine: %.2f\n", p.max_load);
  }
  if (item == "maxbw") {
    return absl::StrFormat("Maximum bandwidth configured on rtpengine: %d\n", p.max_bandwidth);
  }
  return {};
}

}  // namespace controld::admin

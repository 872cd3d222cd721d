#include "controld/admin/command_line.h"

#include <utility>

#include "controld/admin/parameters.h"
#include "proto/base/text.h"

namespace controld::admin {
namespace {

constexpr std::string_view kUsage =
    R"(    Supported commands are:

    usage                                         : print the full list of all available commands

    list <option>
        numsessions                               : print the number of sessions
        sessions <callid> | all | own | foreign   : list sessions, or print details or one session
        totals                                    : print total statistics
        counters                                  : print per-second counters
        maxopenfiles                              : print the number of allowed open files
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
        interfaces                                : print local interface/port statistics
        jsonstats                                 : print total statistics in JSON format
        transcoders                               : print transcoding statistics

    terminate <callid> | all | own | foreign      : terminate one particular call, or all (owned/foreign) calls

    set <option>
        maxsessions <int>                         : set the max number of allowed sessions
        maxcpu <float>                            : set maximum CPU usage allowed
        maxload <float>                           : set maximum load average allowed
        maxbw <uint>                              : set maximum bandwidth usage average allowed
        timeout <uint>                            : set the --timeout parameter
        silenttimeout <uint>                      : set the --silent-timeout parameter
        offertimeout <uint>                       : set the --offer-timeout parameter
        finaltimeout <uint>                       : set the --final-timeout parameter
        loglevel <uint> | <sys> <uint>            : set one or all log levels to new value (1-7)
        controltos <uint>                         : set the --control-tos parameter
        deletedelay <uint>                        : set the --delete-delay parameter

    get <option>                                  : the same as list

    params <option>
        start                                     : print initial startup configuration values
        current                                   : print current configuration values
        diff                                      : print difference between current and initial config
        revert                                    : revert config options to startup values

    kslist                                        : print all currently subscribed keyspaces

    active                                        : set all running sessions to 'owned'

    debug <callid> on | off                       : set debugging flag for given call

    call <callid> <option>
        info                                      : print details of given call
        terminate                                 : terminate given call
        debug on | off                            : toggle debugging for given call
        tag <tag> info                            : print details of given call party

)";

// Commands of the reference for what this build does not do: answered in words, never silently.
constexpr std::string_view kNoRedis = "Redis is not supported by this build\n";
constexpr std::string_view kNoKeyspaces =
    "Keyspace notification feature has not been configured.\n";
constexpr std::string_view kNoStandby =
    "Standby is not supported by this build: all calls stay owned\n";
constexpr std::string_view kNoPlayers = "Media players are not supported by this build\n";
constexpr std::string_view kNoAudio = "Audio processing is not supported by this build\n";
constexpr std::string_view kNoOpenFiles =
    "Fail setting open_files; media sockets belong to the workers: LimitNOFILE of "
    "rtpengine-mediad\n";

// Splits off the first word.
std::string_view NextWord(std::string_view* rest) {
  const size_t end = rest->find(' ');
  const std::string_view word = rest->substr(0, end);
  *rest = end == std::string_view::npos ? std::string_view() : rest->substr(end + 1);
  return word;
}

CommandLine Answer(std::string_view text) { return {Verb::kAnswered, {}, {}, std::string(text)}; }
CommandLine Unknown(std::string_view word) {
  return Answer(base::StrCat("Unknown command: ", word, "\n"));
}
CommandLine MoreNeeded() { return Answer("More parameters required.\n"); }

bool IsGroup(std::string_view word) { return word == "all" || word == "own" || word == "foreign"; }

struct Word {
  std::string_view word;
  Verb verb;
};

// The verb of one of the words; kAnswered: none of them.
template <size_t kSize>
Verb Find(const Word (&words)[kSize], std::string_view word) {
  for (const Word& each : words) {
    if (each.word == word) return each.verb;
  }
  return Verb::kAnswered;
}

constexpr Word kLists[] = {
    {"numsessions", Verb::kListSessionCount},
    {"loglevels", Verb::kListLogLevels},
    {"totals", Verb::kListTotals},
    {"counters", Verb::kListCounters},
    {"interfaces", Verb::kListInterfaces},
    {"jsonstats", Verb::kListJsonStatistics},
    {"maxopenfiles", Verb::kListOpenFiles},
};
constexpr Word kParams[] = {
    {"start", Verb::kParametersAtStart},
    {"current", Verb::kParametersNow},
    {"diff", Verb::kParametersDifference},
    {"revert", Verb::kParametersRevert},
};

bool IsRedisItem(std::string_view item) {
  return item == "redisallowederrors" || item == "redisdisabletime" ||
         item == "redisconnecttimeout" || item == "rediscmdtimeout";
}

CommandLine ParseList(std::string_view rest) {
  if (rest.empty()) return MoreNeeded();
  const std::string_view item = NextWord(&rest);
  if (const Verb verb = Find(kLists, item); verb != Verb::kAnswered) return {verb, {}, {}, {}};
  if (item == "transcoders") return Answer("No stats entries\n");
  if (item == "loglevel") return {Verb::kListLogLevel, std::string(NextWord(&rest)), {}, {}};
  if (item == "sessions") {
    if (rest.empty()) return MoreNeeded();
    const std::string word(NextWord(&rest));
    const bool group = IsGroup(word) || word == "recording";
    return {group ? Verb::kListSessions : Verb::kListSession, word, {}, {}};
  }
  if (IsRedisItem(item)) return Answer(kNoRedis);
  if (ParameterText(item, {}).empty()) return Unknown(item);
  return {Verb::kListParameter, std::string(item), {}, {}};
}

CommandLine ParseSetLogLevel(std::string_view rest) {
  const std::string_view first = NextWord(&rest);
  const bool number = first.find_first_not_of("0123456789") == first.npos;
  if (number) return {Verb::kSetLogLevel, {}, std::string(first), {}};
  if (rest.empty()) return MoreNeeded();
  return {Verb::kSetLogLevel, std::string(first), std::string(NextWord(&rest)), {}};
}

CommandLine ParseSet(std::string_view rest) {
  if (rest.empty()) return MoreNeeded();
  const std::string_view item = NextWord(&rest);
  const bool redis = IsRedisItem(item) || item == "redisdisable";
  if (item != "loglevel" && item != "maxopenfiles" && !redis && !IsSettable(item)) {
    return Unknown(item);
  }
  if (rest.empty()) return MoreNeeded();
  if (redis) return Answer(kNoRedis);
  if (item == "maxopenfiles") return Answer(kNoOpenFiles);
  if (item == "loglevel") return ParseSetLogLevel(rest);
  return {Verb::kSetParameter, std::string(item), std::string(NextWord(&rest)), {}};
}

CommandLine ParseParams(std::string_view rest) {
  if (rest.empty()) return MoreNeeded();
  const std::string_view option = NextWord(&rest);
  const Verb verb = Find(kParams, option);
  return verb == Verb::kAnswered ? Unknown(option) : CommandLine{verb, {}, {}, {}};
}

CommandLine ParseCallTag(std::string call_id, std::string_view rest) {
  if (rest.empty()) return {Verb::kCallMissing, std::move(call_id), {}, {}};
  const std::string tag(NextWord(&rest));
  if (rest.empty()) return {Verb::kCallMissing, std::move(call_id), {}, {}};
  const std::string_view option = NextWord(&rest);
  if (option == "info") return {Verb::kCallParty, std::move(call_id), tag, {}};
  const bool audio = option == "delay" || option == "detect-dtmf";
  return {Verb::kCallDetail,
          std::move(call_id),
          {},
          audio ? std::string(kNoAudio) : Unknown(option).answer};
}

CommandLine ParseCall(std::string_view rest) {
  if (rest.empty()) return MoreNeeded();
  std::string call_id(NextWord(&rest));
  if (rest.empty()) return {Verb::kCallMissing, std::move(call_id), {}, {}};
  const std::string_view option = NextWord(&rest);
  if (option == "info") return {Verb::kCallInfo, std::move(call_id), {}, {}};
  if (option == "terminate") return {Verb::kCallTerminate, std::move(call_id), {}, {}};
  if (option == "tag") return ParseCallTag(std::move(call_id), rest);
  if (option == "debug") {
    if (rest.empty()) return {Verb::kCallMissing, std::move(call_id), {}, {}};
    const std::string_view how = NextWord(&rest);
    if (how == "on" || how == "off") return {Verb::kCallDebug, std::move(call_id), std::string(how), {}};
    return {Verb::kCallDetail, std::move(call_id), {}, Unknown(how).answer};
  }
  return {Verb::kCallDetail, std::move(call_id), {}, Unknown(option).answer};
}

CommandLine ParseMedia(std::string_view rest) {
  if (rest.empty()) return MoreNeeded();
  const std::string_view deed = NextWord(&rest);
  if (deed != "list" && deed != "add" && deed != "reload" && deed != "evict") return Unknown(deed);
  return rest.empty() ? MoreNeeded() : Answer(kNoPlayers);
}

CommandLine ParseDebug(std::string_view rest) {
  if (rest.empty()) return Answer("No call ID specified\n");
  std::string call_id(NextWord(&rest));
  const std::string_view how = NextWord(&rest);
  if (!how.empty() && how != "on" && how != "off") return Unknown(how);
  return {Verb::kDebug, std::move(call_id), how.empty() ? "on" : std::string(how), {}};
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
  if (command == "params") return ParseParams(line);
  if (command == "call") return ParseCall(line);
  if (command == "media") return ParseMedia(line);
  if (command == "debug") return ParseDebug(line);
  if (command == "usage") return {Verb::kUsage, {}, {}, {}};
  if (command == "active") return {Verb::kActive, {}, {}, {}};
  if (command == "standby") return Answer(kNoStandby);
  if (command == "kslist" || command == "ksadd" || command == "ksrm") return Answer(kNoKeyspaces);
  return Unknown(command);
}

}  // namespace controld::admin

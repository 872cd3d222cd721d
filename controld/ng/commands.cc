#include "controld/ng/commands.h"

#include <array>

namespace controld::ng {
namespace {

constexpr std::array kRows = {
    CommandRow{Command::kPing, "ping", "Ping", 1, false},
    CommandRow{Command::kOffer, "offer", "Offer", 1, true},
    CommandRow{Command::kAnswer, "answer", "Answer", 1, true},
    CommandRow{Command::kDelete, "delete", "Delete", 1, true},
    CommandRow{Command::kQuery, "query", "Query", 1, false},
    CommandRow{Command::kList, "list", "List", 2, false},
    CommandRow{Command::kStartRecording, "start recording", "StartRec", 2, true},
    CommandRow{Command::kStopRecording, "stop recording", "StopRec", 2, true},
    CommandRow{Command::kPauseRecording, "pause recording", "PauseRec", 2, true},
    CommandRow{Command::kStartForwarding, "start forwarding", "StartFwd", 3, true},
    CommandRow{Command::kStopForwarding, "stop forwarding", "StopFwd", 3, true},
    CommandRow{Command::kBlockDtmf, "block DTMF", "BlkDTMF", 2, true},
    CommandRow{Command::kUnblockDtmf, "unblock DTMF", "UnblkDTMF", 2, true},
    CommandRow{Command::kBlockMedia, "block media", "BlkMedia", 2, true},
    CommandRow{Command::kUnblockMedia, "unblock media", "UnblkMedia", 2, true},
    CommandRow{Command::kSilenceMedia, "silence media", "SlnMedia", 2, true},
    CommandRow{Command::kUnsilenceMedia, "unsilence media", "UnslnMedia", 2, true},
    CommandRow{Command::kPlayMedia, "play media", "PlayMedia", 2, true},
    CommandRow{Command::kStopMedia, "stop media", "StopMedia", 2, true},
    CommandRow{Command::kPlayDtmf, "play DTMF", "PlayDTMF", 3, true},
    CommandRow{Command::kStatistics, "statistics", "Stats", 2, false},
    CommandRow{Command::kPublish, "publish", "Pub", 3, true},
    CommandRow{Command::kSubscribeRequest, "subscribe request", "SubReq", 2, true},
    CommandRow{Command::kSubscribeAnswer, "subscribe answer", "SubAns", 2, true},
    CommandRow{Command::kUnsubscribe, "unsubscribe", "Unsub", 2, true},
    CommandRow{Command::kInjectStart, "inject start", "InjStart", 3, true},
    CommandRow{Command::kInjectStop, "inject stop", "InjStop", 3, true},
    CommandRow{Command::kConnect, "connect", "Conn", 3, true},
    CommandRow{Command::kTransform, "transform", "Trnsfm", 4, true},
    CommandRow{Command::kCreate, "create", "Create", 3, true},
    CommandRow{Command::kCreateAnswer, "create answer", "CrtAnsw", 3, true},
    CommandRow{Command::kMesh, "mesh", "Mesh", 3, true},
    CommandRow{Command::kCli, "cli", "CLI", 3, false},
};

constexpr bool RowsFollowTheEnum() {
  for (size_t i = 0; i < kRows.size(); ++i) {
    if (static_cast<size_t>(kRows[i].command) != i + 1) return false;
  }
  return true;
}
static_assert(RowsFollowTheEnum(), "CommandRow lookups index by the enum's value");

const CommandRow* RowOf(Command command) {
  const auto index = static_cast<size_t>(command);
  return index == 0 || index > kRows.size() ? nullptr : &kRows[index - 1];
}

}  // namespace

absl::Span<const CommandRow> CommandRows() { return kRows; }

std::string_view CommandName(Command command) {
  const CommandRow* row = RowOf(command);
  return row ? row->name : "unknown";
}

std::string_view CommandShortName(Command command) {
  const CommandRow* row = RowOf(command);
  return row ? row->short_name : "Unknown";
}

bool RunsCommonParser(Command command) {
  const CommandRow* row = RowOf(command);
  return row && row->common_parser;
}

Command CommandByName(std::string_view name) {
  // The frequent ones stand first and few others share their length: in practice two comparisons.
  for (const CommandRow& row : kRows) {
    if (row.name == name) return row.command;
  }
  return name == "CLI" ? Command::kCli : Command::kUnknown;
}

CommandLookup PeekCommand(const Dictionary& dictionary) {
  const Value* value = dictionary.Find("command");
  const std::string* name = value ? value->string() : nullptr;
  if (!name) return {Command::kUnknown, "Dictionary contains no key \"command\""};
  const Command command = CommandByName(*name);
  if (command == Command::kUnknown) return {command, "Unrecognized command"};
  return {command, {}};
}

}  // namespace controld::ng

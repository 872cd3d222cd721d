// The command table of ng-protocol.md §5: names on the wire, short names, who runs the common key
// parser.
//
// Not here: what the commands do (controld/call). Pure and thread-safe.
#pragma once

#include <cstdint>
#include <string_view>

#include "absl/types/span.h"
#include "controld/ng/request.h"
#include "controld/ng/value.h"

namespace controld::ng {

struct CommandRow {
  Command command;
  std::string_view name;        // "block DTMF"
  std::string_view short_name;  // "BlkDTMF": CLI, statistics; lower-cased in JSON statistics
  uint8_t tier;
  bool common_parser;  // keys of §8, rtpp-flags and templates; the others read their few keys
                       // literally
};

// All commands in the order of enum Command, kUnknown excluded.
absl::Span<const CommandRow> CommandRows();

// The canonical name ("block DTMF") and the short one ("BlkDTMF"); "unknown" and "Unknown" for
// kUnknown.
std::string_view CommandName(Command command);
std::string_view CommandShortName(Command command);
bool RunsCommonParser(Command command);

// Exact match, as clients spell it ("cli" and "CLI" both); kUnknown otherwise.
Command CommandByName(std::string_view name);

struct CommandLookup {
  Command command = Command::kUnknown;
  std::string_view error;  // the error-reason when the command is kUnknown
};
// The fast path: what a dictionary asks for, without parsing the rest. The first `command` counts.
CommandLookup PeekCommand(const Dictionary& dictionary);

}  // namespace controld::ng

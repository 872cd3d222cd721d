// A command on several calls: they become one and are changed, in one step (ng-protocol.md §6.15 to §6.19). The other
// calls are borrowed from their shards and come back as they were if anything fails. Shard thread only.
#pragma once

#include <string>
#include <vector>

#include "controld/call/change.h"

namespace controld::call {

struct JoinTexts {
  std::string unknown;    // error-reason: a call is not there
  std::string collision;  // a tag is in two of them
  std::string failed;     // they cannot become one
};

// The call `call_id` takes in those of `others` (itself among them counts for nothing), then changes.
void JoinCalls(CallTable& table, const std::string& call_id,
               const std::vector<std::string>& others, JoinTexts texts, Change change,
               Respond respond);

}  // namespace controld::call

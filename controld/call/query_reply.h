// The reply dictionary of `query` and `delete` (ng-protocol.md §7): call model plus what the worker counted.
// Pure.
#pragma once

#include <set>
#include <string_view>

#include "controld/call/call_state.pb.h"
#include "controld/call/settings.h"
#include "controld/ng/value.h"
#include "rtpengine/v1/session.pb.h"

namespace controld::call {

struct QuerySelection {
  // Only this tag's entry and the tags it receives from; null = all. An unknown tag selects nothing.
  const std::string* tag = nullptr;
  // Parties whose ports were just closed are shown without local ports and unconfirmed.
  std::set<uint32_t> closed;
};

ng::Dictionary BuildQueryReply(const CallState& call,
                               const rtpengine::v1::SessionStatistics& statistics,
                               const QuerySelection& selection, const Settings& settings);

}  // namespace controld::call

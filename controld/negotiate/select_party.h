// Which party a command that is not offer/answer means (ng-protocol.md §6.8): by label, by signalled address
// or by tag, or the whole call. Not here: which party authored an SDP (dialogue.h). Pure; shard thread.
#pragma once

#include <cstdint>
#include <string>

#include "controld/call/call_state.pb.h"
#include "controld/ng/request.h"

namespace controld::negotiate {

// The reply to an unknown call-id of these commands; offer, answer and query spell it otherwise.
inline constexpr char kUnknownCallId[] = "Unknown call-ID";

// When a from-tag selects: the block, block DTMF and forwarding commands want the flag `directional` with
// it; silence, play, subscribe and connect do not.
enum class FromTagRule : uint8_t { kWithDirectional, kAlways };

struct PartySelection {
  bool whole_call = false;  // `all` was given
  uint32_t party = 0;       // party id; 0 and not whole_call: nothing was given that selects
  std::string error;        // error-reason; nothing is selected then
};

PartySelection SelectParty(const call::CallState& call, const ng::Request& request,
                           FromTagRule from_tag_rule);

// `set-label` gives the selected party its label. False if there is none to give.
bool RelabelSelected(call::CallState* call, const PartySelection& selection,
                     const ng::Request& request);

}  // namespace controld::negotiate

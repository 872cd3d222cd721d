// Which two parties a message is between (sdp-rewriting.md §10): tags, branches, aliases, forks.
#pragma once

#include <string>

#include "controld/call/call_state.pb.h"
#include "controld/ng/request.h"

namespace controld::negotiate {

struct Dialogue {
  uint32_t sender = 0;    // party id: author of the SDP in the message
  uint32_t receiver = 0;  // party id: whom the rewritten SDP is for
  std::string error;      // error-reason; the ids are 0 then
};

// Finds or creates the parties. `request.command` is kOffer or kAnswer; tags were checked for presence.
Dialogue ResolveDialogue(call::CallState* call, const ng::Request& request, int64_t now_us);

// Establishes the pair as each other's only counterpart: "the last answer wins". For an offer the pair is
// added beside other unanswered branches.
void Associate(call::CallState* call, const Dialogue& dialogue, bool is_offer);

}  // namespace controld::negotiate

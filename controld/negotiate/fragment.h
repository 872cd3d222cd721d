// Trickle ICE: candidates that come after an offer or answer, as fragments of SDP (RFC 8840 §4.4, §9;
// ng-protocol.md §6.1). Pure; one thread.
#pragma once

#include <string_view>

#include "controld/call/call_state.pb.h"
#include "controld/sdp/session_description.h"

namespace controld::negotiate {

// Adds the candidates to the sections that they are for, by mid, else by position; of other credentials than the
// section's they are ignored. False: nothing is new.
bool ApplyFragment(const sdp::SessionDescription& fragment, call::Party* party);

// For a tag that nobody has yet: kept for 3 s, at most 16 of 8 KiB for a call.
void QueueFragment(std::string_view tag, std::string_view body, int64_t now_us, call::CallState* call);
// Those of the party's tag are applied, those whose time is over forgotten.
void ApplyQueuedFragments(int64_t now_us, call::CallState* call, call::Party* party);

}  // namespace controld::negotiate

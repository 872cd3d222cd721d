// Whether a reply fits the transport that its command came by. Asked before the worker is told of a change: a command
// whose reply cannot be sent is one that failed, and leaves the call as it was. Pure.
#pragma once

#include <functional>

#include "controld/call/call_state.pb.h"
#include "controld/negotiate/negotiate.h"
#include "controld/ng/encoding.h"
#include "controld/ng/value.h"

namespace controld::call {

// `reply` makes the reply from a call whose port sets are all allocated; those of `draft` that are not yet count as if
// they came to the longest address and port there are.
bool ReplyFits(const ng::ReplyRoom& room, const CallState& draft,
               const std::function<ng::Dictionary(const CallState& call)>& reply);

// Without looking closer: an SDP of this request and this many sections cannot come near the size of a datagram.
bool SurelyFits(const ng::Request& request, const negotiate::OutgoingSdp& outgoing);

}  // namespace controld::call

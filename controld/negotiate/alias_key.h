// alias-key (ng-protocol.md §8.1): a message with a tag never heard of belongs to the party that earlier
// sent the same SDP, or the same first media endpoint. Pure.
#pragma once

#include "controld/call/call_state.pb.h"
#include "controld/ng/request.h"
#include "controld/sdp/session_description.h"

namespace controld::negotiate {

// If the author's tag is unknown and a party is remembered under this body's key, that party takes the
// tag; its former one becomes an alias.
void AdoptByAliasKey(call::CallState* call, const ng::Request& request,
                     const sdp::SessionDescription& sdp);

// Remembers the author under the key that the request names, if any.
void RememberAliasKey(const ng::Request& request, const sdp::SessionDescription& sdp,
                      call::Party* author);

}  // namespace controld::negotiate

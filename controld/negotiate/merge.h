// Two calls become one (ng-protocol.md §6.17): the parties of one move into the other, ids raised so that they stay
// apart. Pure. Not here: fetching the other call from its shard (call/join.h), moving its media (the worker's).
#pragma once

#include <string>

#include "controld/call/call_state.pb.h"

namespace controld::negotiate {

// False, and nothing changed, if a tag is in both. What had id n in `from` has id n + *offset afterwards.
bool MergeCalls(call::CallState* into, const call::CallState& from, uint32_t* offset);

}  // namespace controld::negotiate

// Trickle ICE by NG: see fragment_command.cc. Shard thread only.
#pragma once

#include "controld/call/call_table.h"
#include "controld/call/commands.h"

namespace controld::call {

// The request has call-id, from-tag and sdp.
void HandleFragment(CallTable& table, ng::Request&& request, base::Now now, Respond respond);

}  // namespace controld::call

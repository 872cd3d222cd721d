// Trickle ICE by NG: see fragment_command.cc. Shard thread only.
#pragma once

#include <string>

#include "controld/call/call_table.h"
#include "controld/call/commands.h"

namespace controld::call {

// Flag fragment, whatever the body is.
bool HasFragment(const ng::Request& request);
// Of the party with this tag. The request has call-id and sdp.
void HandleFragment(CallTable& table, ng::Request&& request, const std::string& tag, base::Now now,
                    Respond respond);

// Once the party with this tag has signalled; offers and answers do it by themselves.
void ApplyFragmentsThatWaited(base::Now now, const std::string& tag, CallState* draft);

}  // namespace controld::call

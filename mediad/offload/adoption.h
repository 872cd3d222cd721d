// What goes from one process to the next with a flow that stays in the kernel: the mark that its owner leaves on it, and
// the flow as it is found. Any thread that owns the session.
#pragma once

#include <optional>

#include "mediad/offload/flow.h"
#include "mediad/session/session.h"

namespace mediad::offload {

// `mark`: SessionMark(). Precondition: nothing that the flow counted has been merged.
Mark MarkOf(const Flow& flow, const session::Session& session, uint64_t mark);

// A flow found at a port of the session: whose packets it counts is known from the session, how it forwards them is not.
// What its mark says was counted is added to the session, and its peer counts as confirmed. nullopt: no port of ours.
std::optional<Flow> AdoptFlow(const FlowReport& report, session::Session* session);

}  // namespace mediad::offload

// What the kernel did since it last said so becomes part of a session: counters, SSRCs, last-seen times, SRTP indices.
// Counters only ever grow by differences, so nothing is counted twice. Pure but for the session it changes.
#pragma once

#include <vector>

#include "mediad/offload/flow.h"
#include "mediad/session/session.h"

namespace mediad::offload {

// Traffic through one local port, for the counters of interfaces.
struct Moved {
  session::SocketIndex socket = session::kNoSocket;
  bool egress = false;
  FlowCounters counters;
};

// `report` follows `before` (default-constructed: the flow is new). Adds to `moved`. Flow and session fit together:
// nothing was applied since the flow was planned.
void Merge(const Flow& flow, const FlowReport& before, const FlowReport& report, const base::Now& now,
           session::Session* session, std::vector<Moved>* moved);

// The notes of a stream, made if there are none.
session::OffloadNotes& NotesOf(session::Stream* stream);

}  // namespace mediad::offload

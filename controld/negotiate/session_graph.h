// From the call model to the session that the worker is to run (rtpengine.v1.Session). Pure.
#pragma once

#include "controld/call/call_state.pb.h"
#include "controld/call/settings.h"
#include "rtpengine/v1/session.pb.h"

namespace controld::negotiate {

// `pinned`: ask for exactly the ports and addresses the call already has (replay after a worker's restart).
rtpengine::v1::Session BuildSession(const call::CallState& call, const call::Settings& settings,
                                    bool pinned);

}  // namespace controld::negotiate

// The "Final packet stats" lines at the end of a call (config.md §6): billing and QoS scripts parse them.
#pragma once

#include "controld/call/call_state.pb.h"
#include "proto/base/clock.h"
#include "rtpengine/v1/session.pb.h"

namespace controld::call {

void LogFinalStatistics(const CallState& call, const rtpengine::v1::SessionStatistics& statistics,
                        base::Now now);

}  // namespace controld::call

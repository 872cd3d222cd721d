// Call descriptions for the admin interface, and `explain`: why is there (no) audio, in words. Pure.
#pragma once

#include "controld/call/call_state.pb.h"
#include "rtpengine/v1/admin.pb.h"

namespace controld::call {

// `statistics` may be null: then without counters.
rtpengine::v1::CallInfo DescribeCall(const CallState& call,
                                     const rtpengine::v1::SessionStatistics* statistics);

rtpengine::v1::ExplainCallResponse ExplainCall(const CallState& call,
                                               const rtpengine::v1::SessionStatistics& statistics,
                                               int64_t now_unix_ms);

}  // namespace controld::call

// ICE and DTLS of one stream in words, for `rtpctl calls explain`: no secrets in them. Pure.
#pragma once

#include "controld/call/call_state.pb.h"
#include "rtpengine/v1/admin.pb.h"
#include "rtpengine/v1/session.pb.h"

namespace controld::call {

// Adds facts, and what is missing before media can flow.
void ExplainSecurity(const Media& media, const rtpengine::v1::StreamStatistics& stream,
                     rtpengine::v1::StreamExplanation* out);

}  // namespace controld::call

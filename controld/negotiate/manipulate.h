// What commands hold back of media: block, silence and DTMF (ng-protocol.md §6.9, §6.10), from the request to the
// call, and from the call to a route. Not here: packets (the worker's), SDP. Pure; shard thread.
#pragma once

#include <string>

#include "controld/call/call_state.pb.h"
#include "controld/ng/request.h"
#include "rtpengine/v1/session.pb.h"

namespace controld::negotiate {

// Carries out block/unblock/silence/unsilence media and block/unblock DTMF on `call`. The error-reason; the call may
// have changed then, and is to be thrown away.
std::string Manipulate(call::CallState* call, const ng::Request& request);

// The flags of an offer or answer that concern its sender: block-DTMF, drop-traffic.
void TakeManipulationFlags(call::CallState* call, const ng::Request& request,
                           call::Party* sender);
// media-echo, block-short, generate-RTCP and mirror-RTCP, for one section. `receiver` is the other side of it.
void TakeMediaFlags(const ng::Request& request, call::Media* sender, call::Media* receiver);

// What holds for what `from` sends to `to` (perhaps itself).
void FillManipulation(const call::CallState& call, const call::Party& from, const call::Party& to,
                      bool offer_answer, rtpengine::v1::Route* route);

// The least payload of a codec whose packets have a fixed size; 0 for the others.
uint32_t LeastPayload(const call::SdpCodec& codec, int ptime_ms);

}  // namespace controld::negotiate

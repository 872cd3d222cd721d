// What a worker found out about a call's secure media, kept in the call: pairs that ICE selected, keys and failures
// of DTLS handshakes, how far SRTP has come (worker.proto, Event). Pairs decide about later SDP; the rest goes back to
// a worker that restarted.
#pragma once

#include "controld/call/call_state.pb.h"
#include "rtpengine/v1/worker.pb.h"

namespace controld::call {

class CallTable;

// False: the call knows it already, or has changed since (another association, no ICE any more).
bool TakeMediaEvent(const rtpengine::v1::Event& event, CallState* call);

// Takes it once no command is at work on the call; the worker's record of the call is renewed.
void HandleMediaEvent(CallTable& table, const rtpengine::v1::Event& event);

}  // namespace controld::call

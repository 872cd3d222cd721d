// SDP between one party and us, with nobody at the other end: publish (the party offers, we answer and listen),
// create (we offer) and create answer (ng-protocol.md §6.14, §6.18). What such a party says or hears is decided
// by subscribe (subscribe.h) and connect (link.h). Pure.
#pragma once

#include <string>
#include <vector>

#include "controld/call/call_state.pb.h"
#include "controld/call/settings.h"
#include "controld/call/worker_gateway.h"
#include "controld/negotiate/negotiate.h"
#include "controld/ng/request.h"
#include "proto/base/clock.h"

namespace controld::negotiate {

struct SingleOutcome {
  std::string error;  // error-reason: nothing of the draft is of use
  OutgoingSdp outgoing;
  std::vector<std::string> warnings;
};

// `sdp` passed CheckSdp. The party of `from_tag` is found or made.
SingleOutcome Publish(call::CallState* call, const ng::Request& request,
                      const std::string& from_tag, const sdp::SessionDescription& sdp,
                      const call::WorkerView& worker, const call::Settings& settings,
                      base::Random& random, base::Now now);

SingleOutcome Create(call::CallState* call, const ng::Request& request,
                     const std::string& from_tag, const call::WorkerView& worker,
                     const call::Settings& settings, base::Random& random, base::Now now);

// The error-reason, or empty.
std::string CreateAnswer(call::CallState* call, const ng::Request& request,
                         const sdp::SessionDescription& sdp, const call::WorkerView& worker,
                         const call::Settings& settings, base::Random& random, base::Now now);

}  // namespace controld::negotiate

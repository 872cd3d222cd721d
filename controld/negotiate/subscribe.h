// Subscriptions: media of a call copied to a party that is no part of its dialogue, a recorder for example
// (ng-protocol.md §6.15; RFC 7866 for what SIPREC makes of it). Pure: the call, the request and SDP in, the
// changed call and the plan of the outgoing SDP out. Not here: replies (call/subscribe_command.cc), the
// copying of packets (mediad).
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

struct SourceSelection {
  std::vector<uint32_t> media;  // ids, in the order of the sections they become
  std::string error;            // error-reason; `media` is empty then
};

// Whose media a subscribe request or connect is about: `all`, a party by §6.8, `from-tags`.
SourceSelection SelectSources(const call::CallState& call, const ng::Request& request);

struct SubscribeOutcome {
  std::string error;  // error-reason: nothing of the draft is of use
  OutgoingSdp outgoing;
  std::vector<uint32_t> sources;  // media id for each section; 0: a section no longer in use
  std::vector<std::string> warnings;
};

// Makes the party `to_tag` (found or new) receive the media `sources`, replacing what it received.
SubscribeOutcome SubscribeRequest(call::CallState* call, const ng::Request& request,
                                  const std::string& to_tag, const std::vector<uint32_t>& sources,
                                  const call::WorkerView& worker, const call::Settings& settings,
                                  base::Random& random, base::Now now);

// The subscriber's answer; the error-reason, or empty. `sdp` passed CheckSdp.
std::string SubscribeAnswer(call::CallState* call, const ng::Request& request,
                            const sdp::SessionDescription& sdp, const call::WorkerView& worker,
                            const call::Settings& settings, base::Random& random, base::Now now);

// Ends subscriptions; a subscriber that is left without any is forgotten. The error-reason, or empty.
std::string Unsubscribe(call::CallState* call, const ng::Request& request);

}  // namespace controld::negotiate

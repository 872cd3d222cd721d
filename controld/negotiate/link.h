// Links between parties without any SDP: connect, mesh, inject (ng-protocol.md §6.16, §6.17, §6.19). Nothing is
// mixed or converted: who is linked to several hears several RTP streams. Pure. Not here: subscribers that are
// offered something (subscribe.h), making one call of two (merge.h).
#pragma once

#include <string>

#include "controld/call/call_state.pb.h"
#include "controld/ng/request.h"
#include "proto/base/clock.h"

namespace controld::negotiate {

struct LinkOutcome {
  std::string error;    // error-reason: nothing of the draft is of use
  std::string warning;  // done, but not what it may seem
};

// The selected party (or parties) and `to-tag` become each other's counterparts.
LinkOutcome Connect(call::CallState* call, const ng::Request& request, base::Now now);

// Each `from` becomes a source of each of its `to`.
LinkOutcome Mesh(call::CallState* call, const ng::Request& request);

// `to-tag` also hears `source-tag`, beside what it hears already; or no longer.
LinkOutcome InjectStart(call::CallState* call, const ng::Request& request);
LinkOutcome InjectStop(call::CallState* call, const ng::Request& request);

}  // namespace controld::negotiate

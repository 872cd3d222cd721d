// Putting calls back: after a restart of this controller from what workers hold, after a restart of a worker
// from what this controller holds. Shard thread only.
#pragma once

#include "controld/call/call_table.h"

namespace controld::call {

void ReconcileSession(CallTable& table, const std::string& worker,
                      const rtpengine::v1::SessionRecord& record, base::Now now);
void ReconcileComplete(CallTable& table, const std::string& worker);
void EndCallsOfWorker(CallTable& table, const std::string& worker);
void HandleEvent(CallTable& table, const std::string& worker, const rtpengine::v1::Event& event,
                 base::Now now);

}  // namespace controld::call

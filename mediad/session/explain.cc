#include "mediad/session/explain.h"

namespace mediad::session {

void Explanation::AddDrop(Drop reason, int64_t unix_ms, const base::Endpoint& source, uint64_t count) {
  for (DropEntry& entry : drops_) {
    if (entry.reason != reason) continue;
    entry.count += count;
    entry.last_unix_ms = unix_ms;
    entry.last_source = source;
    return;
  }
  drops_.push_back({reason, count, unix_ms, source});
}

void Explanation::AddStep(LearnReason reason, int64_t unix_ms, const base::Endpoint& endpoint) {
  if (steps_.size() == kSteps) steps_.erase(steps_.begin());
  steps_.push_back({unix_ms, reason, endpoint});
}

}  // namespace mediad::session

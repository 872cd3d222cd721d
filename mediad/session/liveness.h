// Media timeout of a session: is anybody still sending? (config.md §4.1)
//
// A session lives while one stream that is expected to carry media did so within its limit. Streams of
// parties on hold only count when no stream is expected to carry any. Pure function over values; any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>

#include "mediad/session/state.h"

namespace mediad::session {

struct LivenessVerdict {
  bool idle = false;
  Liveness last = Liveness::kNone;  // kind of the last stream examined: the reason when idle
};

// `signalled_at`: the last signalling counts as activity. All times monotonic.
LivenessVerdict ExamineLiveness(std::span<const Media> media, std::chrono::nanoseconds signalled_at,
                                std::chrono::nanoseconds now);

}  // namespace mediad::session

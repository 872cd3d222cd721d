// Statistics as text for Prometheus (metrics-and-state.md §1): the body of GET /metrics.
//
// Pure; any thread.
#pragma once

#include <string>

#include "rtpengine/v1/admin.pb.h"

namespace metrics {

// Names get the prefix "rtpengine_". The lines that describe a name stand before its first sample;
// samples keep their order.
std::string Exposition(const rtpengine::v1::Statistics& statistics);

}  // namespace metrics

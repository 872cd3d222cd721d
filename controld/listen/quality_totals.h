// Sums of what workers and interfaces sampled.
#pragma once

#include "rtpengine/v1/worker.pb.h"

namespace controld::listen {

void Add(const rtpengine::v1::QualityTotals& from, rtpengine::v1::QualityTotals* to);

}  // namespace controld::listen

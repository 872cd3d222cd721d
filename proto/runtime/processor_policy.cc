// See processor_policy.h.
#include "proto/runtime/processor_policy.h"

#include <algorithm>
#include <utility>

namespace runtime {

ProcessorPolicy::ProcessorPolicy(std::set<int> allowed, int current)
    : allowed_(std::move(allowed)),
      use_{allowed_.count(current) > 0 ? current : *allowed_.begin()} {}

double ProcessorPolicy::IdleOf(const Measure& measure, int processor) {
  const auto found = measure.idle.find(processor);
  return found == measure.idle.end() ? 0 : found->second;
}

int ProcessorPolicy::MostIdle(const Measure& measure) const {
  return *std::max_element(allowed_.begin(), allowed_.end(),
                           [&](int a, int b) { return IdleOf(measure, a) < IdleOf(measure, b); });
}

bool ProcessorPolicy::Look(const Measure& measure) {
  if (allowed_.size() == 1) return false;
  rest_ = std::max(0, rest_ - 1);
  if (!together()) {
    calm_ = measure.own < kEnough ? calm_ + 1 : 0;
    if (calm_ < kCalmLooks) return false;
    use_ = {MostIdle(measure)};
    rest_ = kRestLooks;
    return true;
  }
  calm_ = 0;
  if (measure.own > kFull) {
    use_ = allowed_;
    return true;
  }
  const double here = IdleOf(measure, *use_.begin());
  const int best = MostIdle(measure);
  const bool crowded = here < kCrowded && measure.own < kCrowdedOwn;
  if (!crowded || rest_ > 0 || IdleOf(measure, best) < here + kBetter) return false;
  use_ = {best};
  rest_ = kRestLooks;
  return true;
}

}  // namespace runtime

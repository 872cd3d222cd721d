// How long to wait before the next attempt to reach a controller: exponential with jitter.
//
// A pure value: no clock, no randomness of its own. Not thread-safe.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace mediad::rpc {

class Backoff {
 public:
  Backoff(std::chrono::nanoseconds first, std::chrono::nanoseconds cap)
      : first_(first), cap_(cap), full_(first) {}

  // The next delay: between half of the current step and all of it, but never below the first step,
  // so that many workers that lost the same controller do not come back in the same millisecond.
  // Doubles the step.
  std::chrono::nanoseconds Next(uint64_t random) {
    const std::chrono::nanoseconds half = full_ / 2;
    const auto spread = static_cast<uint64_t>(half.count()) + 1;
    const std::chrono::nanoseconds delay = half + std::chrono::nanoseconds(random % spread);
    full_ = std::min(cap_, full_ * 2);
    return std::max(first_, delay);
  }
  // The controller said no for a reason that haste does not mend: go on with the longest step.
  void Slow() { full_ = cap_; }
  void Reset() { full_ = first_; }

 private:
  std::chrono::nanoseconds first_;
  std::chrono::nanoseconds cap_;
  std::chrono::nanoseconds full_;
};

}  // namespace mediad::rpc

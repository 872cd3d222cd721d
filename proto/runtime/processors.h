// Keeps the threads of this process together on one processor while one is enough
// (processor_policy.h): measures, and sets affinities. What the administrator set before the start
// (taskset, CPUAffinity=, a cpuset) is the frame.
//
// Threads that are started later inherit what the starting one has. Not thread-safe: one thread
// calls, about once a second.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <set>

#include "proto/base/cpu_ticks.h"
#include "proto/runtime/processor_policy.h"

namespace runtime {

class Processors {
 public:
  // Brings the threads together. Where that is not allowed, says so once in the log and does
  // nothing.
  Processors();

  void Look();
  // Those that threads may use now.
  const std::set<int>& use() const { return policy_->use(); }

 private:
  bool Apply();  // false: errno says why

  std::optional<ProcessorPolicy> policy_;  // empty: not allowed, or there is only one
  std::map<int, base::CpuTicks> ticks_;
  std::chrono::nanoseconds looked_{0}, used_{0};
};

}  // namespace runtime

// Timers of a loop: what is due when. No clock and no thread of its own; times are CLOCK_MONOTONIC.
//
// Not thread-safe: the loop's thread only.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <unordered_map>

namespace runtime {

class TimerSet {
 public:
  using Time = std::chrono::nanoseconds;
  using Task = std::function<void()>;
  using Id = uint64_t;  // never 0, never used twice

  // `period` 0: once. Turns of a period that were missed are skipped, not made up for.
  Id Arm(Time deadline, Time period, Task task);
  void Cancel(Id id);  // unknown ids are ignored; a task may cancel itself
  // Runs what is due. Timers armed meanwhile wait for the next call.
  void RunDue(Time now);
  // Time::max(): none.
  Time next_deadline() const { return timers_.empty() ? Time::max() : timers_.begin()->first; }

 private:
  struct Timer {
    Id id;
    Time period;
    std::shared_ptr<Task> task;  // shared: it may cancel itself while it runs
  };
  using Timers = std::multimap<Time, Timer>;  // by deadline

  Timers timers_;
  std::unordered_map<Id, Timers::iterator> index_;
  Id last_ = 0;
};

}  // namespace runtime

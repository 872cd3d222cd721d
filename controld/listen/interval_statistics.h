// What happened per interval (option graphite-interval): the part of the statistics that Graphite wants and nobody else
// has (metrics-and-state.md §2 intervalstatistics, §5). Time is a parameter; thread-safe.
//
// Rates are those of whole seconds, the number of calls is looked at with each Tick: what comes and goes between two is
// not seen.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "controld/call/settings.h"
#include "controld/listen/client_statistics.h"

namespace controld::listen {

struct CommandInterval {
  double least_s = 0, most_s = 0, average_s = 0;       // from reception to reply; 0: there was none
  uint64_t least_rate = 0, most_rate = 0, average_rate = 0;  // requests per second
};

struct IntervalStatistics {
  std::array<CommandInterval, kCommands> commands{};
  double call_seconds = 0;             // that calls lasted, summed up
  int64_t least_calls = 0, most_calls = 0;
};

class IntervalSampler {
 public:
  // Both outlive it.
  IntervalSampler(CommandTimes& times, const call::Counters& calls, std::chrono::seconds interval,
                  std::chrono::nanoseconds now);

  // At least once a second. True: an interval is over, last() is new.
  bool Tick(std::chrono::nanoseconds now);
  IntervalStatistics last() const;

 private:
  struct Rates {
    uint64_t at_start = 0, at_second = 0;  // requests so far
    uint64_t least = ~uint64_t{0}, most = 0;
  };
  void EndSecond(std::chrono::nanoseconds now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void EndInterval(std::chrono::nanoseconds now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  CommandTimes& times_;
  const call::Counters& calls_;
  const std::chrono::nanoseconds interval_;
  mutable absl::Mutex mutex_;
  std::chrono::nanoseconds ticked_ ABSL_GUARDED_BY(mutex_);
  std::chrono::nanoseconds second_ ABSL_GUARDED_BY(mutex_);  // began then
  std::chrono::nanoseconds began_ ABSL_GUARDED_BY(mutex_);
  std::array<Rates, kCommands> rates_ ABSL_GUARDED_BY(mutex_);
  double call_seconds_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t least_calls_ ABSL_GUARDED_BY(mutex_), most_calls_ ABSL_GUARDED_BY(mutex_);
  IntervalStatistics last_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace controld::listen

// On which processors a process' threads are best kept: on one, as long as one is enough.
//
// The scheduler spreads threads that wake each other over all processors that are idle. What one
// has written, the next then fetches from another processor's cache, and wakes a processor that
// sleeps; on a small virtual machine that is a quarter of what a call costs. So the threads stay on
// one processor until they fill it, and go to another when others crowd them out. Pure: the shell
// that measures and carries out is processors.h. Not for threads whose work is spread on purpose
// (relay).
#pragma once

#include <map>
#include <set>

namespace runtime {

class ProcessorPolicy {
 public:
  // Of the time since the last look: `own`, processors that the process used (1.0: one of them, all
  // the time); `idle`, for each processor the part that it had nothing to do, 0 to 1.
  struct Measure {
    double own = 0;
    std::map<int, double> idle;
  };

  // `allowed`: the processors' numbers, at least one. `current`: that on which the process began.
  ProcessorPolicy(std::set<int> allowed, int current);

  // The processors that are to be used from now on: one of them, or all that are allowed.
  const std::set<int>& use() const { return use_; }
  // Once a period of about a second. True: use() has changed.
  bool Look(const Measure& measure);

 private:
  static constexpr double kFull = 0.92;        // of one: more is needed
  static constexpr double kEnough = 0.70;      // one would do again
  static constexpr int kCalmLooks = 3;         // so long in a row
  static constexpr double kCrowded = 0.05;     // of idle time left, and not by us
  static constexpr double kCrowdedOwn = 0.60;  // we use less, and get no more
  static constexpr double kBetter = 0.30;      // more idle time elsewhere: worth the move
  static constexpr int kRestLooks = 5;         // between two moves

  bool together() const { return use_.size() == 1; }
  int MostIdle(const Measure& measure) const;
  static double IdleOf(const Measure& measure, int processor);

  const std::set<int> allowed_;
  std::set<int> use_;
  int calm_ = 0;
  int rest_ = 0;
};

}  // namespace runtime

#include "proto/runtime/timer_set.h"

#include <utility>

namespace runtime {

TimerSet::Id TimerSet::Arm(Time deadline, Time period, Task task) {
  const Id id = ++last_;
  index_[id] =
      timers_.emplace(deadline, Timer{id, period, std::make_shared<Task>(std::move(task))});
  return id;
}

void TimerSet::Cancel(Id id) {
  const auto found = index_.find(id);
  if (found == index_.end()) return;
  timers_.erase(found->second);
  index_.erase(found);
}

void TimerSet::RunDue(Time now) {
  const Id last = last_;
  while (!timers_.empty() && timers_.begin()->first <= now) {
    const auto due = timers_.begin();
    if (due->second.id > last) break;
    const Timer timer = due->second;
    const Time deadline = due->first;
    timers_.erase(due);
    if (timer.period.count() > 0) {
      const auto missed = (now - deadline) / timer.period;
      index_[timer.id] = timers_.emplace(deadline + (missed + 1) * timer.period, timer);
    } else {
      index_.erase(timer.id);
    }
    (*timer.task)();
  }
}

}  // namespace runtime

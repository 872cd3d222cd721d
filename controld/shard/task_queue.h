// Work for one owner at a time, from many threads: tasks run in the order of posting, never two at
// once. The owner is a thread of its own, or for a moment one that helps (base::HelpScope): a hand-over
// costs two thread switches, which is more than most tasks do.
#pragma once

#include <chrono>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace controld::shard {

template <typename Task>
class TaskQueue {
 public:
  // Without `wake` the caller sees to it that somebody claims the queue, or calls Wake.
  void Post(Task task, bool wake) {
    bool signal = false;
    {
      absl::MutexLock lock(&mutex_);
      tasks_.push_back(std::move(task));
      if (wake) signal = StopSleeping();
    }
    if (signal) wake_.Signal();
  }
  void Wake() {
    bool signal = false;
    {
      absl::MutexLock lock(&mutex_);
      signal = StopSleeping();
    }
    if (signal) wake_.Signal();
  }

  // For the owner's thread: waits for the first task until `patience` has passed, and until nobody
  // else is at work. Everything posted so far is then in `batch`; end with Release.
  void Claim(std::vector<Task>* batch, std::chrono::nanoseconds patience) {
    batch->clear();
    absl::MutexLock lock(&mutex_);
    if (tasks_.empty() && !claimed_ && patience.count() > 0) {
      sleeping_ = true;
      wake_.WaitWithTimeout(&mutex_, absl::FromChrono(patience));
      sleeping_ = false;
    }
    while (claimed_) {
      owner_waits_ = true;
      wake_.Wait(&mutex_);
      owner_waits_ = false;
    }
    claimed_ = true;
    batch->swap(tasks_);
  }

  // For helpers. False: there is nothing to do, or somebody does it already.
  bool TryClaim(std::vector<Task>* batch) {
    batch->clear();
    absl::MutexLock lock(&mutex_);
    if (claimed_ || tasks_.empty()) return false;
    claimed_ = true;
    batch->swap(tasks_);
    return true;
  }

  void Release() {
    bool signal = false;
    {
      absl::MutexLock lock(&mutex_);
      claimed_ = false;
      signal = owner_waits_ || (!tasks_.empty() && StopSleeping());
    }
    if (signal) wake_.Signal();
  }

 private:
  bool StopSleeping() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return !claimed_ && std::exchange(sleeping_, false);
  }

  absl::Mutex mutex_;
  absl::CondVar wake_;
  std::vector<Task> tasks_ ABSL_GUARDED_BY(mutex_);
  bool claimed_ ABSL_GUARDED_BY(mutex_) = false;      // its tasks are being run
  bool sleeping_ ABSL_GUARDED_BY(mutex_) = false;     // the owner, for want of tasks
  bool owner_waits_ ABSL_GUARDED_BY(mutex_) = false;  // the owner, for a helper
};

}  // namespace controld::shard

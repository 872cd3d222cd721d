// Work for one thread from many: posting costs a short lock, and a system call only when the thread
// sleeps. Tasks are taken in batches, in the order of posting.
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
  void Post(Task task) {
    bool wake;
    {
      absl::MutexLock lock(&mutex_);
      tasks_.push_back(std::move(task));
      wake = std::exchange(sleeping_, false);
    }
    if (wake) wake_.Signal();
  }

  // Everything posted so far; waits for the first task until `patience` has passed. `batch` is
  // emptied.
  void Take(std::vector<Task>* batch, std::chrono::nanoseconds patience) {
    batch->clear();
    absl::MutexLock lock(&mutex_);
    if (tasks_.empty() && patience.count() > 0) {
      sleeping_ = true;
      wake_.WaitWithTimeout(&mutex_, absl::FromChrono(patience));
      sleeping_ = false;
    }
    batch->swap(tasks_);
  }

 private:
  absl::Mutex mutex_;
  absl::CondVar wake_;
  std::vector<Task> tasks_ ABSL_GUARDED_BY(mutex_);
  bool sleeping_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace controld::shard

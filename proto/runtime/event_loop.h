// A small epoll loop: file descriptors, timers, and work posted from other threads.
//
// One thread runs it; everything but Post() and Stop() is called on that thread or before Run().
// Level-triggered. It owns no file descriptors but its own. Not for the packet path of the relay,
// which has a loop shaped around packets.
#pragma once

#include <sys/epoll.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "proto/runtime/timer_set.h"

namespace runtime {

class EventLoop {
 public:
  using FdCallback = std::function<void(uint32_t events)>;  // EPOLLIN …
  using Task = TimerSet::Task;
  using TimerId = TimerSet::Id;  // never 0, never used twice

  static absl::StatusOr<std::unique_ptr<EventLoop>> Create();
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  // The callback may remove or change any fd, also its own. Remove before closing the fd.
  absl::Status Add(int fd, uint32_t events, FdCallback callback);
  absl::Status Modify(int fd, uint32_t events);
  void Remove(int fd);

  // Calls `task` once after `delay`. A delay of 0 means "in the next turn".
  TimerId After(std::chrono::nanoseconds delay, Task task);
  // Calls `task` every `period`; turns missed because the loop was busy are skipped, not made up
  // for.
  TimerId Every(std::chrono::nanoseconds period, Task task);
  void Cancel(TimerId id);  // unknown ids are ignored

  void Post(Task task);  // any thread; tasks of one thread run in order. After Stop(): dropped with
                         // the loop
  void Stop();           // any thread; Run() returns after the turn in progress
  void Run();            // may be called again after it returned
  bool InLoopThread() const;

 private:
  struct Watch {
    uint32_t generation;  // tells an fd from an earlier one with the same number
    std::shared_ptr<FdCallback> callback;
  };

  EventLoop(int epoll_fd, int wake_fd);
  int WaitMilliseconds() const;
  void Dispatch(const epoll_event& event);
  void RunPosted();
  void Wake();

  const int epoll_fd_;
  const int wake_fd_;
  std::unordered_map<int, Watch> watches_;
  uint32_t last_generation_ = 0;
  TimerSet timers_;
  std::atomic<bool> stop_{false};
  std::atomic<std::thread::id> thread_{};
  std::mutex posted_mutex_;
  std::vector<Task> posted_;  // guarded by posted_mutex_
};

}  // namespace runtime

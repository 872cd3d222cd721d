// A gRPC completion queue with one thread of our own: completions, timers, and work posted from
// other threads, all on that thread.
//
// gRPC's callback API keeps at least two polling threads that wake each other for every event; here
// an event costs one wake-up. It holds only while this is the process' only queue, so that all of a
// process' gRPC goes through one loop and nothing in it may block. Methods are for the loop's
// thread (or before Start), unless noted.
#pragma once

#include <grpcpp/alarm.h>
#include <grpcpp/grpcpp.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "proto/runtime/timer_set.h"

namespace runtime {

// Gets a completion: the `tag` of gRPC's asynchronous operations, which take void*. Hand over
// TagOf(this) or a CompletionTag of its own per operation; it lives until the completion came.
class CompletionTag {
 public:
  // `ok`: what the operation says (grpcpp/completion_queue.h, Next).
  virtual void OnCompletion(bool ok) = 0;

  void* tag() { return this; }

 protected:
  ~CompletionTag() = default;
};

// A tag that calls a function: for objects with several operations under way.
class FunctionTag final : public CompletionTag {
 public:
  explicit FunctionTag(std::function<void(bool)> function) : function_(std::move(function)) {}
  void OnCompletion(bool ok) override { function_(ok); }

 private:
  const std::function<void(bool)> function_;
};

class CompletionLoop {
 public:
  using Task = TimerSet::Task;
  using TimerId = TimerSet::Id;

  // A queue of ServerBuilder::AddCompletionQueue; it serves clients as well.
  explicit CompletionLoop(std::unique_ptr<grpc::ServerCompletionQueue> queue);
  // Stops. Servers that use the queue are shut down before.
  ~CompletionLoop();
  CompletionLoop(const CompletionLoop&) = delete;
  CompletionLoop& operator=(const CompletionLoop&) = delete;

  // Held by whatever has operations under way and ends by itself. Any thread.
  class Use {
   public:
    explicit Use(CompletionLoop& loop);
    ~Use();
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;

   private:
    CompletionLoop& loop_;
  };

  grpc::ServerCompletionQueue* queue() const { return queue_.get(); }

  void Start();
  // Any other thread. Waits until nobody uses a running loop; a server is destroyed after that.
  void AwaitUnused();
  // Any other thread. Ends the thread when every operation has completed; no new one may begin, so
  // see to AwaitUnused before. Tasks that did not run are destroyed.
  void Stop();

  // Any thread; tasks of one thread run in order.
  void Post(Task task);
  bool InLoopThread() const { return thread_id_.load() == std::this_thread::get_id(); }

  TimerId After(std::chrono::nanoseconds delay, Task task);
  TimerId Every(std::chrono::nanoseconds period, Task task);
  void Cancel(TimerId id) { timers_.Cancel(id); }

 private:
  class WakeTag final : public CompletionTag {
   public:
    explicit WakeTag(CompletionLoop& loop) : loop_(loop) {}
    void OnCompletion(bool ok) override;

   private:
    CompletionLoop& loop_;
  };

  void Run();
  void RunPosted();
  bool Idle();  // nothing was posted

  const std::unique_ptr<grpc::ServerCompletionQueue> queue_;
  TimerSet timers_;
  std::thread thread_;
  std::atomic<std::thread::id> thread_id_{};

  std::mutex mutex_;
  std::vector<Task> posted_;  // guarded by mutex_
  bool waking_ = false;       // likewise: the alarm is set, its completion has not come
  int uses_ = 0;              // likewise
  std::condition_variable unused_;
  bool shut_down_ = false;  // likewise: the queue takes no alarm any more
  grpc::Alarm alarm_;       // likewise
  WakeTag wake_tag_{*this};
};

}  // namespace runtime

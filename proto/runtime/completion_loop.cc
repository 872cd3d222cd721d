#include "proto/runtime/completion_loop.h"

#include <pthread.h>

#include <algorithm>
#include <utility>

#include "proto/base/clock.h"

namespace runtime {
namespace {

using std::chrono::nanoseconds;

constexpr char kThreadName[] = "grpc";

gpr_timespec DeadlineOf(nanoseconds monotonic) {
  if (monotonic == nanoseconds::max()) return gpr_inf_future(GPR_CLOCK_MONOTONIC);
  // gRPC's monotonic clock need not begin where ours does: a span is what both know.
  const auto left = std::max(nanoseconds(0), monotonic - base::ReadClocks().monotonic);
  return gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                      gpr_time_from_nanos(left.count(), GPR_TIMESPAN));
}

}  // namespace

CompletionLoop::CompletionLoop(std::unique_ptr<grpc::ServerCompletionQueue> queue)
    : queue_(std::move(queue)) {}

CompletionLoop::~CompletionLoop() {
  if (thread_.joinable()) {
    Stop();
    return;
  }
  if (!shut_down_) queue_->Shutdown();
  void* tag = nullptr;
  bool ok = false;
  while (queue_->Next(&tag, &ok)) {
    static_cast<CompletionTag*>(tag)->OnCompletion(false);
  }
}

void CompletionLoop::Start() {
  thread_ = std::thread([this] { Run(); });
}

CompletionLoop::Use::Use(CompletionLoop& loop) : loop_(loop) {
  const std::lock_guard lock(loop_.mutex_);
  ++loop_.uses_;
}

CompletionLoop::Use::~Use() {
  const std::lock_guard lock(loop_.mutex_);
  if (--loop_.uses_ == 0) loop_.unused_.notify_all();
}

void CompletionLoop::AwaitUnused() {
  if (!thread_.joinable()) return;
  std::unique_lock lock(mutex_);
  unused_.wait(lock, [this] { return uses_ == 0; });
}

void CompletionLoop::Stop() {
  if (!thread_.joinable()) return;
  // From the loop itself: what it does after this finds the queue shut.
  Post([this] {
    const std::lock_guard lock(mutex_);
    shut_down_ = true;
    queue_->Shutdown();
  });
  thread_.join();
  const std::lock_guard lock(mutex_);
  posted_.clear();
}

void CompletionLoop::WakeTag::OnCompletion(bool) {
  const std::lock_guard lock(loop_.mutex_);
  loop_.waking_ = false;
}

void CompletionLoop::Post(Task task) {
  const std::lock_guard lock(mutex_);
  posted_.push_back(std::move(task));
  if (waking_ || shut_down_ || InLoopThread()) return;
  waking_ = true;
  // Due at once: the alarm is nothing but a way into the queue.
  alarm_.Set(queue_.get(), gpr_time_0(GPR_CLOCK_MONOTONIC), wake_tag_.tag());
}

CompletionLoop::TimerId CompletionLoop::After(nanoseconds delay, Task task) {
  return timers_.Arm(base::ReadClocks().monotonic + delay, {}, std::move(task));
}

CompletionLoop::TimerId CompletionLoop::Every(nanoseconds period, Task task) {
  period = std::max(period, nanoseconds(1));
  return timers_.Arm(base::ReadClocks().monotonic + period, period, std::move(task));
}

bool CompletionLoop::Idle() {
  const std::lock_guard lock(mutex_);
  return posted_.empty();
}

void CompletionLoop::RunPosted() {
  std::vector<Task> tasks;
  {
    const std::lock_guard lock(mutex_);
    tasks.swap(posted_);
  }
  for (const Task& task : tasks) task();
}

void CompletionLoop::Run() {
  pthread_setname_np(pthread_self(), kThreadName);
  thread_id_.store(std::this_thread::get_id());
  for (;;) {
    void* tag = nullptr;
    bool ok = false;
    const nanoseconds deadline = Idle() ? timers_.next_deadline() : nanoseconds(0);
    switch (queue_->AsyncNext(&tag, &ok, DeadlineOf(deadline))) {
      case grpc::CompletionQueue::SHUTDOWN:
        thread_id_.store(std::thread::id());
        return;
      case grpc::CompletionQueue::GOT_EVENT:
        static_cast<CompletionTag*>(tag)->OnCompletion(ok);
        break;
      case grpc::CompletionQueue::TIMEOUT:
        break;
    }
    RunPosted();
    timers_.RunDue(base::ReadClocks().monotonic);
  }
}

}  // namespace runtime

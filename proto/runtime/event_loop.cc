// The epoll loop: see event_loop.h.
#include "proto/runtime/event_loop.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "proto/base/clock.h"
#include "proto/base/text.h"

namespace runtime {
namespace {

constexpr int kEventsPerTurn = 64;
constexpr uint64_t kWakeKey = ~uint64_t{0};

uint64_t Key(uint32_t generation, int fd) {
  return (uint64_t{generation} << 32) | static_cast<uint32_t>(fd);
}

absl::Status SystemError(std::string_view what) {
  return absl::InternalError(base::StrCat(what, ": ", std::strerror(errno)));
}

}  // namespace

absl::StatusOr<std::unique_ptr<EventLoop>> EventLoop::Create() {
  const int epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  if (epoll_fd < 0) return SystemError("epoll_create1");
  const int wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = kWakeKey;
  if (wake_fd < 0 || epoll_ctl(epoll_fd, EPOLL_CTL_ADD, wake_fd, &event) != 0) {
    absl::Status status = SystemError("eventfd");
    if (wake_fd >= 0) close(wake_fd);
    close(epoll_fd);
    return status;
  }
  return std::unique_ptr<EventLoop>(new EventLoop(epoll_fd, wake_fd));
}

EventLoop::EventLoop(int epoll_fd, int wake_fd) : epoll_fd_(epoll_fd), wake_fd_(wake_fd) {}

EventLoop::~EventLoop() {
  close(wake_fd_);
  close(epoll_fd_);
}

absl::Status EventLoop::Add(int fd, uint32_t events, FdCallback callback) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = Key(++last_generation_, fd);
  if (epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, fd, &event) != 0) return SystemError("epoll_ctl add");
  watches_[fd] = {last_generation_, std::make_shared<FdCallback>(std::move(callback))};
  return absl::OkStatus();
}

absl::Status EventLoop::Modify(int fd, uint32_t events) {
  const auto found = watches_.find(fd);
  if (found == watches_.end()) return absl::NotFoundError("the fd is not watched");
  epoll_event event{};
  event.events = events;
  event.data.u64 = Key(found->second.generation, fd);
  if (epoll_ctl(epoll_fd_, EPOLL_CTL_MOD, fd, &event) != 0) return SystemError("epoll_ctl mod");
  return absl::OkStatus();
}

void EventLoop::Remove(int fd) {
  if (watches_.erase(fd) != 0) epoll_ctl(epoll_fd_, EPOLL_CTL_DEL, fd, nullptr);
}

EventLoop::TimerId EventLoop::After(std::chrono::nanoseconds delay, Task task) {
  return timers_.Arm(base::ReadClocks().monotonic + delay, {}, std::move(task));
}

EventLoop::TimerId EventLoop::Every(std::chrono::nanoseconds period, Task task) {
  period = std::max(period, std::chrono::nanoseconds(1));
  return timers_.Arm(base::ReadClocks().monotonic + period, period, std::move(task));
}

void EventLoop::Cancel(TimerId id) { timers_.Cancel(id); }

void EventLoop::Wake() {
  const uint64_t one = 1;
  // EAGAIN means that the counter is full: the loop is awake already.
  [[maybe_unused]] const ssize_t written = write(wake_fd_, &one, sizeof one);
}

void EventLoop::Post(Task task) {
  bool first = false;
  {
    const std::lock_guard lock(posted_mutex_);
    first = posted_.empty();
    posted_.push_back(std::move(task));
  }
  if (first) Wake();
}

void EventLoop::Stop() {
  stop_.store(true);
  Wake();
}

bool EventLoop::InLoopThread() const { return thread_.load() == std::this_thread::get_id(); }

int EventLoop::WaitMilliseconds() const {
  if (timers_.next_deadline() == TimerSet::Time::max()) return -1;
  const auto left = timers_.next_deadline() - base::ReadClocks().monotonic;
  if (left.count() <= 0) return 0;
  // Rounded up: waking before the deadline would only spin.
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(left).count();
  return static_cast<int>(std::min<int64_t>(ms, 3'600'000));
}

void EventLoop::Run() {
  thread_.store(std::this_thread::get_id());
  epoll_event events[kEventsPerTurn];
  while (!stop_.load()) {
    const int count = epoll_wait(epoll_fd_, events, kEventsPerTurn, WaitMilliseconds());
    for (int i = 0; i < count; ++i) Dispatch(events[i]);
    timers_.RunDue(base::ReadClocks().monotonic);
    RunPosted();
  }
  stop_.store(false);
  thread_.store(std::thread::id());
}

void EventLoop::Dispatch(const epoll_event& event) {
  if (event.data.u64 == kWakeKey) {
    uint64_t drained = 0;
    [[maybe_unused]] const ssize_t got = read(wake_fd_, &drained, sizeof drained);
    return;
  }
  const auto fd = static_cast<int>(static_cast<uint32_t>(event.data.u64));
  const auto found = watches_.find(fd);
  // Removed (and perhaps added anew) by an earlier callback of this turn: the event is not for it.
  if (found == watches_.end() || Key(found->second.generation, fd) != event.data.u64) return;
  const std::shared_ptr<FdCallback> callback = found->second.callback;
  (*callback)(event.events);
}

void EventLoop::RunPosted() {
  std::vector<Task> tasks;
  {
    const std::lock_guard lock(posted_mutex_);
    tasks.swap(posted_);
  }
  for (const Task& task : tasks) task();
}

}  // namespace runtime

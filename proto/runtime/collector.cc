#include "proto/runtime/collector.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "proto/base/clock.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/runtime/event_loop.h"

namespace runtime {
namespace {

using base::log::Log;
using base::log::Severity;
using base::log::Subsystem;
using exporting::StreamQueue;

constexpr int64_t kQuietSeconds = 30;

class UdpCollector final : public Collector {
 public:
  explicit UdpCollector(const Options& options) : Collector(options) {}
  ~UdpCollector() override {
    if (fd_ >= 0) close(fd_);
  }

  absl::Status Open() {
    sockaddr_storage address{};
    const socklen_t length = options_.address.ToSockaddr(&address);
    fd_ = socket(address.ss_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd_ >= 0 && connect(fd_, reinterpret_cast<const sockaddr*>(&address), length) == 0) {
      return absl::OkStatus();
    }
    return absl::UnavailableError(base::StrCat("No way to ", options_.name, " at ",
                                               options_.address.ToString(), ": ", std::strerror(errno)));
  }

  void Send(std::string message) override {
    if (Try(message)) return CountSent(1);
    // That is about an earlier one: nobody listened.
    const bool refused = errno == ECONNREFUSED;
    CountDropped(std::strerror(errno));
    if (refused && Try(message)) CountSent(1);
  }

 private:
  bool Try(const std::string& message) {
    return send(fd_, message.data(), message.size(), MSG_NOSIGNAL | MSG_DONTWAIT) >= 0;
  }

  int fd_ = -1;
};

class TcpCollector final : public Collector {
 public:
  TcpCollector(const Options& options, std::unique_ptr<EventLoop> loop)
      : Collector(options), queue_(options.policy), loop_(std::move(loop)) {
    thread_ = std::thread([this] {
      loop_->Post([this] { Work(); });
      loop_->Run();
    });
  }
  ~TcpCollector() override {
    loop_->Stop();
    thread_.join();
    Close();
  }

  void Send(std::string message) override {
    bool fits = false;
    {
      const std::lock_guard lock(mutex_);
      fits = message.size() + waiting_octets_ <= options_.policy.max_octets;
      if (fits) {
        waiting_octets_ += message.size();
        incoming_.push_back(std::move(message));
      }
    }
    if (!fits) return CountDropped("the queue is full");
    if (!woken_.exchange(true)) loop_->Post([this] { Work(); });
  }

 private:
  // ---- the loop's thread
  void TakeIncoming(StreamQueue::Time now) {
    std::vector<std::string> taken;
    {
      const std::lock_guard lock(mutex_);
      taken.swap(incoming_);
    }
    for (std::string& message : taken) {
      if (!queue_.Push(std::move(message), now)) CountDropped("the queue is full");
    }
    const std::lock_guard lock(mutex_);
    waiting_octets_ = queue_.octets();
    for (const std::string& message : incoming_) waiting_octets_ += message.size();
  }

  void Work() {
    woken_.store(false);
    for (;;) {
      const StreamQueue::Time now = base::ReadClocks().monotonic;
      TakeIncoming(now);
      switch (queue_.Step(now)) {
        case StreamQueue::Action::kWait: return ArmTimer(now);
        case StreamQueue::Action::kConnect: Connect(now); break;
        case StreamQueue::Action::kWrite: Write(now); break;
        case StreamQueue::Action::kGiveUp: Break("no answer in time"); break;
      }
    }
  }

  void ArmTimer(StreamQueue::Time now) {
    loop_->Cancel(timer_);
    const StreamQueue::Time deadline = queue_.next_deadline();
    if (deadline == StreamQueue::Time::max()) return;
    timer_ = loop_->After(deadline - now, [this] { Work(); });
  }

  void Connect(StreamQueue::Time now) {
    Log(Severity::kInfo, Subsystem::kCore, {}, "Connecting to ", options_.name, " at ",
        options_.address.ToString());
    sockaddr_storage address{};
    const socklen_t length = options_.address.ToSockaddr(&address);
    fd_ = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd_ < 0) return Break(std::strerror(errno));
    queue_.OnConnecting(now);
    if (connect(fd_, reinterpret_cast<const sockaddr*>(&address), length) != 0 && errno != EINPROGRESS) {
      return Break(std::strerror(errno));
    }
    const auto added = loop_->Add(fd_, EPOLLIN | EPOLLOUT, [this](uint32_t events) { OnEvents(events); });
    if (!added.ok()) Break(added.ToString().c_str());
  }

  void OnEvents(uint32_t events) {
    int error = 0;
    socklen_t length = sizeof error;
    getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &length);
    if (error != 0) {
      Break(std::strerror(error));
      return Work();
    }
    // It may have gone again by now.
    if (!queue_.connected()) {
      Log(Severity::kInfo, Subsystem::kCore, {}, "Connected to ", options_.name, " at ",
          options_.address.ToString());
      queue_.OnConnected(base::ReadClocks().monotonic);
    }
    if ((events & (EPOLLIN | EPOLLHUP)) != 0 && !DiscardInput()) {
      Break("the server closed the connection");
    } else if ((events & EPOLLOUT) != 0) {
      queue_.OnWritable();
      WatchWritable(false);
    }
    Work();
  }

  // What the server says is nothing to us. False: its end.
  bool DiscardInput() {
    char nothing[4096];
    const ssize_t got = recv(fd_, nothing, sizeof nothing, MSG_DONTWAIT);
    return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
  }

  void Write(StreamQueue::Time now) {
    const std::string_view text = queue_.unsent();
    const ssize_t took = send(fd_, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (took < 0 && errno != EAGAIN && errno != EINTR) return Break(std::strerror(errno));
    const size_t octets = took < 0 ? 0 : static_cast<size_t>(took);
    const bool all = octets == text.size();
    CountSent(queue_.OnWritten(octets, now));
    if (!all) WatchWritable(true);
  }

  void WatchWritable(bool on) { (void)loop_->Modify(fd_, on ? EPOLLIN | EPOLLOUT : EPOLLIN); }

  void Break(const char* reason) {
    Log(Severity::kError, Subsystem::kCore, {}, queue_.connected() ? "Lost connection to " : "Failed to connect to ",
        options_.name, " at ", options_.address.ToString(), ": ", reason);
    Close();
    queue_.OnBroken(base::ReadClocks().monotonic);
  }

  void Close() {
    if (fd_ < 0) return;
    loop_->Remove(fd_);
    close(fd_);
    fd_ = -1;
  }

  StreamQueue queue_;
  std::unique_ptr<EventLoop> loop_;
  EventLoop::TimerId timer_ = 0;
  int fd_ = -1;

  std::mutex mutex_;
  std::vector<std::string> incoming_;  // guarded by mutex_
  size_t waiting_octets_ = 0;          // likewise; in incoming_ and the queue
  std::atomic<bool> woken_{false};
  std::thread thread_;
};

}  // namespace

void Collector::CountDropped(const char* reason) {
  dropped_.fetch_add(1, std::memory_order_relaxed);
  unsaid_.fetch_add(1, std::memory_order_relaxed);
  const int64_t now = base::ReadClocks().unix_s();
  int64_t said = said_unix_s_.load(std::memory_order_relaxed);
  if (now - said < kQuietSeconds || !said_unix_s_.compare_exchange_strong(said, now)) return;
  Log(Severity::kError, Subsystem::kCore, {}, options_.name, " at ", options_.address.ToString(), ": ",
      unsaid_.exchange(0), " messages dropped: ", reason);
}

absl::StatusOr<std::unique_ptr<Collector>> Collector::Start(const Options& options) {
  if (options.tcp) {
    auto loop = EventLoop::Create();
    if (!loop.ok()) return loop.status();
    return std::unique_ptr<Collector>(std::make_unique<TcpCollector>(options, *std::move(loop)));
  }
  auto udp = std::make_unique<UdpCollector>(options);
  if (absl::Status opened = udp->Open(); !opened.ok()) return opened;
  return std::unique_ptr<Collector>(std::move(udp));
}

}  // namespace runtime

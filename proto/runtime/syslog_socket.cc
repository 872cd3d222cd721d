// See syslog_socket.h.
#include "proto/runtime/syslog_socket.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "proto/base/text.h"

namespace runtime {
namespace {

std::string Datagram(int priority, std::string_view ident, std::string_view text, std::time_t now) {
  char time[32];
  std::tm local{};
  localtime_r(&now, &local);
  std::strftime(time, sizeof time, "%b %e %H:%M:%S", &local);
  return base::StrCat("<", priority, ">", static_cast<const char*>(time), " ", ident, "[", getpid(),
                      "]: ", text);
}

}  // namespace

SyslogSocket::SyslogSocket(std::string ident, std::string path, size_t capacity)
    : ident_(std::move(ident)), path_(std::move(path)), capacity_(capacity) {}

SyslogSocket::~SyslogSocket() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
  if (fd_ >= 0) close(fd_);
}

bool SyslogSocket::Connect() {
  if (fd_ >= 0) close(fd_);
  fd_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (fd_ < 0 || path_.size() >= sizeof address.sun_path) return false;
  std::memcpy(address.sun_path, path_.c_str(), path_.size() + 1);
  return connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

bool SyslogSocket::Write(const std::string& datagram) {
  if (fd_ < 0 && !Connect()) return false;
  if (send(fd_, datagram.data(), datagram.size(), MSG_NOSIGNAL) >= 0) return true;
  if (errno == EAGAIN || errno == ENOBUFS) return false;
  // The log daemon was restarted: its new socket has the old name.
  return Connect() && send(fd_, datagram.data(), datagram.size(), MSG_NOSIGNAL) >= 0;
}

void SyslogSocket::Send(int priority, std::string_view text, std::time_t now) {
  const std::lock_guard lock(mutex_);
  if (waiting_.size() >= capacity_) {
    ++lost_;
    ++unreported_;
    return;
  }
  if (unreported_ > 0) {
    Enqueue(Datagram((priority & LOG_FACMASK) | LOG_WARNING, ident_,
                     base::StrCat("WARNING: [core] ", unreported_,
                                  " lines were lost: the log daemon did not take them"),
                     now));
    unreported_ = 0;
  }
  Enqueue(Datagram(priority, ident_, text, now));
}

// Directly if nothing waits: a line must not overtake another.
void SyslogSocket::Enqueue(std::string datagram) {
  if (waiting_.empty() && Write(datagram)) return;
  waiting_.push_back(std::move(datagram));
  if (!thread_.joinable()) thread_ = std::thread([this] { HandOver(); });
  changed_.notify_one();
}

void SyslogSocket::HandOver() {
  constexpr std::chrono::milliseconds kAgain{
      100};  // a log daemon that is not there says nothing when it comes back
  std::unique_lock lock(mutex_);
  std::chrono::steady_clock::time_point end = std::chrono::steady_clock::time_point::max();
  while (true) {
    changed_.wait(lock, [this] { return stop_ || !waiting_.empty(); });
    if (stop_) {
      const auto now = std::chrono::steady_clock::now();
      if (end == std::chrono::steady_clock::time_point::max()) end = now + kFarewell;
      if (waiting_.empty() || now > end) return;
    }
    if (Write(waiting_.front())) {
      waiting_.pop_front();
      continue;
    }
    if (errno == EMSGSIZE) {  // never will be taken
      waiting_.pop_front();
      ++lost_;
      continue;
    }
    pollfd room{fd_, POLLOUT, 0};
    const bool full = errno == EAGAIN || errno == ENOBUFS;
    lock.unlock();
    if (!full || poll(&room, 1, static_cast<int>(kAgain.count())) < 0)
      std::this_thread::sleep_for(kAgain);
    lock.lock();
  }
}

uint64_t SyslogSocket::lost() const {
  const std::lock_guard lock(mutex_);
  return lost_;
}

}  // namespace runtime

// See syslog_socket.h.
#include "proto/runtime/syslog_socket.h"

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
  return base::StrCat("<", priority, ">", static_cast<const char*>(time), " ", ident, "[", getpid(), "]: ", text);
}

}  // namespace

SyslogSocket::SyslogSocket(std::string ident, std::string path)
    : ident_(std::move(ident)), path_(std::move(path)) {}

SyslogSocket::~SyslogSocket() {
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
  if (errno == EAGAIN || errno == ENOBUFS || errno == EMSGSIZE) return false;
  // The log daemon was restarted: its new socket has the old name.
  return Connect() && send(fd_, datagram.data(), datagram.size(), MSG_NOSIGNAL) >= 0;
}

void SyslogSocket::Send(int priority, std::string_view text, std::time_t now) {
  const std::lock_guard lock(mutex_);
  if (unreported_ > 0 &&
      Write(Datagram((priority & LOG_FACMASK) | LOG_WARNING, ident_,
                     base::StrCat("WARNING: [core] ", unreported_, " lines were lost: the log daemon did not take them"),
                     now))) {
    unreported_ = 0;
  }
  if (Write(Datagram(priority, ident_, text, now))) return;
  ++lost_;
  ++unreported_;
}

uint64_t SyslogSocket::lost() const {
  const std::lock_guard lock(mutex_);
  return lost_;
}

}  // namespace runtime

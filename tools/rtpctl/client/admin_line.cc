// See admin_line.h.
#include "tools/rtpctl/client/admin_line.h"

#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "proto/base/text.h"

namespace rtpctl {
namespace {

constexpr size_t kMostOfAnswer = 64 << 20;

using Clock = std::chrono::steady_clock;

class Socket {
 public:
  explicit Socket(int fd) : fd_(fd) {}
  ~Socket() {
    if (fd_ >= 0) close(fd_);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  int fd() const { return fd_; }

 private:
  const int fd_;
};

// False: not before the deadline.
bool Await(int fd, short events, Clock::time_point deadline) {
  while (true) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) return false;
    pollfd wait{fd, events, 0};
    const int ready = poll(&wait, 1, static_cast<int>(left.count()));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

absl::Status Late() { return absl::DeadlineExceededError("no whole answer in time"); }

absl::Status Connect(int fd, const addrinfo& address, Clock::time_point deadline) {
  if (connect(fd, address.ai_addr, address.ai_addrlen) == 0) return absl::OkStatus();
  if (errno != EINPROGRESS) return absl::UnavailableError(std::strerror(errno));
  if (!Await(fd, POLLOUT, deadline)) return Late();
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
  return error == 0 ? absl::OkStatus() : absl::UnavailableError(std::strerror(error));
}

absl::Status Send(int fd, std::string_view text, Clock::time_point deadline) {
  while (!text.empty()) {
    if (!Await(fd, POLLOUT, deadline)) return Late();
    const ssize_t sent = send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (sent < 0) return absl::UnavailableError(std::strerror(errno));
    text.remove_prefix(static_cast<size_t>(sent));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> Receive(int fd, Clock::time_point deadline) {
  std::string answer;
  char buffer[65536];
  while (answer.size() < kMostOfAnswer) {
    if (!Await(fd, POLLIN, deadline)) return Late();
    const ssize_t got = recv(fd, buffer, sizeof buffer, 0);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got < 0) return absl::UnavailableError(std::strerror(errno));
    if (got == 0) break;
    answer.append(buffer, static_cast<size_t>(got));
  }
  return answer;
}

}  // namespace

AdminAddress AdminAddressOf(const std::string& listener) {
  const size_t colon = listener.rfind(':');
  if (colon == std::string::npos) return {"127.0.0.1", listener};
  AdminAddress address{listener.substr(0, colon), listener.substr(colon + 1)};
  if (address.host.size() > 2 && address.host.front() == '[' && address.host.back() == ']') {
    address.host = address.host.substr(1, address.host.size() - 2);
  }
  if (address.host.empty() || address.host == "0.0.0.0") address.host = "127.0.0.1";
  if (address.host == "::") address.host = "::1";
  return address;
}

absl::StatusOr<std::string> AskAdmin(const AdminAddress& address, const std::string& line,
                                     std::chrono::milliseconds patience) {
  const Clock::time_point deadline = Clock::now() + patience;
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int error = getaddrinfo(address.host.c_str(), address.port.c_str(), &hints, &found); error != 0) {
    return absl::InvalidArgumentError(gai_strerror(error));
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> list(found, freeaddrinfo);
  absl::Status status = absl::UnavailableError("no address");
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    const Socket connection(socket(one->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (connection.fd() < 0) continue;
    status = Connect(connection.fd(), *one, deadline);
    if (!status.ok()) continue;
    status = Send(connection.fd(), line + "\n", deadline);
    if (!status.ok()) return status;
    return Receive(connection.fd(), deadline);
  }
  return status;
}

}  // namespace rtpctl

#include "mediad/offload/netlink/netlink_socket.h"

#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/netlink.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <vector>

namespace mediad::offload {
namespace {

constexpr int kReceiveBuffer = 4 << 20;  // octets: answers to a batch, a dump

Outcome Failure(int errno_value) { return {errno_value, std::strerror(errno_value)}; }

}  // namespace

int NetlinkSocket::Open() {
  Close();
  socket_ = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (socket_ == nullptr) return errno;
  if (mnl_socket_bind(socket_, 0, MNL_SOCKET_AUTOPID) < 0) {
    const int error = errno;
    Close();
    return error;
  }
  int on = 1;
  // Errors in words; without them there are numbers.
  mnl_socket_setsockopt(socket_, NETLINK_EXT_ACK, &on, sizeof(on));
  mnl_socket_setsockopt(socket_, NETLINK_CAP_ACK, &on, sizeof(on));
  const int size = kReceiveBuffer;
  if (setsockopt(fd(), SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) != 0) {
    setsockopt(fd(), SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
  }
  return 0;
}

void NetlinkSocket::Close() {
  if (socket_ != nullptr) mnl_socket_close(socket_);
  socket_ = nullptr;
}

int NetlinkSocket::fd() const { return mnl_socket_get_fd(socket_); }

int NetlinkSocket::Join(uint32_t group) {
  int number = static_cast<int>(group);
  return mnl_socket_setsockopt(socket_, NETLINK_ADD_MEMBERSHIP, &number, sizeof(number)) < 0 ? errno : 0;
}

int NetlinkSocket::Send(std::span<const uint8_t> octets) {
  return mnl_socket_sendto(socket_, octets.data(), octets.size()) < 0 ? errno : 0;
}

ssize_t NetlinkSocket::Receive(std::span<uint8_t> buffer) {
  for (;;) {
    const ssize_t size = mnl_socket_recvfrom(socket_, buffer.data(), buffer.size());
    if (size >= 0) return size;
    if (errno == EINTR) continue;
    return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : -errno;
  }
}

Outcome NetlinkSocket::Ask(std::span<const uint8_t> octets, uint32_t sequence,
                           const std::function<void(const Message&)>& on_message,
                           std::chrono::milliseconds patience) {
  if (const int error = Send(octets); error != 0) return Failure(error);
  std::vector<uint8_t> buffer(size_t{1} << 16);
  for (;;) {
    const ssize_t size = Receive(buffer);
    if (size < 0) return Failure(static_cast<int>(-size));
    if (size == 0) {
      pollfd wait{fd(), POLLIN, 0};
      if (poll(&wait, 1, static_cast<int>(patience.count())) <= 0) return Failure(ETIMEDOUT);
      continue;
    }
    MessageReader reader({buffer.data(), static_cast<size_t>(size)});
    Message message;
    while (reader.Next(&message)) {
      if (message.sequence != sequence) continue;
      if (message.is_error() || message.is_done()) return ReadOutcome(message);
      on_message(message);
    }
  }
}

}  // namespace mediad::offload

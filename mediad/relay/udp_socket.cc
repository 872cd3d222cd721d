#include "mediad/relay/udp_socket.h"

#include <netinet/in.h>
#include <netinet/ip.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace mediad::relay {
namespace {

bool SetOption(int fd, int level, int name, int value) {
  return setsockopt(fd, level, name, &value, sizeof value) == 0;
}

// As much of it as the system allows: a smaller buffer is no reason to have no media.
void SetReceiveBuffer(int fd, int size) {
  if (SetOption(fd, SOL_SOCKET, SO_RCVBUFFORCE, size)) return;  // needs CAP_NET_ADMIN
  SetOption(fd, SOL_SOCKET, SO_RCVBUF, size);
}

// ICMP errors of packets sent earlier, and shortages that pass: nothing is wrong with the socket.
bool Passing(int errno_value) {
  switch (errno_value) {
    case EAGAIN:
    case EINTR:
    case ECONNREFUSED:
    case ECONNRESET:
    case EHOSTUNREACH:
    case EHOSTDOWN:
    case ENETUNREACH:
    case ENETDOWN:
    case ENOPROTOOPT:
    case EPROTO:
    case EMSGSIZE:
    case EACCES:
    case ENOBUFS:
    case ENOMEM:
      return true;
    default:
      return false;
  }
}

uint8_t TosOf(msghdr* message) {
  for (cmsghdr* item = CMSG_FIRSTHDR(message); item != nullptr; item = CMSG_NXTHDR(message, item)) {
    if (item->cmsg_level == IPPROTO_IP && item->cmsg_type == IP_TOS) {
      return *CMSG_DATA(item);
    }
    if (item->cmsg_level == IPPROTO_IPV6 && item->cmsg_type == IPV6_TCLASS) {
      int traffic_class = 0;
      std::memcpy(&traffic_class, CMSG_DATA(item), sizeof traffic_class);
      return static_cast<uint8_t>(traffic_class);
    }
  }
  return 0;
}

}  // namespace

UdpSocket::UdpSocket(UdpSocket&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), family_(other.family_), tos_(other.tos_) {}

UdpSocket& UdpSocket::operator=(UdpSocket&& other) noexcept {
  if (this == &other) return *this;
  Close();
  fd_ = std::exchange(other.fd_, -1);
  family_ = other.family_;
  tos_ = other.tos_;
  return *this;
}

int UdpSocket::Bind(const base::Endpoint& local) {
  Close();
  family_ = local.address.family();
  const bool ipv6 = family_ == base::Family::kIpv6;
  fd_ = socket(ipv6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd_ < 0) return errno;
  SetReceiveBuffer(fd_, kReceiveBuffer);
  sockaddr_storage address;
  const socklen_t length = local.ToSockaddr(&address);
  const bool options = ipv6 ? SetOption(fd_, IPPROTO_IPV6, IPV6_V6ONLY, 1) &&
                                  SetOption(fd_, IPPROTO_IPV6, IPV6_RECVTCLASS, 1)
                            : SetOption(fd_, IPPROTO_IP, IP_RECVTOS, 1);
  if (!options || bind(fd_, reinterpret_cast<const sockaddr*>(&address), length) != 0) {
    const int error = errno;
    Close();
    return error;
  }
  return 0;
}

void UdpSocket::Close() {
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
  tos_ = 0;
}

Received UdpSocket::Receive(std::span<uint8_t> buffer) {
  sockaddr_in6 address;  // as large as any we bind
  alignas(cmsghdr) char control[64];
  iovec vector{buffer.data(), buffer.size()};
  msghdr message{};
  message.msg_name = &address;
  message.msg_namelen = sizeof address;
  message.msg_iov = &vector;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  Received received;
  const ssize_t size = recvmsg(fd_, &message, MSG_DONTWAIT);
  if (size < 0) {
    received.errno_value = errno;
    received.status = Passing(errno) ? ReceiveStatus::kNothing : ReceiveStatus::kFatal;
    return received;
  }
  const std::optional<base::Endpoint> source = base::Endpoint::FromSockaddr(
      reinterpret_cast<const sockaddr*>(&address), message.msg_namelen);
  if (!source) return received;
  received.status = ReceiveStatus::kPacket;
  received.size = static_cast<size_t>(size);
  received.truncated = (message.msg_flags & MSG_TRUNC) != 0;
  received.tos = TosOf(&message);
  received.source = *source;
  return received;
}

int UdpSocket::Send(std::span<const uint8_t> bytes, const base::Endpoint& destination) {
  sockaddr_storage address;
  const socklen_t length = destination.ToSockaddr(&address);
  const auto* to = reinterpret_cast<const sockaddr*>(&address);
  constexpr int kFlags = MSG_DONTWAIT | MSG_NOSIGNAL;
  if (sendto(fd_, bytes.data(), bytes.size(), kFlags, to, length) >= 0) return 0;
  // A pending ICMP error of an earlier packet is reported once, instead of sending this one.
  if (errno == ECONNREFUSED && sendto(fd_, bytes.data(), bytes.size(), kFlags, to, length) >= 0) {
    return 0;
  }
  return errno;
}

int UdpSocket::SetTos(uint8_t tos) {
  if (tos == tos_) return 0;
  const bool ipv6 = family_ == base::Family::kIpv6;
  if (!SetOption(fd_, ipv6 ? IPPROTO_IPV6 : IPPROTO_IP, ipv6 ? IPV6_TCLASS : IP_TOS, tos)) {
    return errno;
  }
  tos_ = tos;
  return 0;
}

}  // namespace mediad::relay

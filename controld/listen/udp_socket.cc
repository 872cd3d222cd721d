#include "controld/listen/udp_socket.h"

#include <netinet/in.h>
#include <netinet/ip.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>

#include "proto/base/text.h"

namespace controld::listen {
namespace {

// How long a sender may wait for room in the socket's buffer; a lost reply is asked for again.
constexpr int kSendPatienceMs = 5;

bool SetInt(int fd, int level, int name, int value) {
  return setsockopt(fd, level, name, &value, sizeof value) == 0;
}

absl::Status Errno(std::string_view what, const base::Endpoint& endpoint) {
  return absl::UnavailableError(
      base::StrCat(what, " ", endpoint.ToString(), ": ", std::strerror(errno)));
}

void SetBuffer(int fd, int force, int plain, int size) {
  // FORCE passes net.core.?mem_max but needs CAP_NET_ADMIN.
  if (!SetInt(fd, SOL_SOCKET, force, size)) SetInt(fd, SOL_SOCKET, plain, size);
}

bool SetTosOf(int fd, bool ipv6, int tos) {
  return ipv6 ? SetInt(fd, IPPROTO_IPV6, IPV6_TCLASS, tos) : SetInt(fd, IPPROTO_IP, IP_TOS, tos);
}

// What matters for correctness; the caller reports errno.
bool Configure(int fd, bool ipv6, const UdpSocketOptions& options) {
  SetBuffer(fd, SO_RCVBUFFORCE, SO_RCVBUF, options.receive_buffer);
  SetBuffer(fd, SO_SNDBUFFORCE, SO_SNDBUF, options.send_buffer);
  // An address that comes later (VRRP) may be listened on already.
  SetInt(fd, ipv6 ? IPPROTO_IPV6 : IPPROTO_IP, ipv6 ? IPV6_FREEBIND : IP_FREEBIND, 1);
  if (options.path_mtu != PathMtuDiscovery::kSystem) {
    const bool want = options.path_mtu == PathMtuDiscovery::kWant;
    const bool done =
        ipv6 ? SetInt(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER,
                      want ? IPV6_PMTUDISC_WANT : IPV6_PMTUDISC_DONT)
             : SetInt(fd, IPPROTO_IP, IP_MTU_DISCOVER, want ? IP_PMTUDISC_WANT : IP_PMTUDISC_DONT);
    if (!done) return false;
  }
  if (options.tos != 0 && !SetTosOf(fd, ipv6, options.tos)) return false;
  if (!ipv6) return SetInt(fd, IPPROTO_IP, IP_PKTINFO, 1);
  return SetInt(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1) && SetInt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
}

void ReadDestination(msghdr* message, UdpSocket::Datagram* out) {
  for (cmsghdr* control = CMSG_FIRSTHDR(message); control != nullptr;
       control = CMSG_NXTHDR(message, control)) {
    if (control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_PKTINFO) {
      in_pktinfo info;
      std::memcpy(&info, CMSG_DATA(control), sizeof info);
      // ipi_spec_dst, not ipi_addr: for a broadcast it is an address one can send from.
      const std::string_view octets(reinterpret_cast<const char*>(&info.ipi_spec_dst), 4);
      out->local = base::IpAddress::FromBytes(octets).value_or(base::IpAddress());
      out->interface_index = static_cast<uint32_t>(info.ipi_ifindex);
    } else if (control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_PKTINFO) {
      in6_pktinfo info;
      std::memcpy(&info, CMSG_DATA(control), sizeof info);
      const std::string_view octets(reinterpret_cast<const char*>(&info.ipi6_addr), 16);
      out->local = base::IpAddress::FromBytes(octets).value_or(base::IpAddress());
      out->interface_index = static_cast<uint32_t>(info.ipi6_ifindex);
    }
  }
}

// Appends the control message that chooses the source address.
void SetSource(msghdr* message, char* control, const base::IpAddress& local, uint32_t index) {
  message->msg_control = control;
  auto* header = reinterpret_cast<cmsghdr*>(control);
  if (local.family() == base::Family::kIpv4) {
    in_pktinfo info{};
    std::memcpy(&info.ipi_spec_dst, local.data(), 4);
    header->cmsg_level = IPPROTO_IP;
    header->cmsg_type = IP_PKTINFO;
    header->cmsg_len = CMSG_LEN(sizeof info);
    std::memcpy(CMSG_DATA(header), &info, sizeof info);
    message->msg_controllen = CMSG_SPACE(sizeof info);
  } else {
    in6_pktinfo info{};
    std::memcpy(&info.ipi6_addr, local.data(), 16);
    // Routing chooses the way out, except where the address means nothing without a link.
    if (local.link_local()) info.ipi6_ifindex = index;
    header->cmsg_level = IPPROTO_IPV6;
    header->cmsg_type = IPV6_PKTINFO;
    header->cmsg_len = CMSG_LEN(sizeof info);
    std::memcpy(CMSG_DATA(header), &info, sizeof info);
    message->msg_controllen = CMSG_SPACE(sizeof info);
  }
}

}  // namespace

ReceiveBatch::ReceiveBatch()
    : buffer_(std::make_unique_for_overwrite<char[]>(kMessages * kMessageSize)),
      headers_(kMessages),
      vectors_(kMessages),
      peers_(kMessages),
      controls_(kMessages) {
  for (size_t i = 0; i < kMessages; ++i) {
    vectors_[i] = {buffer_.get() + i * kMessageSize, kMessageSize};
    headers_[i].msg_hdr.msg_iov = &vectors_[i];
    headers_[i].msg_hdr.msg_iovlen = 1;
    headers_[i].msg_hdr.msg_name = &peers_[i];
    headers_[i].msg_hdr.msg_control = controls_[i].octets;
  }
}

absl::StatusOr<std::unique_ptr<UdpSocket>> UdpSocket::Bind(const base::Endpoint& endpoint,
                                                           const UdpSocketOptions& options) {
  const bool ipv6 = endpoint.address.family() == base::Family::kIpv6;
  const int fd = socket(ipv6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return Errno("Failed to create UDP socket for", endpoint);
  std::unique_ptr<UdpSocket> guard(new UdpSocket(fd, endpoint));
  if (!Configure(fd, ipv6, options)) return Errno("Failed to set up UDP socket for", endpoint);
  sockaddr_storage address{};
  socklen_t length = endpoint.ToSockaddr(&address);
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), length) != 0) {
    return Errno("Failed to bind UDP socket to", endpoint);
  }
  length = sizeof address;
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) != 0) {
    return Errno("Failed to read the address of UDP socket", endpoint);
  }
  const auto* in4 = reinterpret_cast<const sockaddr_in*>(&address);
  const auto* in6 = reinterpret_cast<const sockaddr_in6*>(&address);
  guard->local_.port = ntohs(ipv6 ? in6->sin6_port : in4->sin_port);
  return guard;
}

UdpSocket::~UdpSocket() { close(fd_); }

bool UdpSocket::SetTos(int tos) {
  return SetTosOf(fd_, local_.address.family() == base::Family::kIpv6, tos);
}

size_t UdpSocket::Receive(ReceiveBatch* batch,
                          const std::function<void(const Datagram&)>& handler) {
  for (mmsghdr& header : batch->headers_) {
    header.msg_hdr.msg_namelen = sizeof(sockaddr_storage);
    header.msg_hdr.msg_controllen = ReceiveBatch::kControlSize;
  }
  const int count =
      recvmmsg(fd_, batch->headers_.data(), ReceiveBatch::kMessages, MSG_DONTWAIT, nullptr);
  for (int i = 0; i < count; ++i) {
    mmsghdr& header = batch->headers_[static_cast<size_t>(i)];
    Datagram datagram;
    datagram.octets = {static_cast<char*>(header.msg_hdr.msg_iov->iov_base), header.msg_len};
    const auto peer = base::Endpoint::FromSockaddr(static_cast<sockaddr*>(header.msg_hdr.msg_name),
                                                   header.msg_hdr.msg_namelen);
    if (!peer || peer->port == 0) continue;  // nobody to answer
    datagram.peer = *peer;
    ReadDestination(&header.msg_hdr, &datagram);
    handler(datagram);
  }
  return count > 0 ? static_cast<size_t>(count) : 0;
}

bool UdpSocket::Send(std::string_view octets, const base::Endpoint& peer,
                     const base::IpAddress& local, uint32_t interface_index) {
  sockaddr_storage address{};
  iovec vector{const_cast<char*>(octets.data()), octets.size()};
  msghdr message{};
  message.msg_namelen = peer.ToSockaddr(&address);
  message.msg_name = &address;
  message.msg_iov = &vector;
  message.msg_iovlen = 1;
  if (address.ss_family == AF_INET6 && peer.address.link_local()) {
    reinterpret_cast<sockaddr_in6*>(&address)->sin6_scope_id = interface_index;
  }
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(in6_pktinfo))] = {};
  if (local.valid()) SetSource(&message, control, local, interface_index);
  for (int attempt = 0; attempt < 2; ++attempt) {
    if (sendmsg(fd_, &message, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0) return true;
    if (errno == EINTR) continue;
    if (errno != EAGAIN && errno != EWOULDBLOCK && errno != ENOBUFS) return false;
    pollfd wait{fd_, POLLOUT, 0};
    poll(&wait, 1, kSendPatienceMs);
  }
  return false;
}

}  // namespace controld::listen

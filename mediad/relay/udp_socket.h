// One non-blocking UDP socket for media: the thin line between the relay and the kernel.
//
// Three system calls carry a packet: epoll_wait (shared by a batch), recvmsg, sendto. No policy here.
// Owner: one call. One thread.
#pragma once

#include <cstdint>
#include <span>

#include "proto/base/endpoint.h"

namespace mediad::relay {

enum class ReceiveStatus : uint8_t {
  kPacket,
  kNothing,  // none there, or an ICMP error that concerns somebody else
  kFatal,    // the socket is of no more use; errno_value says why
};

struct Received {
  ReceiveStatus status = ReceiveStatus::kNothing;
  int errno_value = 0;
  size_t size = 0;
  bool truncated = false;  // the datagram was longer than the buffer
  uint8_t tos = 0;         // TOS or traffic class octet it came with
  base::Endpoint source;
};

class UdpSocket {
 public:
  // Octets of SO_RCVBUF; the kernel doubles them and counts its own overhead, 768 to 2304 octets for a voice packet. So
  // a port holds 900 packets or more until its shard comes round: 9 ms of 100000 a second. Memory is taken by what
  // waits, not by the limit; net.ipv4.udp_mem bounds the sum over all ports. Without CAP_NET_ADMIN net.core.rmem_max
  // may be less.
  static constexpr int kReceiveBuffer = 1 << 20;

  UdpSocket() = default;
  ~UdpSocket() { Close(); }
  UdpSocket(UdpSocket&& other) noexcept;
  UdpSocket& operator=(UdpSocket&& other) noexcept;

  // 0, or an errno value.
  int Bind(const base::Endpoint& local);
  void Close();

  Received Receive(std::span<uint8_t> buffer);
  // 0, or an errno value. Never blocks: a full send buffer loses the packet (EAGAIN).
  int Send(std::span<const uint8_t> bytes, const base::Endpoint& destination);
  // For what is sent from now on; a system call only when it changes. 0, or an errno value.
  int SetTos(uint8_t tos);

  int fd() const { return fd_; }

 private:
  int fd_ = -1;
  base::Family family_ = base::Family::kNone;
  uint8_t tos_ = 0;
};

}  // namespace mediad::relay

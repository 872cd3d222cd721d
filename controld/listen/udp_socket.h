// A bound, non-connected UDP socket that knows to which of its addresses a datagram was sent, so
// that the answer leaves from there (ng-protocol.md §1.1). Linux. Sending is thread-safe, receiving
// is for one thread.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "proto/base/endpoint.h"

namespace controld::listen {

enum class PathMtuDiscovery : uint8_t { kSystem, kWant, kDont };

struct UdpSocketOptions {
  int tos = 0;
  PathMtuDiscovery path_mtu = PathMtuDiscovery::kSystem;
  int receive_buffer = 8 << 20;
  int send_buffer = 4 << 20;
};

// Room for one batch of datagrams; shared by the sockets of a thread.
class ReceiveBatch {
 public:
  // Few: the worker is to begin with the first commands while the next ones are read.
  static constexpr size_t kMessages = 8;
  static constexpr size_t kMessageSize = 64 * 1024;
  ReceiveBatch();

 private:
  friend class UdpSocket;
  static constexpr size_t kControlSize = 128;
  struct alignas(8) Control {
    char octets[kControlSize];
  };
  std::unique_ptr<char[]> buffer_;
  std::vector<mmsghdr> headers_;
  std::vector<iovec> vectors_;
  std::vector<sockaddr_storage> peers_;
  std::vector<Control> controls_;
};

class UdpSocket {
 public:
  static absl::StatusOr<std::unique_ptr<UdpSocket>> Bind(const base::Endpoint& endpoint,
                                                         const UdpSocketOptions& options);
  ~UdpSocket();
  UdpSocket(const UdpSocket&) = delete;
  UdpSocket& operator=(const UdpSocket&) = delete;

  int fd() const { return fd_; }
  const base::Endpoint& local() const { return local_; }  // the port is the real one

  bool SetTos(int tos);  // any thread

  struct Datagram {
    std::string_view octets;
    base::Endpoint peer;
    base::IpAddress local;  // destination address of the datagram
    uint32_t interface_index = 0;
  };
  // Hands over one batch at most; returns how many there were. 0: nothing left.
  size_t Receive(ReceiveBatch* batch, const std::function<void(const Datagram&)>& handler);

  // False: it could not be sent, not even after waiting a moment for room in the buffer.
  bool Send(std::string_view octets, const base::Endpoint& peer, const base::IpAddress& local,
            uint32_t interface_index);

 private:
  UdpSocket(int fd, base::Endpoint local) : fd_(fd), local_(local) {}

  const int fd_;
  base::Endpoint local_;  // constant once bound
};

}  // namespace controld::listen

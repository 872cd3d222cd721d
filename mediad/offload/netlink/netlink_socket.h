// A generic netlink socket: the thin line between messages and the kernel, by libmnl. One thread at a time.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

#include "mediad/offload/netlink/messages.h"

struct mnl_socket;

namespace mediad::offload {

class NetlinkSocket {
 public:
  NetlinkSocket() = default;
  ~NetlinkSocket() { Close(); }
  NetlinkSocket(const NetlinkSocket&) = delete;
  NetlinkSocket& operator=(const NetlinkSocket&) = delete;

  // 0, or an errno value.
  int Open();
  void Close();
  bool open() const { return socket_ != nullptr; }
  int fd() const;
  int Join(uint32_t group);
  int Send(std::span<const uint8_t> octets);
  // One datagram, without waiting: its size, 0 if there is none, or a negative errno value.
  ssize_t Receive(std::span<uint8_t> buffer);

  // Sends and waits for the end of the answer; `on_message` sees each part of it. Not where waiting is forbidden.
  Outcome Ask(std::span<const uint8_t> octets, uint32_t sequence,
              const std::function<void(const Message&)>& on_message,
              std::chrono::milliseconds patience = std::chrono::seconds(5));

 private:
  mnl_socket* socket_ = nullptr;
};

}  // namespace mediad::offload

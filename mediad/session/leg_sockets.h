// The sockets of one secure leg, by handles that stay the same when the session's sockets are numbered anew.
// One thread.
#pragma once

#include <cstdint>
#include <vector>

#include "mediad/session/state.h"

namespace mediad::session {

using SocketHandle = uint16_t;

struct LegSocket {
  SocketIndex socket = kNoSocket;
  uint32_t port_set = 0;
  uint16_t offset = 0;          // within the port set
  uint8_t component = 0;        // 0 RTP, 1 RTCP
  base::Endpoint local;
};

class LegSockets {
 public:
  // What is no longer there keeps its handle and has no socket.
  void Assign(const std::vector<LegSocket>& sockets) {
    for (LegSocket& known : sockets_) known.socket = kNoSocket;
    for (const LegSocket& socket : sockets) {
      LegSocket* known = Find(socket);
      if (known != nullptr) {
        *known = socket;
      } else {
        sockets_.push_back(socket);
      }
    }
  }
  // Ids of port sets are `offset` more from now on (modulo 2^32).
  void Shift(uint32_t offset) {
    for (LegSocket& socket : sockets_) socket.port_set += offset;
  }
  // A handle of no socket for one that is not ours.
  SocketHandle HandleOf(SocketIndex socket) const {
    for (size_t i = 0; i < sockets_.size(); ++i) {
      if (sockets_[i].socket == socket) return static_cast<SocketHandle>(i);
    }
    return kNoHandle;
  }
  SocketIndex SocketOf(SocketHandle handle) const {
    return handle < sockets_.size() ? sockets_[handle].socket : kNoSocket;
  }
  uint32_t PortSetOf(SocketHandle handle) const {
    return handle < sockets_.size() ? sockets_[handle].port_set : 0;
  }
  // By handle; those without a socket included.
  const std::vector<LegSocket>& all() const { return sockets_; }

  static constexpr SocketHandle kNoHandle = 0xffff;

 private:
  LegSocket* Find(const LegSocket& wanted) {
    for (LegSocket& known : sockets_) {
      if (known.port_set == wanted.port_set && known.offset == wanted.offset) return &known;
    }
    return nullptr;
  }

  std::vector<LegSocket> sockets_;
};

}  // namespace mediad::session

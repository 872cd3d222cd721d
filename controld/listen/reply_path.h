// Where the reply to a control message goes. A value: it outlives the datagram it came with.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "proto/base/endpoint.h"

namespace controld::listen {

struct ReplyPath;

// The largest UDP payload (RFC 768 over IPv4; IPv6 has 20 octets more, which changes nothing here).
inline constexpr size_t kMaxDatagram = 65507;

// A transport that carries replies. Implementations are thread-safe: replies leave from shard
// threads.
class ReplySink {
 public:
  virtual ~ReplySink() = default;
  // `message` is the whole reply: cookie, space, payload.
  virtual void SendReply(const ReplyPath& path, std::string_view message) = 0;
  // The largest message it carries.
  virtual size_t max_reply() const { return kMaxDatagram; }
};

struct ReplyPath {
  ReplySink* sink = nullptr;     // outlives every request it delivered
  uint32_t channel = 0;          // the sink's own: which socket
  uint32_t interface_index = 0;  // for link-local peers
  base::Endpoint peer;
  base::IpAddress local;  // the address the request was sent to; the reply leaves from it
  uint16_t local_port = 0;
};

}  // namespace controld::listen

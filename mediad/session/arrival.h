// What is known about the packet in hand, while it goes through the steps of session.cc. Private to Session.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "mediad/rtp/header.h"
#include "mediad/session/session.h"

namespace mediad::session {

struct Session::Arrival {
  enum class Kind : uint8_t { kInvalid, kRtp, kRtcp, kOpaque, kStun, kDtls };

  const base::Endpoint& source;
  std::span<uint8_t> packet;          // in the clear, once it is authenticated
  std::span<const uint8_t> wire;      // as it came in; the same octets, unless it is decrypted
  const base::Now& now;
  uint8_t tos;
  Kind kind = Kind::kInvalid;
  Drop invalid = Drop::kNone;         // why kInvalid
  bool on_rtcp_port = false;
  SocketIndex socket_index = kNoSocket;
  size_t pair = 0;                    // port pair within the media
  const LocalSocket* socket = nullptr;
  Media* media = nullptr;
  Stream* stream = nullptr;           // of `media`: in a bundle known when it is demultiplexed
  Stream* path = nullptr;             // of the receiving socket: its head's
  std::optional<rtp::HeaderView> header = std::nullopt;  // kRtp

  int64_t unix_ms() const { return now.unix_us / 1000; }
  // The SSRC of the packet, or of the author of the first RTCP packet.
  uint32_t ssrc() const {
    const size_t at = kind == Kind::kRtp ? 8 : 4;
    return uint32_t{packet[at]} << 24 | uint32_t{packet[at + 1]} << 16 |
           uint32_t{packet[at + 2]} << 8 | uint32_t{packet[at + 3]};
  }
};

}  // namespace mediad::session

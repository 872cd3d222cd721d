// What all secure legs of a process share: randomness, certificates, the budget of handshakes.
//
// All of it may be used by any relay thread at any time: a session may move from one to another.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "mediad/dtls/certificate.h"
#include "proto/base/clock.h"
#include "proto/base/endpoint.h"

namespace mediad::session {

struct SecureServices {
  // A certificate of ours by the SHA-256 digest of its DER form; null: not one of ours, or no longer.
  std::function<std::shared_ptr<const dtls::Certificate>(std::string_view digest)> certificate;
  // Takes one handshake from the budget of a source; false: it is used up. `now` is monotonic.
  std::function<bool(const base::IpAddress& source, std::chrono::nanoseconds now)> take_handshake;
  base::Random* random = nullptr;  // cryptographic
  std::string software;            // SOFTWARE of STUN
  uint16_t mtu = 1152;             // octets of a DTLS datagram
};

}  // namespace mediad::session

// The same work done by libsrtp2, with its own streams, roll-over counters and replay windows: what
// our implementation is compared with (tests, benchmark). One thread at a time.
//
// It has no F8, no MKI whose value is not looked at, no recovery of a roll-over counter, no export.
// The 192-bit suites are refused: it derives their keys with AES-256, from 32 octets of key and
// salt together, where RFC 6188 §3.1 wants AES-192. Its SRTCP index begins with 1. Duplicates may
// be sent, replays are refused within 256 packets, as with us.
#pragma once

#include <srtp2/srtp.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "mediad/srtp/parameters.h"

namespace mediad::srtp {

class LibsrtpSession {
 public:
  // Unimplemented: libsrtp2 cannot do that. `parameters` are valid.
  static absl::StatusOr<std::unique_ptr<LibsrtpSession>> Create(const Parameters& parameters,
                                                                bool sender);
  ~LibsrtpSession();
  LibsrtpSession(const LibsrtpSession&) = delete;
  LibsrtpSession& operator=(const LibsrtpSession&) = delete;

  // As the methods of Receiver and Sender. `in_place` is packet.data(), or nullptr to verify only.
  Result UnprotectRtp(std::span<const uint8_t> packet, uint8_t* in_place, size_t* size);
  Result UnprotectRtcp(std::span<const uint8_t> packet, uint8_t* in_place, size_t* size);
  Result ProtectRtp(std::span<uint8_t> buffer, size_t* size);
  Result ProtectRtcp(std::span<uint8_t> buffer, size_t* size);

 private:
  using Function = srtp_err_status_t (*)(srtp_t, void*, int*);

  LibsrtpSession() = default;
  Result Unprotect(Function function, std::span<const uint8_t> packet, uint8_t* in_place,
                   size_t* size);
  Result Protect(Function function, std::span<uint8_t> buffer, size_t* size);

  srtp_t session_ = nullptr;
  std::vector<uint32_t> scratch_;  // libsrtp wants words, and may spoil what is not authentic
};

}  // namespace mediad::srtp

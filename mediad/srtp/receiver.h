// What one party sends, protected with one key: authenticated and decrypted. RFC 3711 §3.3.
// Not where the packet goes; no sockets, clocks or keys' negotiation. One thread at a time.
//
// Each SSRC has its own roll-over counter and SRTCP index, and windows against replays of 256
// packets. The counter starts at 0 and is recovered within ± 1 and from 0 (rtp_index.h). Only
// authentic packets change anything. In the steady state nothing is allocated.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "mediad/srtp/parameters.h"
#include "mediad/srtp/rtp_index.h"
#include "mediad/srtp/stream_table.h"
#include "mediad/srtp/transform.h"

namespace mediad::srtp {

class LibsrtpSession;

class Receiver {
 public:
  // InvalidArgument: the parameters do not fit the suite. Unimplemented: not with this backend.
  static absl::StatusOr<std::unique_ptr<Receiver>> Create(const Parameters& parameters,
                                                          Backend backend = Backend::kAuto);
  ~Receiver();

  // Decrypts in place: kOk leaves RTP (RTCP) of *size octets at the start of `packet`. With any
  // other result `packet`, *size and all state are as before.
  Result UnprotectRtp(std::span<uint8_t> packet, size_t* size);
  Result UnprotectRtcp(std::span<uint8_t> packet, size_t* size);

  // The same without touching the packet, for one that is relayed as it is: authenticates, takes
  // note of its index, and says in *plain_size how long it would be.
  Result VerifyRtp(std::span<const uint8_t> packet, size_t* plain_size);
  Result VerifyRtcp(std::span<const uint8_t> packet, size_t* plain_size);

  const Parameters& parameters() const { return parameters_; }

  // All SSRCs, in no order. Not on the packet path; with kLibsrtp nothing is exported.
  std::vector<StreamState> Export() const;
  // What was received of RTP, by SSRC, last used first; at most `most`.
  struct RtpState {
    uint32_t ssrc = 0;
    RtpHistory history;
  };
  std::vector<RtpState> ExportRtp(size_t most) const;
  // Who has the same key has received that, and from now on nothing. Without effect with kLibsrtp.
  void MergeRtp(const RtpState& state);
  // Adds what another instance with the same key has exported, replacing SSRCs known here. What is
  // not newer than that counts as received. Unimplemented with kLibsrtp.
  absl::Status Import(std::span<const StreamState> streams);

 private:
  struct Stream {
    uint32_t ssrc = 0;
    RtpHistory rtp;
    ReplayWindow rtcp;
  };

  explicit Receiver(const Parameters& parameters);
  Result ReceiveRtp(std::span<const uint8_t> packet, uint8_t* in_place, size_t* size);
  Result ReceiveRtcp(std::span<const uint8_t> packet, uint8_t* in_place, size_t* size);

  Parameters parameters_;
  std::unique_ptr<Transform> rtp_;
  std::unique_ptr<Transform> rtcp_;
  StreamTable<Stream> streams_;
  std::unique_ptr<LibsrtpSession> libsrtp_;  // null: kOpenssl
};

}  // namespace mediad::srtp

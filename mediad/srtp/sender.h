// What we send to one party, protected with one key. RFC 3711 §3.3. One thread at a time.
//
// Each SSRC has its own roll-over counter, which follows the sequence numbers by the RFC's
// estimate, and its own SRTCP index, from 0. Packets that come twice or late are protected as what
// they are: this is a relay. In the steady state nothing is allocated.
//
// An index is never used for two RTCP packets, not even when an SSRC was evicted (kMaxStreams) and
// comes back: after an eviction new SSRCs start above every index of those that went.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "mediad/srtp/parameters.h"
#include "mediad/srtp/stream_table.h"
#include "mediad/srtp/transform.h"

namespace mediad::srtp {

class LibsrtpSession;

class Sender {
 public:
  // InvalidArgument: the parameters do not fit the suite. Unimplemented: not with this backend.
  static absl::StatusOr<std::unique_ptr<Sender>> Create(const Parameters& parameters,
                                                        Backend backend = Backend::kAuto);
  ~Sender();

  // `buffer` begins with RTP (RTCP) of *size octets and has room for kMaxOverhead more. kOk: it is
  // encrypted in place and *size says how much is to be sent. Otherwise nothing was changed.
  Result ProtectRtp(std::span<uint8_t> buffer, size_t* size);
  Result ProtectRtcp(std::span<uint8_t> buffer, size_t* size);

  // Roll-over counters begin at 0 again, as those of a party that has moved do. SRTCP indices go on.
  // Without effect with kLibsrtp.
  void RestartRtp();
  // The first SRTCP index of an SSRC that was not sent to yet; at most 2^31 - 1. For who does not know what was
  // sent with this key before. Without effect with kLibsrtp.
  void BeginRtcpAt(uint32_t index) { first_rtcp_index_ = index; }

  const Parameters& parameters() const { return parameters_; }

  // All SSRCs, in no order. Not on the packet path; with kLibsrtp nothing is exported.
  std::vector<StreamState> Export() const;
  // The highest RTP index of one SSRC; nullopt: none yet.
  std::optional<uint64_t> ExportRtp(uint32_t ssrc) const;
  // The SSRCs that RTP was sent with, last used first.
  std::vector<uint32_t> RtpSsrcs() const;
  // Who has the same key has sent up to `index` since. Its SRTCP index goes on here. Without effect with kLibsrtp.
  void FollowRtp(uint32_t ssrc, uint64_t index);
  // Adds what another instance with the same key has exported, replacing SSRCs known here. An old
  // export makes SRTCP indices be used twice: add to rtcp_index what may have been sent since.
  // Unimplemented with kLibsrtp.
  absl::Status Import(std::span<const StreamState> streams);

 private:
  struct Stream {
    uint32_t ssrc = 0;
    bool has_rtp = false;
    bool has_rtcp = false;
    uint64_t rtp_index = 0;   // the highest
    uint32_t rtcp_index = 0;  // the next
  };

  explicit Sender(const Parameters& parameters);
  Stream& Use(uint32_t ssrc);

  Parameters parameters_;
  std::unique_ptr<Transform> rtp_;
  std::unique_ptr<Transform> rtcp_;
  StreamTable<Stream> streams_;
  uint32_t first_rtcp_index_ = 0;            // of a new SSRC
  std::unique_ptr<LibsrtpSession> libsrtp_;  // null: kOpenssl
};

}  // namespace mediad::srtp

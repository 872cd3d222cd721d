// One DTLS-SRTP association: the handshake of one component (RFC 5763, RFC 5764, RFC 6347) from
// datagrams and time to verified SRTP keys.
//
// Datagrams and `now` go in; datagrams to send, a deadline and a state come out. No sockets, no
// threads; the library draws its own randomness, which is the one thing not passed in. It has its
// own idea of time, too, which is kept from it: library_timer.h. Application data is not used:
// whatever the peer sends is dropped.
//
// What a stranger can do. Before the handshake is complete nothing is authenticated, so: malformed
// records, records of the wrong role and alerts in plain text are counted and go no further; a
// message that is well-formed but makes the library give up costs the handshake, not the
// association: it starts again (kMaxRestarts times). A plain alert of the true peer is therefore
// not believed either, but named in the failure text. Afterwards only authenticated records count.
// Keys leave this class only if the peer's certificate has the signalled fingerprint.
//
// One thread at a time.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mediad/dtls/certificate.h"
#include "mediad/dtls/keys.h"
#include "proto/media/fingerprint.h"

namespace mediad::dtls {

// Numbers of rtpengine.v1.DtlsSetup.
enum class Setup : uint8_t { kUndecided = 0, kActive = 1, kPassive = 2 };
// Numbers of rtpengine.v1.DtlsState.
enum class State : uint8_t {
  kIdle = 0,  // not started, or no ClientHello yet
  kHandshake = 1,
  kUnverified = 2,   // completed; SetPeerFingerprint is missing
  kEstablished = 3,  // keys() are there
  kFailed = 4,       // failure() says why; for good
  kClosed = 5,       // by the peer, or Close(); keys() stay readable
};
enum class Role : uint8_t { kUndecided, kClient, kServer };

struct AssociationOptions {
  std::shared_ptr<const Certificate> certificate;  // ours to present; required
  Setup setup = Setup::kUndecided;
  // Octets of the longest UDP payload sent: dtls-mtu minus 48. Clamped to kMinMtu…kMaxMtu.
  size_t mtu = 1152;
  // As server: answer a ClientHello without a cookie by a HelloVerifyRequest and keep no state (RFC
  // 6347 §4.2.1), so that a forged source gets 44 octets and not our flight of about 700 (P-256;
  // longer with RSA). Switched off where ICE has shown that the source receives. A ClientHello in several
  // fragments is not answered with it.
  bool verify_cookie = true;
  std::string profiles{kAllProfiles};  // offered and accepted, best first
};

class Association {
 public:
  static constexpr size_t kMinMtu = 256;
  static constexpr size_t kMaxMtu = 4096;
  static constexpr std::chrono::seconds kFirstInterval{1};  // of retransmission; doubles
  static constexpr std::chrono::seconds kHandshakeLimit{
      30};  // from the first flight or ClientHello
  static constexpr unsigned kMaxRestarts = 3;
  static constexpr size_t kMaxQueued = 32;  // outgoing datagrams; more are lost

  struct Counters {
    uint64_t records_received = 0;  // well-formed and given to the library
    uint64_t records_ignored = 0;   // malformed, or not to be believed
    uint64_t flights_sent = 0;      // retransmitted ones included
    uint64_t restarts = 0;
  };

  explicit Association(AssociationOptions options);
  ~Association();
  Association(Association&&) noexcept;
  Association& operator=(Association&&) noexcept;

  // Active: sends the first flight. Otherwise a ClientHello is answered from now on; before,
  // datagrams are ignored.
  void Start(std::chrono::nanoseconds now);
  // The answer decided. A handshake that runs in the other role starts again in this one; a
  // completed one stays.
  void SetSetup(Setup setup, std::chrono::nanoseconds now);
  // Of the peer's certificate; may come at any time. Invalid ones are taken for absent. Decides
  // kUnverified at once; one that does not fit an established association makes it kFailed.
  void SetPeerFingerprint(const media::Fingerprint& fingerprint);

  // What came from `source` (any octets that stand for its address and port; only verify_cookie
  // looks at them). False: nothing in it was taken (DROP_DTLS_INVALID).
  bool OnDatagram(std::span<const uint8_t> datagram, std::span<const uint8_t> source,
                  std::chrono::nanoseconds now);
  // Due or not: call it at or after NextDeadline().
  void OnTimer(std::chrono::nanoseconds now);
  std::optional<std::chrono::nanoseconds> NextDeadline() const;

  // The next datagram to send, of at most mtu octets; false: none. To be emptied after every call
  // above; `datagram` is overwritten, its memory re-used.
  bool TakeDatagram(std::vector<uint8_t>* datagram);

  // Sends close_notify if there was a handshake. kClosed unless failed.
  void Close();

  State state() const;
  Role role() const;  // kUndecided until a ClientHello or Start decides
  const std::string& failure()
      const;  // "fingerprint mismatch", "no answer for 30 s", …; empty unless kFailed
  // Set in kEstablished, and in kClosed after it. Copies wipe themselves.
  const std::optional<Keys>& keys() const;
  const Counters& counters() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mediad::dtls

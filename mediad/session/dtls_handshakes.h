// DTLS of one component: which handshakes run, with whom, and which of them counts.
//
// A client has one, with the party's address. A server may be greeted by anybody: without ICE it runs a few
// handshakes side by side, and the first whose certificate is the signalled one counts. So who greets first gains
// nothing, and a party whose address is the signalled one is never crowded out by others. With ICE the source has
// been checked by then, and there is one handshake whatever pair its records come by.
//
// Not here: the protocol (../dtls), SRTP (protection.h). Sans-IO; one thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mediad/dtls/association.h"
#include "mediad/dtls/handshake_budget.h"
#include "mediad/session/explain.h"
#include "mediad/session/leg_sockets.h"
#include "mediad/session/secure_services.h"
#include "mediad/session/sinks.h"
#include "rtpengine/v1/session.pb.h"

namespace mediad::session {

class DtlsHandshakes {
 public:
  static constexpr size_t kMaxHandshakes = 4;

  // `services` outlives this.
  explicit DtlsHandshakes(SecureServices& services) : services_(services) {}

  // A changed `association` forgets the handshakes before it; anything else goes on. `done`: an earlier run of this
  // process had its keys, there is nothing to begin.
  void Apply(const rtpengine::v1::Dtls& specification, bool ice, bool done, const base::Now& now);
  // As client: begins, towards `peer`. Nothing happens otherwise, or if it has begun.
  void Start(SocketHandle socket, const base::Endpoint& peer, const base::Now& now);
  bool wants_start() const { return setup_ == dtls::Setup::kActive && handshakes_.empty() && !done_; }

  // `expected`: the source has the address that the party has signalled, or that ICE has checked.
  Drop OnDatagram(SocketHandle socket, const base::Endpoint& source,
                  std::span<const uint8_t> datagram, bool expected, const base::Now& now);
  void OnTimer(const base::Now& now);
  std::chrono::nanoseconds next_deadline() const;  // max(): none
  // Appends what is to be sent; false: the list is full, more is waiting.
  bool Flush(const LegSockets& sockets, SinkList* sinks);

  // Keys of a handshake that was completed and verified since the last call.
  const dtls::Keys* TakeKeys();
  // Why a handshake failed that was the last one under way; once.
  std::optional<std::string> TakeFailure();
  // Where the party of the handshake that counts is; invalid: none counts yet.
  base::Endpoint verified_peer() const { return verified_peer_; }
  void FillStatus(rtpengine::v1::DtlsStatus* status) const;
  uint32_t association() const { return association_; }

 private:
  struct Handshake {
    SocketHandle socket = LegSockets::kNoHandle;
    base::Endpoint peer;
    bool expected = false;
    std::chrono::nanoseconds last_used{0};
    dtls::Association association;
  };

  Handshake* Find(const base::Endpoint& source);
  Handshake* Admit(SocketHandle socket, const base::Endpoint& source, bool expected,
                   const base::Now& now);
  Handshake& Add(SocketHandle socket, const base::Endpoint& peer, bool expected,
                 const base::Now& now);
  void Settle();
  const Handshake* Foremost() const;

  SecureServices& services_;
  std::shared_ptr<const dtls::Certificate> certificate_;
  dtls::Setup setup_ = dtls::Setup::kUndecided;
  media::Fingerprint fingerprint_;
  bool ice_ = false;
  uint32_t association_ = 0;
  bool applied_ = false;
  bool done_ = false;              // keys are there; further greetings of others are not answered
  bool keys_ready_ = false;
  base::Endpoint verified_peer_;
  std::string failure_;            // the last one; empty: none
  bool failure_ready_ = false;
  dtls::TokenBucket budget_{dtls::BucketOptions()};
  std::vector<Handshake> handshakes_;
  std::vector<uint8_t> datagram_;  // of Flush, kept for its memory
};

}  // namespace mediad::session

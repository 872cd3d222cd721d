// What makes the transport of one media secure: ICE says which addresses are the party's, DTLS or the specification
// gives keys, SRTP contexts use them.
//
// Not here: what is done with packets (session.cc, session_secure.cc), the protocols (../ice, ../dtls, ../srtp).
// Sans-IO: after every call of Apply, OnStun, OnDtls and OnTimer, Flush what is to be sent and look for changed paths,
// keys and failures. Components: 0 is RTP, and RTCP with it where both share a port; 1 is RTCP. One thread.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mediad/ice/agent.h"
#include "mediad/session/dtls_handshakes.h"
#include "mediad/session/leg_sockets.h"
#include "mediad/session/protection.h"
#include "mediad/session/secure_services.h"
#include "mediad/session/sinks.h"
#include "rtpengine/v1/session.pb.h"

namespace mediad::session {

class SecureLeg {
 public:
  static constexpr size_t kComponents = 2;

  // What ICE selected for a component.
  struct Path {
    SocketIndex socket = kNoSocket;
    uint32_t port_set = 0;
    base::Endpoint remote;
  };
  using Remotes = std::array<base::Endpoint, kComponents>;  // signalled; invalid: unknown

  // `services` outlives this; null: neither ICE nor DTLS is asked for.
  explicit SecureLeg(SecureServices* services) : services_(services) {}

  // What the session knows beside the specification.
  struct Circumstances {
    bool moved = false;             // the party has signalled another RTP endpoint
    uint32_t first_rtcp_index = 0;  // of keys that another process may have used before
  };
  void Apply(const rtpengine::v1::Media& specification, const std::vector<LegSocket>& sockets,
             const Remotes& remotes, const Circumstances& circumstances, const base::Now& now);

  bool secured() const { return secured_; }     // SRTP is spoken, with keys or without yet
  bool reencrypts() const { return reencrypts_; }
  bool ice() const { return agent_ != nullptr; }
  bool dtls() const { return handshakes_[0] != nullptr; }

  // The contexts of a component. Keys from SDP serve both.
  Protection& protection(size_t component) {
    return protections_[dtls() && !mux_ ? component : 0];
  }
  const Protection& protection(size_t component) const {
    return protections_[dtls() && !mux_ ? component : 0];
  }

  // With ICE: whether the source has been checked.
  bool Admits(size_t component, SocketIndex socket, const base::Endpoint& source) const {
    return agent_->Admits(static_cast<uint8_t>(component + 1), sockets_.HandleOf(socket), source);
  }
  // With ICE: authentic media came from there. True: its path may have changed (TakePath).
  bool OnMedia(size_t component, SocketIndex socket, const base::Endpoint& source,
               const base::Now& now) {
    const auto number = static_cast<uint8_t>(component + 1);
    const SocketHandle handle = sockets_.HandleOf(socket);
    const auto& selected = agent_->selected(number);
    if (selected && selected->socket == handle && selected->remote == source) return false;
    agent_->OnMedia(number, handle, source, now.monotonic);
    TakeIceEvents();
    return paths_[component].has_value();
  }

  // The session has become part of another one: its port sets have other ids.
  void ShiftPortSets(uint32_t offset) { sockets_.Shift(offset); }

  // kNone: taken. Otherwise why not; an answer may be due all the same.
  Drop OnStun(SocketIndex socket, const base::Endpoint& source, std::span<const uint8_t> packet,
              const base::Now& now);
  Drop OnDtls(size_t component, SocketIndex socket, const base::Endpoint& source,
              std::span<const uint8_t> packet, const base::Now& now);
  void OnTimer(const base::Now& now);
  std::chrono::nanoseconds next_deadline() const;  // max(): none

  // What finds no room in the list waits for the next call, which is due at once.
  void Flush(SinkList* sinks);
  // The path of a component, if it has changed since the last call.
  std::optional<Path> TakePath(size_t component);
  // Every component has a nominated pair.
  bool ice_completed() const { return agent_ != nullptr && agent_->state() == ice::State::kCompleted; }
  // That came about since the last call.
  bool TakeCompleted() { return std::exchange(completed_, false); }
  std::optional<Path> path(size_t component) const;
  // Fills in keys that a handshake gave since the last call.
  bool TakeKeys(size_t component, rtpengine::v1::DtlsKeys* keys);
  std::optional<std::string> TakeFailure(size_t component);
  // Likewise with the positions of their SSRCs, when a restarted process would not find its way without.
  bool TakeProgress(size_t component, std::chrono::nanoseconds now, rtpengine::v1::DtlsKeys* keys);
  // Where the party of a verified handshake is; invalid: unknown.
  base::Endpoint verified_peer(size_t component) const {
    return handshakes_[component] == nullptr ? base::Endpoint()
                                             : handshakes_[component]->verified_peer();
  }

  void FillStatistics(size_t component, bool explain, rtpengine::v1::StreamStatistics* out) const;

 private:
  void ApplyKeys(const rtpengine::v1::Srtp& srtp, const Circumstances& circumstances);
  void ApplyDtls(const rtpengine::v1::Srtp& srtp, const Circumstances& circumstances,
                 const base::Now& now);
  void ApplyIce(const rtpengine::v1::Media& specification, const base::Now& now);
  void StartDtls(const base::Now& now);
  void TakeIceEvents();
  bool FlushAll(SinkList* sinks);
  Path PathOf(const ice::SelectedPair& pair) const;

  SecureServices* const services_;
  bool secured_ = false;
  bool reencrypts_ = false;
  bool mux_ = false;
  bool completed_ = false;
  Remotes remotes_;
  LegSockets sockets_;
  std::array<Protection, kComponents> protections_;
  std::array<std::unique_ptr<DtlsHandshakes>, kComponents> handshakes_;
  std::unique_ptr<ice::Agent> agent_;
  std::array<std::optional<Path>, kComponents> paths_;  // changed, not yet taken
  bool unfinished_ = false;                             // the last Flush found no room
};

}  // namespace mediad::session

// An ICE agent for one media (RFC 8445, with RFC 8838 for trickle and RFC 8863 for patience).
//
// Sans-IO: datagrams, parameters and time go in; datagrams to send, events and the next deadline come out.
// After every call of Apply, OnStun, OnTimer and OnMedia the caller takes all transmits and events and asks
// NextDeadline again. Memory is bounded: kMaxRemoteCandidates, kMaxPairs, one response to a request, at most
// two checks in 20 ms. Checks are answered as long as the agent lives, credentials of the peer or not.
//
// There are no consent checks (RFC 7675): as long as media flows, its timeout is what ends a call. A pair
// once valid stays so until a restart, until its socket leaves the parameters, or until the check that was
// to nominate it gets no answer.
//
// Not here: gathering, SDP, sockets. Times are CLOCK_MONOTONIC. One thread.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mediad/ice/check_list.h"
#include "mediad/ice/outbox.h"
#include "mediad/ice/parameters.h"
#include "mediad/stun/message.h"
#include "proto/base/clock.h"
#include "proto/base/endpoint.h"

namespace mediad::ice {

enum class Outcome : uint8_t {
  kAnswered,  // an authenticated check
  kRefused,   // a check that was answered with an error, or not at all for their number
  kInvalid,   // not STUN: malformed, or without valid FINGERPRINT; nothing is sent
  kResponse,  // to a check of ours
  kIgnored,   // an indication, a response to nothing we asked (there); nothing is sent
};

class Agent {
 public:
  using Time = std::chrono::nanoseconds;

  static constexpr size_t kMaxRemoteCandidates = 100;  // signalled; further ones are ignored
  static constexpr size_t kMaxPeerReflexive = 16;      // beside them; the oldest makes room
  static constexpr Time kPacing = std::chrono::milliseconds(20);
  static constexpr Time kNominationDelay = std::chrono::milliseconds(100);
  static constexpr Time kRetargetInterval = std::chrono::seconds(3);
  static constexpr Time kPatience = std::chrono::milliseconds(39500);  // RFC 8863 §4

  // `random` should be cryptographic and outlives the agent. `software` is the value of SOFTWARE, cut to
  // 127 octets; empty: none is sent.
  Agent(base::Random& random, std::string_view software);

  // First set-up, re-offer, restart (other credentials of either side), further candidates, RTCP now
  // multiplexed, other sockets: whatever changed. The same again changes nothing; only an agent that had
  // failed tries once more.
  void Apply(const Parameters& parameters, Time now);

  Outcome OnStun(uint16_t socket, const base::Endpoint& source, std::span<const uint8_t> datagram, Time now);
  void OnTimer(Time now);
  std::optional<Time> NextDeadline() const;

  // False: none left.
  bool NextTransmit(Transmit* transmit) { return outbox_.Take(transmit); }
  std::optional<Event> NextEvent();

  // Whether media and DTLS from this address are let in: an authenticated check came from it, or succeeded
  // to it, since the last restart. Once per packet: the selected pair is compared first.
  bool Admits(uint8_t component, uint16_t socket, const base::Endpoint& source) const {
    for (const Address& address : admitted_) {
      if (address.Is(component, socket, source)) return true;
    }
    return false;
  }

  // Authentic media came from an admitted address. If that is another valid pair than the selected one,
  // media is sent on it from now on, at most once in kRetargetInterval (media.md §2.3). Once per packet.
  void OnMedia(uint8_t component, uint16_t socket, const base::Endpoint& source, Time now) {
    const auto& selected = selected_[component - 1u];
    if (selected && selected->socket == socket && selected->remote == source) return;
    FollowMedia(component, socket, source, now);
  }

  // Where to send media: the nominated pair, or the best valid one; after a restart the old one until there
  // is a new one. Nothing: the endpoint of the SDP. `component` is 1 or 2.
  const std::optional<SelectedPair>& selected(uint8_t component) const { return selected_[component - 1u]; }

  State state() const { return state_; }
  bool controlling() const { return controlling_; }
  const Counters& counters() const { return counters_; }
  std::vector<PairStatus> pairs() const;  // best first

 private:
  struct Address {
    uint8_t component = 1;
    uint16_t socket = 0;
    base::Endpoint source;

    bool Is(uint8_t c, uint16_t s, const base::Endpoint& e) const {
      return source == e && socket == s && component == c;
    }
  };

  void FollowMedia(uint8_t component, uint16_t socket, const base::Endpoint& source, Time now);

  base::Random& random_;
  const std::string software_;
  Parameters parameters_;
  CheckList check_list_;
  Outbox outbox_;
  Counters counters_;
  std::vector<Address> admitted_;  // those of the selected pairs first
  std::array<std::optional<SelectedPair>, kMaxComponents> selected_;
  State state_ = State::kWaiting;
  bool controlling_ = false;
};

}  // namespace mediad::ice

// An ICE agent for one media (RFC 8445, with RFC 8838 for trickle and RFC 8863 for patience).
//
// Sans-IO: datagrams, parameters and time go in; datagrams to send, events and the next deadline
// come out. After every call of Apply, OnStun, OnTimer and OnMedia the caller takes all transmits
// and events and asks NextDeadline again. Memory is bounded: kMaxRemoteCandidates, kMaxPairs, one
// response to a request, at most two checks in 20 ms. Checks are answered as long as the agent
// lives, credentials of the peer or not.
//
// There are no consent checks (RFC 7675): as long as media flows, its timeout is what ends a call.
// A pair once valid stays so until a restart, until its socket leaves the parameters, or until the
// check that was to nominate it gets no answer.
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
  static constexpr size_t kMaxPeerReflexive =
      CheckList::kReserved;  // beside them; the oldest makes room
  static constexpr Time kPacing = std::chrono::milliseconds(20);
  static constexpr Time kNominationDelay = std::chrono::milliseconds(100);
  static constexpr Time kRetargetInterval = std::chrono::seconds(3);
  static constexpr Time kPatience = std::chrono::milliseconds(39500);  // RFC 8863 §4

  // `random` should be cryptographic and outlives the agent. `software` is the value of SOFTWARE,
  // cut to 127 octets; empty: none is sent.
  Agent(base::Random& random, std::string_view software);

  // First set-up, re-offer, restart (other credentials of either side), further candidates, RTCP
  // now multiplexed, other sockets: whatever changed. The same again changes nothing; only an agent
  // that had failed tries once more.
  void Apply(const Parameters& parameters, Time now);

  Outcome OnStun(uint16_t socket, const base::Endpoint& source, std::span<const uint8_t> datagram,
                 Time now);
  void OnTimer(Time now);
  std::optional<Time> NextDeadline() const;

  // False: none left.
  bool NextTransmit(Transmit* transmit) { return outbox_.Take(transmit); }
  std::optional<Event> NextEvent();

  // Whether media and DTLS from this address are let in: an authenticated check came from it, or
  // succeeded to it, since the last restart. Once per packet: the selected pair is compared first.
  bool Admits(uint8_t component, uint16_t socket, const base::Endpoint& source) const {
    for (const Address& address : admitted_) {
      if (address.Is(component, socket, source)) return true;
    }
    return false;
  }

  // Authentic media came from an admitted address. If that is another valid pair than the selected
  // one, media is sent on it from now on, at most once in kRetargetInterval. Once per packet;
  // `component` is 1 or 2.
  void OnMedia(uint8_t component, uint16_t socket, const base::Endpoint& source, Time now) {
    const auto& selected = selected_[component - 1u];
    if (selected && selected->socket == socket && selected->remote == source) return;
    FollowMedia(component, socket, source, now);
  }

  // Where to send media: the nominated pair, or the best valid one; after a restart the old one
  // until there is a new one. Nothing: the endpoint of the SDP. `component` is 1 or 2.
  const std::optional<SelectedPair>& selected(uint8_t component) const {
    return selected_[component - 1u];
  }

  State state() const { return state_; }
  bool controlling() const { return controlling_; }
  const Counters& counters() const { return counters_; }
  std::vector<PairStatus> pairs() const;  // best first

 private:
  // Repeated with the same transaction after 100, 200, 400 … ms, 8 times in all; the answer to the
  // last one is waited for 16 times the first interval (RFC 8489 §6.2.1).
  static constexpr uint8_t kTransmissions = 8;
  static constexpr Time kFirstInterval = std::chrono::milliseconds(100);
  static constexpr Time kLastInterval = 16 * kFirstInterval;
  // A peer that finds a role conflict in everything is not asked for ever.
  static constexpr uint8_t kMaxRoleConflicts = 8;
  static constexpr size_t kMaxLocalCandidates = 32;
  static constexpr size_t kMaxSoftware = 127;  // RFC 8489 §14.14
  // Errors to who is not authenticated: so many at once, then one in each interval. They are longer
  // than what asks for them, and the source of that may be a lie.
  static constexpr unsigned kErrorBurst = 16;
  static constexpr Time kErrorInterval = std::chrono::milliseconds(100);

  struct Address {
    uint8_t component = 1;
    uint16_t socket = 0;
    base::Endpoint source;

    bool Is(uint8_t c, uint16_t s, const base::Endpoint& e) const {
      return source == e && socket == s && component == c;
    }
  };
  struct Refusal {
    uint16_t code = 0;  // 0: none
    std::string_view reason;
  };

  // agent.cc: what signalling changes.
  bool remote_known() const {
    return !parameters_.remote_ufrag.empty() && !parameters_.remote_password.empty();
  }
  void Restart();
  void ApplyRole(const Parameters& parameters, bool decide);
  void RemoveStale();
  void ForgetOtherPeers();
  void TakeRemoteCandidates(const std::vector<RemoteCandidate>& candidates);
  bool Usable(const RemoteCandidate& candidate) const;
  void FormPairs();
  void SelectWithoutChecks(Time now);
  const LocalCandidate* FindLocal(uint16_t socket) const;

  // agent_stun.cc: what the peer sends.
  Outcome OnRequest(const stun::MessageView& request, uint16_t socket, const base::Endpoint& source,
                    Time now);
  Outcome OnResponse(const stun::MessageView& response, uint16_t socket,
                     const base::Endpoint& source, Time now);
  Refusal Examine(const stun::MessageView& request) const;
  // Whether the peer has to switch; otherwise we did, if there was a conflict.
  bool PeerHasToSwitch(const stun::MessageView& request);
  void Answer(const stun::MessageView& request, uint16_t socket, const base::Endpoint& source,
              const Refusal& refusal);
  bool MayRefuse(Time now);
  void Learn(const stun::MessageView& request, const LocalCandidate& local,
             const base::Endpoint& source, Time now);
  Pair* AddPeerReflexive(const LocalCandidate& local, const base::Endpoint& source,
                         std::optional<uint32_t> priority);
  bool MakeRoomForPeerReflexive();
  void OnError(Pair& pair, const Transaction& transaction, uint16_t code);

  // agent_checks.cc: what we send, and what comes of it.
  void Advance(Time now);
  void Start(Pair& pair, Time now);
  void Repeat(Time now);
  void Transmit(Pair& pair);
  void Fail(Pair& pair);
  void SwitchRole(bool controlling);
  void Succeed(Pair& pair, bool nominates, Time now);
  void Nominate(Pair& pair, Time now);
  void StartNomination();
  void UpdateState(Time now);
  bool PairsExhausted() const;

  // agent_selection.cc: where media goes, who is let in.
  void Admit(const Pair& pair);
  void Select(const Pair& pair, Time now);
  void OnBetterPair(const Pair& pair, Time now);
  void FollowMedia(uint8_t component, uint16_t socket, const base::Endpoint& source, Time now);

  base::Random& random_;
  const std::string software_;
  Parameters parameters_;  // without the remote candidates
  std::vector<RemoteCandidate> remote_candidates_;
  CheckList check_list_;
  Outbox outbox_;
  Counters counters_;
  std::vector<Address> admitted_;  // those of the selected pairs first
  std::array<std::optional<SelectedPair>, kMaxComponents> selected_;
  std::array<Time, kMaxComponents> selected_at_{};
  std::array<bool, kMaxComponents> outdated_{};  // the selected pair is that of before the restart
  std::array<bool, kMaxComponents> selected_event_{};
  bool usable_event_ = false;
  bool completed_event_ = false;
  bool failed_event_ = false;

  State state_ = State::kWaiting;
  bool applied_ = false;
  bool wanted_controlling_ = false;  // of the parameters that decided the role
  bool controlling_ = false;
  std::optional<Time> checking_since_;
  std::optional<Time> nominate_at_;
  Time next_check_{0};   // pacing of new checks
  Time next_repeat_{0};  // and of repeated ones
  unsigned errors_left_ = kErrorBurst;
  Time errors_counted_at_{0};
};

}  // namespace mediad::ice

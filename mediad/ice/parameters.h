// What an ICE agent is told, and what it says of itself. The numbers of the enumerations are those
// of rtpengine.v1 (session.proto); protobuf itself stays outside. Plain values; any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "proto/base/endpoint.h"

namespace mediad::ice {

inline constexpr unsigned kMaxComponents = 2;

enum class CandidateType : uint8_t {
  kHost = 0,
  kServerReflexive = 1,
  kPeerReflexive = 2,
  kRelay = 3
};
enum class PairState : uint8_t {
  kFrozen = 0,
  kWaiting = 1,
  kInProgress = 2,
  kSucceeded = 3,
  kFailed = 4
};
enum class State : uint8_t {
  kWaiting = 0,  // for the remote credentials or candidates; lite: for a check
  kChecking = 1,
  kUsable = 2,  // every component has a valid pair, not every one a nominated pair
  kCompleted = 3,
  kFailed = 4,  // a later check, candidate or restart brings it back
};

// A socket of ours. All are host candidates; those with the same address share a foundation.
struct LocalCandidate {
  uint16_t socket = 0;      // the caller's index, opaque; unique, the same while open
  uint8_t component = 1;    // 1 or 2
  base::Endpoint endpoint;  // what the socket is bound to
  uint32_t priority = 0;    // as in the SDP: see priority.h

  bool operator==(const LocalCandidate&) const = default;
};

struct RemoteCandidate {
  uint8_t component = 1;
  base::Endpoint endpoint;
  uint32_t priority = 0;
  CandidateType type = CandidateType::kHost;
  std::string foundation;

  bool operator==(const RemoteCandidate&) const = default;
};

struct Parameters {
  std::string local_ufrag;
  std::string local_password;
  std::string remote_ufrag;  // either empty: not signalled yet; checks are answered, none are sent
  std::string remote_password;
  bool controlling = false;  // counts at first and after a restart; then role conflicts decide
  bool lite = false;         // we only answer
  bool remote_lite = false;  // makes us controlling
  bool trickle = false;      // more remote candidates may come
  bool end_of_candidates = false;
  uint8_t components = 1;  // 2 without rtcp-mux
  uint64_t tie_breaker = 0;
  std::vector<LocalCandidate> local_candidates;
  std::vector<RemoteCandidate> remote_candidates;  // complete: known ones are recognised
};

// To be sent from a socket. `octets` live until the next input to the agent.
struct Transmit {
  uint16_t socket = 0;
  base::Endpoint destination;
  std::span<const uint8_t> octets;
};

// The pair that media of a component is sent on.
struct SelectedPair {
  uint8_t component = 1;
  uint16_t socket = 0;
  base::Endpoint remote;
  CandidateType remote_type = CandidateType::kHost;
  bool nominated = false;

  bool operator==(const SelectedPair&) const = default;
};

struct Event {
  enum class Kind : uint8_t {
    kSelected,   // media of `pair.component` is sent on `pair` from now on
    kUsable,     // every component has a valid pair: DTLS may start
    kCompleted,  // every component has a nominated pair
    kFailed,
  };
  Kind kind = Kind::kUsable;
  SelectedPair pair;  // kSelected only
};

struct Counters {
  uint64_t checks_sent = 0;
  uint64_t checks_received = 0;  // authenticated ones
  uint64_t checks_refused = 0;   // not answered with success
  uint64_t responses = 0;        // valid ones to our checks
};

struct PairStatus {
  uint8_t component = 1;
  uint16_t socket = 0;
  base::Endpoint local;
  base::Endpoint remote;
  CandidateType remote_type = CandidateType::kHost;
  PairState state = PairState::kFrozen;
  bool nominated = false;
  uint32_t checks_sent = 0;
};

}  // namespace mediad::ice

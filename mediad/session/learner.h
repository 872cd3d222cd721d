// Where one stream's peer is: the endpoint it signalled, the one we send to, and how packets move the
// second away from the first (media.md §2).
//
// This is a state machine over (source, window open?) and nothing else: it sends nothing, reads no clock
// and knows neither packets nor sockets. What may teach (a valid, authenticated packet of the right kind)
// is its caller's decision. One thread.
#pragma once

#include <cstdint>
#include <optional>

#include "proto/base/endpoint.h"

namespace mediad::session {

enum class LearnMode : uint8_t { kHeuristic, kDelayed, kImmediate, kOff };

struct LearnPolicy {
  LearnMode mode = LearnMode::kHeuristic;
  bool enabled = false;         // our SDP carrying the port was issued
  bool strict_source = false;
  bool media_handover = false;
  bool asymmetric = false;      // the learned source is only compared with, never sent to
};

// Numbers of rtpengine.v1.LearnReason; kNone is ours.
enum class LearnReason : uint8_t {
  kSignalled = 0, kExact = 1, kFollowed = 2, kConfirmed = 3, kImmediate = 4, kHandover = 5, kReopened = 6,
  kIce = 7,
  kNone = 255,
};

struct LearnOutcome {
  LearnReason reason = LearnReason::kNone;  // kNone: nothing changed
  bool confirmed = false;                   // this packet confirmed the address
  bool target_changed = false;              // sending goes elsewhere from now on
};

class Learner {
 public:
  // SDP named an endpoint (nullopt: none known). A changed one becomes the target at once and learning
  // starts again; an unchanged one keeps what was learned. Returns whether it changed.
  bool Signal(const std::optional<base::Endpoint>& advertised);
  // Any signalling: the address is no longer confirmed and every source ranks anew.
  void Reopen();
  // ICE selected where to send. Returns whether that is news.
  bool Select(const base::Endpoint& peer);
  // Another process had confirmed that packets come from `source`: go on with that.
  void Restore(const LearnPolicy& policy, const base::Endpoint& source);
  // `asymmetric` was switched on: what was learned is no target.
  void ResetTarget() { target_ = advertised_; }

  // The source filter. Changes nothing: a packet it lets pass may still fail authentication.
  bool Admits(const LearnPolicy& policy, const base::Endpoint& source) const;
  // An admitted, valid packet came from `source`. `window_open`: within 3 s of the last signalling.
  LearnOutcome Learn(const LearnPolicy& policy, const base::Endpoint& source, bool window_open);

  const base::Endpoint& advertised() const { return advertised_; }  // invalid: unknown
  const base::Endpoint& target() const { return target_; }          // invalid: unknown
  // What strict-source compares with.
  const base::Endpoint& expected(const LearnPolicy& policy) const;
  bool confirmed() const { return confirmed_; }

 private:
  // 0 exact, 1 same address, 2 same port, 3 other.
  uint8_t Rank(const base::Endpoint& source) const;
  LearnOutcome Take(const LearnPolicy& policy, const base::Endpoint& source, LearnReason reason);

  static constexpr uint8_t kNoRank = 4;

  base::Endpoint advertised_;
  base::Endpoint target_;
  base::Endpoint learned_;      // last source taken; equals target_ unless asymmetric
  base::Endpoint best_;         // heuristic: best ranked source since signalling
  uint8_t best_rank_ = kNoRank;
  bool confirmed_ = false;
};

}  // namespace mediad::session

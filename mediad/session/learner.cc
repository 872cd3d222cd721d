#include "mediad/session/learner.h"

namespace mediad::session {

bool Learner::Signal(const std::optional<base::Endpoint>& advertised) {
  const base::Endpoint wanted = advertised.value_or(base::Endpoint());
  if (wanted == advertised_) return false;
  *this = Learner();
  advertised_ = target_ = wanted;
  return true;
}

void Learner::Reopen() {
  confirmed_ = false;
  best_rank_ = kNoRank;
  best_ = base::Endpoint();
}

bool Learner::Select(const base::Endpoint& peer) {
  const bool news = !confirmed_ || !(target_ == peer);
  target_ = learned_ = peer;
  confirmed_ = true;
  return news;
}

void Learner::Restore(const LearnPolicy& policy, const base::Endpoint& source) {
  learned_ = source;
  if (!policy.asymmetric && policy.mode != LearnMode::kOff) target_ = source;
  confirmed_ = true;
}

uint8_t Learner::Rank(const base::Endpoint& source) const {
  const bool same_port = source.port == advertised_.port;
  const bool same_address = source.address == advertised_.address;
  return static_cast<uint8_t>((same_port ? 0 : 1) + (same_address ? 0 : 2));
}

const base::Endpoint& Learner::expected(const LearnPolicy& policy) const {
  if (policy.mode == LearnMode::kOff && !policy.media_handover) return advertised_;
  return policy.asymmetric && learned_.valid() ? learned_ : target_;
}

bool Learner::Admits(const LearnPolicy& policy, const base::Endpoint& source) const {
  if (!policy.strict_source || !policy.enabled || !advertised_.valid()) return true;
  if (policy.media_handover && (confirmed_ || policy.mode == LearnMode::kOff)) return true;
  if (confirmed_ || policy.mode == LearnMode::kOff) return source == expected(policy);
  if (policy.mode == LearnMode::kHeuristic) return Rank(source) <= best_rank_;
  return true;
}

LearnOutcome Learner::Take(const LearnPolicy& policy, const base::Endpoint& source,
                           LearnReason reason) {
  LearnOutcome outcome{reason, reason != LearnReason::kFollowed && !confirmed_, false};
  const bool other_source = !(source == learned_);
  learned_ = source;
  if (!policy.asymmetric && !(target_ == source)) {
    target_ = source;
    outcome.target_changed = true;
  }
  // Following the same source again is no news.
  if (reason == LearnReason::kFollowed && !other_source && !outcome.target_changed) {
    outcome.reason = LearnReason::kNone;
  }
  if (reason != LearnReason::kFollowed) confirmed_ = true;
  return outcome;
}

LearnOutcome Learner::Learn(const LearnPolicy& policy, const base::Endpoint& source,
                            bool window_open) {
  if (!policy.enabled || !advertised_.valid()) return {};
  if (confirmed_ || policy.mode == LearnMode::kOff) {
    if (policy.media_handover && !(source == expected(policy))) {
      return Take(policy, source, LearnReason::kHandover);
    }
    if (confirmed_) return {};
    confirmed_ = true;  // `off`: the first packet only shows that the peer is there
    return {LearnReason::kSignalled, true, false};
  }
  switch (policy.mode) {
    case LearnMode::kImmediate:
      return Take(policy, source, LearnReason::kImmediate);
    case LearnMode::kDelayed:
      return Take(policy, source, window_open ? LearnReason::kFollowed : LearnReason::kConfirmed);
    default:
      break;
  }
  const uint8_t rank = Rank(source);
  if (rank <= best_rank_) {
    best_rank_ = rank;
    best_ = source;
  }
  if (best_rank_ == 0) return Take(policy, best_, LearnReason::kExact);
  return Take(policy, best_, window_open ? LearnReason::kFollowed : LearnReason::kConfirmed);
}

}  // namespace mediad::session

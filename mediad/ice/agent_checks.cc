// The checks an agent sends, their pacing and repetition, and nomination: RFC 8445 §6.1.4, §7.2,
// §8.1; see agent.h.
#include <algorithm>
#include <cstring>
#include <utility>

#include "mediad/ice/agent.h"
#include "mediad/ice/priority.h"

namespace mediad::ice {
namespace {

using stun::Attribute;

stun::TransactionId NewTransactionId(base::Random& random) {
  const uint64_t words[2] = {random.Next(), random.Next()};
  stun::TransactionId id;
  std::memcpy(id.data(), words, id.size());
  return id;
}

}  // namespace

void Agent::OnTimer(Time now) { Advance(now); }

// Everything that is due. At most one new check and one repeated one go out in kPacing.
void Agent::Advance(Time now) {
  if (!parameters_.lite && remote_known()) {
    if (nominate_at_ && now >= *nominate_at_) StartNomination();
    if (now >= next_check_) {
      Pair* pair = check_list_.NextTriggered();
      if (pair == nullptr) pair = check_list_.NextOrdinary();
      if (pair != nullptr) Start(*pair, now);
    }
    Repeat(now);
  }
  UpdateState(now);
}

void Agent::Start(Pair& pair, Time now) {
  // A triggered check of a pair in progress goes out with its transaction, if the content is the
  // same: any answer to it serves.
  const bool same = pair.transaction && pair.transaction->controlling == controlling_ &&
                    pair.transaction->use_candidate == pair.nominating;
  if (!same) {
    pair.replaced = pair.transaction;
    pair.transaction = Transaction{NewTransactionId(random_), controlling_, pair.nominating};
  }
  pair.state = PairState::kInProgress;
  pair.triggered = 0;
  pair.transmissions = 0;
  pair.due = now;
  next_check_ = now + kPacing;
  Transmit(pair);
}

void Agent::Transmit(Pair& pair) {
  const Transaction& transaction = *pair.transaction;
  stun::MessageWriter check(stun::Class::kRequest, stun::kBinding, transaction.id);
  if (!software_.empty()) check.AddText(Attribute::kSoftware, software_);
  check.AddText(Attribute::kUsername, parameters_.remote_ufrag + ':' + parameters_.local_ufrag);
  check.AddUint64(transaction.controlling ? Attribute::kIceControlling : Attribute::kIceControlled,
                  parameters_.tie_breaker);
  check.AddUint32(Attribute::kPriority, PeerReflexivePriority(pair.local.priority));
  if (transaction.use_candidate) check.AddFlag(Attribute::kUseCandidate);
  check.AddIntegrity(parameters_.remote_password);
  check.AddFingerprint();
  outbox_.Put(pair.local.socket, pair.remote.endpoint, check);
  ++counters_.checks_sent;
  ++pair.checks_sent;
  const Time interval = pair.transmissions + 1 < kTransmissions
                            ? kFirstInterval * (1 << pair.transmissions)
                            : kLastInterval;
  ++pair.transmissions;
  pair.due += interval;
}

// What waited longest for its answer goes out again; what waited for the last time has failed.
void Agent::Repeat(Time now) {
  Pair* next = nullptr;
  for (Pair& pair : check_list_.pairs()) {
    if (pair.state != PairState::kInProgress || pair.due > now) continue;
    if (pair.transmissions == kTransmissions) {
      Fail(pair);
    } else if (next == nullptr || pair.due < next->due) {
      next = &pair;
    }
  }
  if (next == nullptr || now < next_repeat_) return;
  next_repeat_ = now + kPacing;
  next->due = std::max(next->due, now - kPacing);  // after a pause of ours the intervals stay
  Transmit(*next);
}

void Agent::Fail(Pair& pair) {
  pair.state = PairState::kFailed;
  pair.triggered = 0;
  pair.transaction.reset();
  pair.replaced.reset();
  pair.nominate_when_valid = false;
  // The pair to be nominated is dead: another one's turn.
  if (std::exchange(pair.nominating, false)) {
    pair.valid = false;
    nominate_at_ = Time{0};
  }
}

void Agent::SwitchRole(bool controlling) {
  controlling_ = controlling;
  check_list_.SetControlling(controlling);
  nominate_at_.reset();
  for (Pair& pair : check_list_.pairs()) {
    pair.nominate_when_valid = false;
    const bool was_nominating = std::exchange(pair.nominating, false);
    if (was_nominating) {
      pair.state = PairState::kSucceeded;
      pair.triggered = 0;
      pair.transaction.reset();
    } else if (pair.state == PairState::kInProgress) {
      check_list_.Trigger(pair);  // what was sent says something else
    }
  }
}

void Agent::Succeed(Pair& pair, bool nominates, Time now) {
  pair.state = PairState::kSucceeded;
  pair.triggered = 0;
  pair.transaction.reset();
  pair.replaced.reset();
  pair.nominating = false;
  const bool fresh = !std::exchange(pair.valid, true);
  check_list_.Unfreeze(pair);
  if (nominates && !pair.nominated) {
    Nominate(pair, now);
  } else if (fresh) {
    OnBetterPair(pair, now);
  }
}

void Agent::Nominate(Pair& pair, Time now) {
  pair.nominated = true;
  pair.nominate_when_valid = false;
  OnBetterPair(pair, now);
  // The others of the component are not pursued, but for what the peer nominates too.
  for (Pair& other : check_list_.pairs()) {
    if (other.local.component != pair.local.component || other.nominate_when_valid) continue;
    if (other.state == PairState::kInProgress && !other.valid) other.state = PairState::kFrozen;
  }
}

void Agent::StartNomination() {
  nominate_at_.reset();
  for (uint8_t component = 1; component <= parameters_.components; ++component) {
    if (check_list_.HasNominated(component)) continue;
    Pair* best = check_list_.BestValid(component);
    if (best == nullptr || best->nominating) continue;
    best->nominating = true;
    check_list_.Trigger(*best);
  }
}

void Agent::UpdateState(Time now) {
  bool usable = true;
  bool completed = true;
  for (uint8_t component = 1; component <= parameters_.components; ++component) {
    usable &= check_list_.HasValid(component);
    completed &= check_list_.HasNominated(component);
  }
  const State before = state_;
  if (completed && usable) {
    state_ = State::kCompleted;
  } else if (usable) {
    state_ = State::kUsable;
  } else if (parameters_.lite || !remote_known() || check_list_.pairs().empty()) {
    state_ = State::kWaiting;
  } else {
    state_ = State::kChecking;
  }
  if (state_ < State::kUsable && PairsExhausted() && now >= *checking_since_ + kPatience) {
    state_ = State::kFailed;
  }
  // Regular nomination begins with the first full set of valid pairs; it is not begun twice.
  if (state_ == State::kUsable && controlling_ && !parameters_.lite && !nominate_at_) {
    const auto& pairs = check_list_.pairs();
    const bool begun =
        std::any_of(pairs.begin(), pairs.end(), [](const Pair& p) { return p.nominating; });
    if (!begun) nominate_at_ = now + kNominationDelay;
  }
  const bool was_usable = before == State::kUsable || before == State::kCompleted;
  const bool is_usable = state_ == State::kUsable || state_ == State::kCompleted;
  if (is_usable && !was_usable) usable_event_ = true;
  if (state_ == State::kCompleted && before != State::kCompleted) completed_event_ = true;
  if (state_ == State::kFailed && before != State::kFailed) failed_event_ = true;
}

// Some component has no valid pair and nothing under way that could become one.
bool Agent::PairsExhausted() const {
  if (parameters_.lite || !checking_since_) return false;
  if (parameters_.trickle && !parameters_.end_of_candidates) return false;
  for (uint8_t component = 1; component <= parameters_.components; ++component) {
    if (!check_list_.HasValid(component) && !check_list_.HasHope(component)) return true;
  }
  return false;
}

std::optional<Agent::Time> Agent::NextDeadline() const {
  if (parameters_.lite || !remote_known()) return std::nullopt;
  std::optional<Time> deadline = nominate_at_;
  const auto consider = [&](Time time) { deadline = std::min(deadline.value_or(time), time); };
  std::array<bool, kMaxComponents> done{check_list_.HasNominated(1), check_list_.HasNominated(2)};
  for (const Pair& pair : check_list_.pairs()) {
    const bool idle = pair.state == PairState::kWaiting || pair.state == PairState::kFrozen;
    const bool ordinary = idle && !pair.valid && !done[pair.local.component - 1u];
    if (pair.triggered != 0 || ordinary) consider(next_check_);
    if (pair.state == PairState::kInProgress) {
      const bool last = pair.transmissions == kTransmissions;
      consider(last ? pair.due : std::max(pair.due, next_repeat_));
    }
  }
  const bool may_fail = state_ == State::kWaiting || state_ == State::kChecking;
  if (may_fail && PairsExhausted()) consider(*checking_since_ + kPatience);
  return deadline;
}

}  // namespace mediad::ice

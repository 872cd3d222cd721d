// See check_list.h.
#include "mediad/ice/check_list.h"

#include <algorithm>

#include "mediad/ice/priority.h"

namespace mediad::ice {
namespace {

// Pairs whose checks probably have the same fate (RFC 8445 §6.1.2.6). A peer-reflexive candidate
// has a foundation of its own.
bool SameFoundation(const LocalCandidate& local, const RemoteCandidate& remote, const Pair& pair) {
  return local.endpoint.address == pair.local.endpoint.address && !remote.foundation.empty() &&
         remote.foundation == pair.remote.foundation;
}

bool Unchecked(const Pair& pair) {
  return pair.checks_sent == 0 && pair.triggered == 0 && !pair.valid;
}

template <typename Pairs, typename Predicate>
auto* Best(Pairs& pairs, Predicate predicate) {
  decltype(pairs.data()) best = nullptr;
  for (auto& pair : pairs) {
    if (predicate(pair) && (best == nullptr || pair.priority > best->priority)) best = &pair;
  }
  return best;
}

}  // namespace

uint64_t CheckList::PriorityOf(const Pair& pair) const {
  return controlling_ ? PairPriority(pair.local.priority, pair.remote.priority)
                      : PairPriority(pair.remote.priority, pair.local.priority);
}

void CheckList::SetControlling(bool controlling) {
  controlling_ = controlling;
  for (Pair& pair : pairs_) pair.priority = PriorityOf(pair);
}

Pair* CheckList::Find(uint8_t component, uint16_t socket, const base::Endpoint& remote) {
  for (Pair& pair : pairs_) {
    if (pair.Is(component, socket, remote)) return &pair;
  }
  return nullptr;
}

Pair* CheckList::FindTransaction(uint16_t socket, const base::Endpoint& remote,
                                 const stun::TransactionId& id) {
  for (Pair& pair : pairs_) {
    const bool known = (pair.transaction && pair.transaction->id == id) ||
                       (pair.replaced && pair.replaced->id == id);
    if (known && pair.local.socket == socket && pair.remote.endpoint == remote) return &pair;
  }
  return nullptr;
}

Pair* CheckList::Add(const LocalCandidate& local, const RemoteCandidate& remote) {
  Pair pair;
  pair.local = local;
  pair.remote = remote;
  pair.priority = PriorityOf(pair);
  pair.number = next_number_++;
  bool busy = false;
  bool succeeded = false;
  for (const Pair& other : pairs_) {
    if (!SameFoundation(local, remote, other)) continue;
    busy |= other.state == PairState::kWaiting || other.state == PairState::kInProgress;
    succeeded |= other.valid;
  }
  pair.state = succeeded || !busy ? PairState::kWaiting : PairState::kFrozen;

  const size_t limit =
      remote.type == CandidateType::kPeerReflexive ? kMaxPairs : kMaxPairs - kReserved;
  if (pairs_.size() < limit) {
    pairs_.push_back(std::move(pair));
    return &pairs_.back();
  }
  Pair* worst = nullptr;
  for (Pair& other : pairs_) {
    if (Unchecked(other) && (worst == nullptr || other.priority < worst->priority)) worst = &other;
  }
  if (worst == nullptr || worst->priority >= pair.priority) return nullptr;
  *worst = std::move(pair);
  return worst;
}

void CheckList::Update(Pair& pair, const RemoteCandidate& remote) {
  pair.remote = remote;
  pair.priority = PriorityOf(pair);
}

void CheckList::Trigger(Pair& pair) {
  pair.state = PairState::kWaiting;
  if (pair.triggered == 0) pair.triggered = next_triggered_++;
}

Pair* CheckList::NextTriggered() {
  Pair* next = nullptr;
  for (Pair& pair : pairs_) {
    if (pair.triggered != 0 && (next == nullptr || pair.triggered < next->triggered)) next = &pair;
  }
  return next;
}

Pair* CheckList::NextOrdinary() {
  const std::array<bool, kMaxComponents> done{HasNominated(1), HasNominated(2)};
  const auto in_state = [&](PairState state) {
    return Best(pairs_, [&](const Pair& pair) {
      return pair.state == state && !pair.valid && !done[pair.local.component - 1u];
    });
  };
  Pair* waiting = in_state(PairState::kWaiting);
  // RFC 8445 would leave a pair frozen while another of its foundation is in progress, for all of
  // 14 s if nobody answers. As in RFC 5245 §5.8 it is its turn when nothing else is waiting.
  return waiting != nullptr ? waiting : in_state(PairState::kFrozen);
}

void CheckList::Unfreeze(const Pair& succeeded) {
  for (Pair& pair : pairs_) {
    if (pair.state == PairState::kFrozen && SameFoundation(pair.local, pair.remote, succeeded)) {
      pair.state = PairState::kWaiting;
    }
  }
}

Pair* CheckList::BestValid(uint8_t component) {
  return Best(pairs_,
              [&](const Pair& pair) { return pair.valid && pair.local.component == component; });
}

bool CheckList::HasValid(uint8_t component) const {
  return Best(pairs_,
              [&](const Pair& pair) { return pair.valid && pair.local.component == component; });
}

bool CheckList::HasNominated(uint8_t component) const {
  return Best(pairs_, [&](const Pair& pair) {
    return pair.nominated && pair.local.component == component;
  });
}

bool CheckList::HasHope(uint8_t component) const {
  return Best(pairs_, [&](const Pair& pair) {
    return pair.local.component == component && pair.state != PairState::kFailed;
  });
}

}  // namespace mediad::ice

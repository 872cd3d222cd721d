// The candidate pairs of one media and the order they are checked in: RFC 8445 §6.1.2 to §6.1.4,
// §7.2.5.3.
//
// It knows states, priorities and foundations; not STUN, not what time it is. Pointers to pairs are
// good until the next Add, Remove or Clear. One thread.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mediad/ice/parameters.h"
#include "mediad/stun/message.h"
#include "proto/base/endpoint.h"

namespace mediad::ice {

// A Binding request of ours. What is sent again is the same to the octet.
struct Transaction {
  stun::TransactionId id{};
  bool controlling = false;
  bool use_candidate = false;
};

struct Pair {
  LocalCandidate local;
  RemoteCandidate remote;
  uint64_t priority = 0;
  PairState state = PairState::kFrozen;
  bool valid = false;  // a check of ours succeeded; lite: one of the peer's did
  bool nominated = false;
  bool nominate_when_valid = false;  // controlled: USE-CANDIDATE came first
  bool nominating = false;           // controlling: the next check has USE-CANDIDATE
  uint64_t triggered = 0;            // place in the triggered-check queue; 0: not in it
  uint64_t number = 0;               // order of coming into being

  std::optional<Transaction> transaction;  // the last one; a response to it counts at any time
  std::optional<Transaction> replaced;     // the one before, whose response may still be on its way
  uint8_t transmissions = 0;               // of `transaction`
  std::chrono::nanoseconds due{0};         // in progress: to send again, or to give up
  uint8_t role_conflicts = 0;              // found by the peer
  uint32_t checks_sent = 0;
  std::string peer_ufrag;  // named by a check that came before the SDP

  bool Is(uint8_t component, uint16_t socket, const base::Endpoint& source) const {
    return remote.endpoint == source && local.socket == socket && local.component == component;
  }
};

class CheckList {
 public:
  static constexpr size_t kMaxPairs = 256;
  static constexpr size_t kReserved = 16;  // of these for peer-reflexive candidates

  // Their order of priority depends on the role.
  void SetControlling(bool controlling);

  Pair* Find(uint8_t component, uint16_t socket, const base::Endpoint& remote);
  // The pair whose (last or last but one) transaction this is.
  Pair* FindTransaction(uint16_t socket, const base::Endpoint& remote,
                        const stun::TransactionId& id);

  // Frozen, or waiting when nothing of its foundation is on its way or one has succeeded. Null when
  // the list is full of better ones; otherwise the worst that was never checked makes room.
  Pair* Add(const LocalCandidate& local, const RemoteCandidate& remote);
  // The candidate was peer-reflexive and is signalled now, or was learned anew.
  void Update(Pair& pair, const RemoteCandidate& remote);
  template <typename Predicate>
  void RemoveIf(Predicate predicate) {
    std::erase_if(pairs_, predicate);
  }
  void Clear() { pairs_.clear(); }

  // To the end of the triggered-check queue, unless it is in it.
  void Trigger(Pair& pair);
  Pair* NextTriggered();
  // The best waiting pair, else the best frozen one. Not of a component that has a nominated pair.
  Pair* NextOrdinary();
  // What succeeded lets all of its foundation go.
  void Unfreeze(const Pair& succeeded);

  Pair* BestValid(uint8_t component);
  bool HasValid(uint8_t component) const;
  bool HasNominated(uint8_t component) const;
  // Whether a check may still succeed: waiting, frozen or in progress.
  bool HasHope(uint8_t component) const;

  std::vector<Pair>& pairs() { return pairs_; }
  const std::vector<Pair>& pairs() const { return pairs_; }

 private:
  uint64_t PriorityOf(const Pair& pair) const;

  std::vector<Pair> pairs_;
  uint64_t next_triggered_ = 1;
  uint64_t next_number_ = 1;
  bool controlling_ = false;
};

}  // namespace mediad::ice

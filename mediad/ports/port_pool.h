// The free UDP ports of one local address (media.md §1).
//
// A permuted list: allocation takes from its head, released ports go to its end, so that a port
// rests as long as possible before it is used again (late packets of an old call do not hit a new
// one). The pool only keeps the books; binding is interface_table's business. Thread-safe: one
// mutex, held for list operations only, never during a system call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "proto/base/clock.h"

namespace mediad::ports {

class PortPool {
 public:
  // `excluded` ports are never handed out and not counted.
  PortPool(uint16_t first, uint16_t last, std::span<const uint16_t> excluded, base::Random& random);

  // Takes `count` consecutive ports (1: any parity; else the first is even). nullopt: there are
  // none.
  std::optional<uint16_t> Take(unsigned count);
  // Takes exactly these. False: one of them is in use or excluded.
  bool TakeAt(uint16_t first, unsigned count);
  // Puts ports back at the end of the list. Ports outside the range or already free are ignored.
  void Release(uint16_t first, unsigned count);

  bool InRange(uint16_t first, unsigned count) const;
  uint16_t first() const { return first_; }
  uint16_t last() const { return last_; }
  unsigned total() const { return total_; }
  unsigned free() const;
  unsigned used() const { return total_ - free(); }

 private:
  // A doubly linked list over the ports' indices; kNone ends it. A port not in the list links to
  // itself.
  using Index = uint32_t;
  static constexpr Index kNone = ~Index{0};
  enum class State : uint8_t { kFree, kUsed, kExcluded };
  struct Node {
    Index previous = kNone;
    Index next = kNone;
    State state = State::kExcluded;
  };

  bool AllFree(Index first, unsigned count) const;
  void Unlink(Index index);
  void Append(Index index);

  const uint16_t first_;
  const uint16_t last_;
  unsigned total_ = 0;  // constant after construction

  mutable std::mutex mutex_;  // guards what follows
  std::vector<Node> nodes_;
  Index head_ = kNone;
  Index tail_ = kNone;
  unsigned free_ = 0;
};

}  // namespace mediad::ports

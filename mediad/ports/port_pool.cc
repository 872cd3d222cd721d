// See port_pool.h.
#include "mediad/ports/port_pool.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace mediad::ports {

PortPool::PortPool(uint16_t first, uint16_t last, std::span<const uint16_t> excluded,
                   base::Random& random)
    : first_(first), last_(last), nodes_(size_t{last} - first + 1) {
  std::vector<bool> usable(nodes_.size(), true);
  for (uint16_t port : excluded) {
    if (port >= first && port <= last) usable[size_t{port} - first] = false;
  }
  std::vector<Index> order(nodes_.size());
  std::iota(order.begin(), order.end(), Index{0});
  // Fisher and Yates. The bias of the modulo is beyond notice for 16-bit ranges and 64-bit numbers.
  for (size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.Next() % i]);
  for (Index index : order) {
    if (usable[index]) Append(index);
  }
  total_ = free_;
}

void PortPool::Append(Index index) {
  Node& node = nodes_[index];
  node = {tail_, kNone, State::kFree};
  (tail_ == kNone ? head_ : nodes_[tail_].next) = index;
  tail_ = index;
  ++free_;
}

void PortPool::Unlink(Index index) {
  Node& node = nodes_[index];
  (node.previous == kNone ? head_ : nodes_[node.previous].next) = node.next;
  (node.next == kNone ? tail_ : nodes_[node.next].previous) = node.previous;
  node.state = State::kUsed;
  --free_;
}

bool PortPool::AllFree(Index first, unsigned count) const {
  if (first + count > nodes_.size()) return false;
  for (unsigned i = 0; i < count; ++i) {
    if (nodes_[first + i].state != State::kFree) return false;
  }
  return true;
}

bool PortPool::InRange(uint16_t first, unsigned count) const {
  return first >= first_ && unsigned{first} + count <= unsigned{last_} + 1;
}

std::optional<uint16_t> PortPool::Take(unsigned count) {
  const std::lock_guard lock(mutex_);
  if (count == 0 || free_ < count) return std::nullopt;
  for (Index index = head_; index != kNone; index = nodes_[index].next) {
    Index begin = index;
    if (count > 1) {
      // Either port of an even/odd couple leads to it: the couple is looked at where its longer
      // rested half stands in the list.
      const bool odd = ((first_ + index) & 1u) != 0;
      if (odd && index == 0) continue;
      begin = odd ? index - 1 : index;
      if (!AllFree(begin, count)) continue;
    }
    for (unsigned i = 0; i < count; ++i) Unlink(begin + i);
    return static_cast<uint16_t>(first_ + begin);
  }
  return std::nullopt;
}

bool PortPool::TakeAt(uint16_t first, unsigned count) {
  if (count == 0 || !InRange(first, count)) return false;
  const std::lock_guard lock(mutex_);
  const Index begin = Index{first} - first_;
  if (!AllFree(begin, count)) return false;
  for (unsigned i = 0; i < count; ++i) Unlink(begin + i);
  return true;
}

void PortPool::Release(uint16_t first, unsigned count) {
  const std::lock_guard lock(mutex_);
  for (unsigned i = 0; i < count; ++i) {
    const unsigned port = first + i;
    if (port < first_ || port > last_) continue;
    const Index index = port - first_;
    if (nodes_[index].state == State::kUsed) Append(index);
  }
}

unsigned PortPool::free() const {
  const std::lock_guard lock(mutex_);
  return free_;
}

}  // namespace mediad::ports

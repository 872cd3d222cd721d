// Which of the last indices were received (RFC 3711 §3.3.2). Values only; one thread at a time.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace mediad::srtp {

class ReplayWindow {
 public:
  static constexpr uint64_t kSize = 256;  // the RFC asks for 64; bursts of video are reordered more

  // Everything up to `highest` counts as received: what an import knows.
  static ReplayWindow UpTo(uint64_t highest) {
    ReplayWindow window;
    window.empty_ = false;
    window.highest_ = highest;
    window.received_.fill(~uint64_t{0});
    return window;
  }

  bool empty() const { return empty_; }
  uint64_t highest() const { return highest_; }  // 0 while empty
  // Is `index` too old for the window to know?
  bool Below(uint64_t index) const { return !empty_ && index + kSize <= highest_; }
  bool Fresh(uint64_t index) const {
    return empty_ || index > highest_ || (!Below(index) && (Word(index) & Bit(index)) == 0);
  }

  // `index` must be fresh.
  void Commit(uint64_t index) {
    if (empty_ || index >= highest_ + kSize) {
      received_.fill(0);
    } else {
      for (uint64_t missed = highest_ + 1; missed <= index; ++missed) Word(missed) &= ~Bit(missed);
    }
    if (empty_ || index > highest_) highest_ = index;
    empty_ = false;
    Word(index) |= Bit(index);
  }

  // As somebody else keeps it too: the bit of index n is bit n % 64 of word n / 64 % 4, for the last kSize indices.
  using Words = std::array<uint64_t, kSize / 64>;
  const Words& words() const { return received_; }
  static ReplayWindow Restore(uint64_t highest, const Words& words) {
    ReplayWindow window;
    window.empty_ = false;
    window.highest_ = highest;
    window.received_ = words;
    return window;
  }
  // What either has seen counts as seen.
  void Merge(const ReplayWindow& other) {
    if (other.empty_) return;
    const ReplayWindow before = *this;
    *this = Restore(empty_ ? other.highest_ : std::max(highest_, other.highest_), {});
    for (uint64_t age = 0; age < kSize && age <= highest_; ++age) {
      const uint64_t index = highest_ - age;
      if (before.Seen(index) || other.Seen(index)) Word(index) |= Bit(index);
    }
  }

 private:
  bool Seen(uint64_t index) const { return !empty_ && index <= highest_ && !Fresh(index); }
  // A ring: the bit of an index is where its remainder says.
  static uint64_t Bit(uint64_t index) { return uint64_t{1} << (index % 64); }
  uint64_t& Word(uint64_t index) { return received_[index / 64 % received_.size()]; }
  uint64_t Word(uint64_t index) const { return received_[index / 64 % received_.size()]; }

  uint64_t highest_ = 0;
  bool empty_ = true;
  Words received_ = {};
};

}  // namespace mediad::srtp

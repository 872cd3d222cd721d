// Packets that go round and round because two of our own sockets were made each other's peers (sdp-rewriting.md §9.9).
//
// One that was seen more than 30 times in a second, by its leading 28 octets, is not forwarded. Asked only about what
// comes from one of our own addresses. Fixed size, no allocation. One guard belongs to one stream and one thread.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>

namespace mediad::session {

class LoopGuard {
 public:
  static constexpr size_t kLeading = 28;  // octets
  static constexpr unsigned kMost = 30;   // equal packets in a second

  // False: it goes round. `now` is monotonic.
  bool Admit(std::span<const uint8_t> packet, std::chrono::nanoseconds now);

 private:
  static constexpr size_t kEntries = 32;

  struct Entry {
    std::array<uint8_t, kLeading> leading{};
    uint8_t size = 0;
    unsigned count = 0;  // since `since`; 0 = unused
    std::chrono::nanoseconds since{0};
  };

  std::array<Entry, kEntries> entries_;
};

}  // namespace mediad::session

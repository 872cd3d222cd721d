// Time and randomness as parameters: cores take values, shells ask these.
#pragma once

#include <chrono>
#include <cstdint>

namespace base {

// One instant. `monotonic` for intervals and deadlines, `unix_us` for what people and protocols see.
struct Now {
  std::chrono::nanoseconds monotonic{0};  // CLOCK_MONOTONIC
  int64_t unix_us = 0;                    // CLOCK_REALTIME, µs since 1970

  int64_t unix_s() const { return unix_us / 1'000'000; }
};

Now ReadClocks();  // thread-safe

// Random numbers for a core. Implementations say whether they are cryptographic.
class Random {
 public:
  virtual ~Random() = default;
  virtual uint64_t Next() = 0;
};

// Reads the kernel's generator in blocks; cryptographic; one per thread.
class SystemRandom final : public Random {
 public:
  uint64_t Next() override;

 private:
  uint64_t block_[32];
  unsigned left_ = 0;
};

}  // namespace base

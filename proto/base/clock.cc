// Clocks and the kernel's random numbers: see clock.h.
#include "proto/base/clock.h"

#include <sys/random.h>
#include <time.h>

#include <cerrno>
#include <cstdlib>
#include <iterator>

namespace base {

Now ReadClocks() {
  timespec monotonic;
  timespec real;
  clock_gettime(CLOCK_MONOTONIC, &monotonic);
  clock_gettime(CLOCK_REALTIME, &real);
  Now now;
  now.monotonic = std::chrono::seconds(monotonic.tv_sec) + std::chrono::nanoseconds(monotonic.tv_nsec);
  now.unix_us = int64_t{real.tv_sec} * 1'000'000 + real.tv_nsec / 1000;
  return now;
}

uint64_t SystemRandom::Next() {
  if (left_ == 0) {
    size_t filled = 0;
    while (filled < sizeof block_) {
      const ssize_t got =
          getrandom(reinterpret_cast<char*>(block_) + filled, sizeof block_ - filled, 0);
      if (got > 0) {
        filled += static_cast<size_t>(got);
      } else if (errno != EINTR) {
        std::abort();  // a kernel without getrandom: going on would mean predictable tags and SSRCs
      }
    }
    left_ = static_cast<unsigned>(std::size(block_));
  }
  const uint64_t value = block_[--left_];
  block_[left_] = 0;  // what was handed out is not kept
  return value;
}

}  // namespace base

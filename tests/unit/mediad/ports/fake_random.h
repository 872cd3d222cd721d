// A reproducible generator for tests (xorshift64).
#pragma once

#include <cstdint>

#include "proto/base/clock.h"

namespace mediad::ports::test {

class FakeRandom final : public base::Random {
 public:
  explicit FakeRandom(uint64_t seed = 1) : state_(seed) {}
  uint64_t Next() override {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return state_;
  }

 private:
  uint64_t state_;
};

}  // namespace mediad::ports::test

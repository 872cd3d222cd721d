// Choices of property tests, from a seed that is always the same.
#pragma once

#include <cstddef>
#include <random>
#include <string>

namespace controld::call {

class Dice {
 public:
  explicit Dice(uint64_t seed) : engine_(seed) {}

  size_t Draw(size_t below) { return engine_() % below; }
  bool Chance(size_t one_in) { return Draw(one_in) == 0; }
  template <size_t kSize>
  const char* Pick(const char* const (&choices)[kSize]) {
    return choices[Draw(kSize)];
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace controld::call

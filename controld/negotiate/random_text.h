// Random words for SDP: ids, ICE credentials. As unpredictable as the generator is.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "proto/base/clock.h"

namespace controld::negotiate {

// `alphabet` has 16, 32 or 64 characters: every one is as likely as the others.
inline std::string RandomText(base::Random& random, size_t length, std::string_view alphabet) {
  std::string text;
  text.reserve(length);
  uint64_t bits = 0;
  for (size_t i = 0; i < length; ++i) {
    if (i % 8 == 0) bits = random.Next();
    text += alphabet[bits & (alphabet.size() - 1)];
    bits >>= 8;
  }
  return text;
}

inline std::string RandomHex(base::Random& random, size_t length) {
  return RandomText(random, length, "0123456789abcdef");
}

}  // namespace controld::negotiate

// The two encodings of an NG message (ng-protocol.md §3).
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

namespace controld::ng {

enum class Encoding : uint8_t { kBencode, kJson };

// What a reply may need: the largest payload that the way it takes can carry.
struct ReplyRoom {
  Encoding encoding = Encoding::kBencode;
  size_t octets = std::numeric_limits<size_t>::max();
};

}  // namespace controld::ng

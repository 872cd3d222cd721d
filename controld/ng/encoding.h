// The two encodings of an NG message (ng-protocol.md §3).
#pragma once

#include <cstdint>

namespace controld::ng {

enum class Encoding : uint8_t { kBencode, kJson };

}  // namespace controld::ng

// A hash that stays the same over restarts and releases: its values are kept in the call's record.
#pragma once

#include <cstdint>
#include <string_view>

namespace controld::negotiate {

// FNV-1a, 64 bits. Not for tables that strangers can fill.
inline uint64_t StableHash(std::string_view text) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : text) {
    hash ^= static_cast<uint8_t>(c);
    hash *= 0x100000001b3u;
  }
  return hash;
}

}  // namespace controld::negotiate

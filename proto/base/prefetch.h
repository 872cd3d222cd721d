// Memory that will be wanted soon. Reads nothing: any address will do. Any thread.
#pragma once

#include <cstddef>

namespace base {

inline constexpr size_t kCacheLine = 64;

// Asks for the cache lines of `size` octets at `address`, to write to them.
inline void Prefetch(const void* address, size_t size) {
  const char* const begin = static_cast<const char*>(address);
  for (size_t at = 0; at < size; at += kCacheLine) __builtin_prefetch(begin + at, 1);
  if (size > 1) __builtin_prefetch(begin + size - 1, 1);
}

}  // namespace base

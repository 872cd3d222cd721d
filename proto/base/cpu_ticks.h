// How busy processors were: the lines "cpu…" of /proc/stat (proc(5)). Pure.
#pragma once

#include <cstdint>
#include <map>
#include <string_view>

namespace base {

// Time since boot, in ticks.
struct CpuTicks {
  uint64_t total = 0;  // a guest's time counts once, as the user's
  uint64_t idle = 0;   // idle and waiting for I/O
};

inline constexpr int kAllCpus = -1;  // the line "cpu", the sum

// By processor. Lines that say something else are passed over.
std::map<int, CpuTicks> ParseCpuTicks(std::string_view proc_stat);

}  // namespace base

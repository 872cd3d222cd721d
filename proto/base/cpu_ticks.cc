// See cpu_ticks.h.
#include "proto/base/cpu_ticks.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "proto/base/text.h"

namespace base {
namespace {

// cpu[N] user nice system idle iowait irq softirq steal [guest guest_nice: contained in user and
// nice]
constexpr size_t kIdle = 4, kIoWait = 5, kSteal = 8;

std::optional<int> CpuOf(absl::string_view name) {
  if (name == "cpu") return kAllCpus;
  int cpu = 0;
  if (name.substr(0, 3) != "cpu" || !absl::SimpleAtoi(name.substr(3), &cpu) || cpu < 0) {
    return std::nullopt;
  }
  return cpu;
}

std::optional<CpuTicks> TicksOf(const std::vector<absl::string_view>& fields) {
  if (fields.size() < kIoWait) return std::nullopt;
  CpuTicks ticks;
  for (size_t i = 1; i < std::min(fields.size(), kSteal + 1); ++i) {
    uint64_t value = 0;
    if (!absl::SimpleAtoi(fields[i], &value)) return std::nullopt;
    ticks.total += value;
    if (i == kIdle || i == kIoWait) ticks.idle += value;
  }
  return ticks;
}

}  // namespace

std::map<int, CpuTicks> ParseCpuTicks(std::string_view proc_stat) {
  std::map<int, CpuTicks> out;
  for (const absl::string_view line : absl::StrSplit(ToAbsl(proc_stat), '\n', absl::SkipEmpty())) {
    const std::vector<absl::string_view> fields = absl::StrSplit(line, ' ', absl::SkipEmpty());
    if (fields.empty()) continue;
    const std::optional<int> cpu = CpuOf(fields[0]);
    if (!cpu) continue;
    if (const auto ticks = TicksOf(fields)) out[*cpu] = *ticks;
  }
  return out;
}

}  // namespace base

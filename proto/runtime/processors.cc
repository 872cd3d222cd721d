// See processors.h.
#include "proto/runtime/processors.h"

#include <dirent.h>
#include <sched.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <memory>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_join.h"
#include "proto/base/clock.h"
#include "proto/base/log.h"
#include "proto/runtime/files.h"

namespace runtime {
namespace {

using base::log::Log;
using base::log::Severity;
using base::log::Subsystem;

std::chrono::nanoseconds UsedTime() {
  timespec used{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

std::set<int> Allowed() {
  std::set<int> allowed;
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return allowed;  // more than CPU_SETSIZE of them
  for (int i = 0; i < CPU_SETSIZE; ++i) {
    if (CPU_ISSET(i, &set)) allowed.insert(i);
  }
  return allowed;
}

std::map<int, base::CpuTicks> ReadTicks() {
  const auto stat = ReadFile("/proc/stat");
  return stat.ok() ? base::ParseCpuTicks(*stat) : std::map<int, base::CpuTicks>();
}

struct CloseDirectory {
  void operator()(DIR* directory) const { closedir(directory); }
};

}  // namespace

Processors::Processors() {
  std::set<int> allowed = Allowed();
  if (allowed.size() < 2) return;
  policy_.emplace(std::move(allowed), sched_getcpu());
  ticks_ = ReadTicks();
  looked_ = base::ReadClocks().monotonic;
  used_ = UsedTime();
  if (Apply()) return;
  Log(Severity::kNotice, Subsystem::kCore, {},
      "Threads are not kept together: ", std::strerror(errno));
  policy_.reset();
}

void Processors::Look() {
  if (!policy_) return;
  const auto now = base::ReadClocks().monotonic;
  const auto used = UsedTime();
  const auto ticks = ReadTicks();
  if (now <= looked_) return;
  ProcessorPolicy::Measure measure;
  measure.own =
      static_cast<double>((used - used_).count()) / static_cast<double>((now - looked_).count());
  for (const auto& [processor, then] : ticks) {
    const base::CpuTicks& before = ticks_[processor];
    if (then.total <= before.total || then.idle < before.idle) continue;
    measure.idle[processor] = static_cast<double>(then.idle - before.idle) /
                              static_cast<double>(then.total - before.total);
  }
  looked_ = now;
  used_ = used;
  ticks_ = ticks;
  if (!policy_->Look(measure)) return;
  const bool applied = Apply();  // a cpuset may have been narrowed since the start
  Log(Severity::kInfo, Subsystem::kCore, {},
      applied ? "Threads run from now on on processors " : "Threads cannot be moved to processors ",
      absl::StrJoin(policy_->use(), ","));
}

// Every thread: a thread's affinity is its own, not its process'.
bool Processors::Apply() {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const int processor : policy_->use()) CPU_SET(static_cast<size_t>(processor), &set);
  const std::unique_ptr<DIR, CloseDirectory> tasks(opendir("/proc/self/task"));
  if (tasks == nullptr) return false;
  int error = 0;
  while (const dirent* entry = readdir(tasks.get())) {
    pid_t thread = 0;
    if (!absl::SimpleAtoi(entry->d_name, &thread)) continue;
    if (sched_setaffinity(thread, sizeof set, &set) != 0 && errno != ESRCH) error = errno;
  }
  errno = error;
  return error == 0;
}

}  // namespace runtime

// The door between code that logs and the sink: see log.h. Thread-safe.
#include "proto/base/log.h"

#include <cstdio>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <utility>

namespace base::log {
namespace {

constexpr std::string_view kNames[] = {
    "core", "spandsp", "ffmpeg", "transcoding", "codec",   "rtcp", "ice",
    "crypto", "srtp",  "internals", "http",     "control", "dtx",
};
static_assert(std::size(kNames) == static_cast<size_t>(Subsystem::kCount));

// Used until runtime installs the real one, and by tests and small tools.
void WriteToStderr(Severity, Subsystem subsystem, const Context& context, std::string_view text) {
  const std::string_view name = SubsystemName(subsystem);
  std::fprintf(stderr, "%.*s%s[%.*s] %.*s\n", static_cast<int>(context.call_id.size()),
               context.call_id.data(), context.call_id.empty() ? "" : ": ",
               static_cast<int>(name.size()), name.data(), static_cast<int>(text.size()),
               text.data());
}

struct Holder {
  std::mutex mutex;
  std::shared_ptr<const Sink> sink = std::make_shared<const Sink>(WriteToStderr);
};

// Never destroyed: threads may log while the process ends.
Holder& Installed() {
  static Holder* const holder = new Holder;
  return *holder;
}

// By call-id. Never destroyed, as above.
struct FollowedCalls {
  std::shared_mutex mutex;
  std::map<std::string, unsigned, std::less<>> counts;
};
FollowedCalls& AllFollowed() {
  static FollowedCalls* const calls = new FollowedCalls;
  return *calls;
}

}  // namespace

std::atomic<uint32_t> g_followed{0};

Following::Following(std::string_view call_id) : call_id_(call_id) {
  FollowedCalls& calls = AllFollowed();
  const std::lock_guard lock(calls.mutex);
  ++calls.counts[*call_id_];
  g_followed.fetch_add(1, std::memory_order_relaxed);
}

Following::~Following() {
  if (!call_id_) return;
  FollowedCalls& calls = AllFollowed();
  const std::lock_guard lock(calls.mutex);
  const auto found = calls.counts.find(*call_id_);
  if (--found->second == 0) calls.counts.erase(found);
  g_followed.fetch_sub(1, std::memory_order_relaxed);
}

bool Followed(std::string_view call_id) {
  FollowedCalls& calls = AllFollowed();
  const std::shared_lock lock(calls.mutex);
  return calls.counts.contains(call_id);
}

// kInternals is off unless asked for (config.md §1.1).
std::atomic<int8_t> g_levels[static_cast<size_t>(Subsystem::kCount)] = {6, 6, 6, 6,  6, 6, 6,
                                                                         6, 6, -1, 6, 6, 6};

std::string_view SubsystemName(Subsystem subsystem) {
  const auto index = static_cast<size_t>(subsystem);
  return index < std::size(kNames) ? kNames[index] : std::string_view("unknown");
}

void SetSink(Sink sink) {
  auto fresh = std::make_shared<const Sink>(sink ? std::move(sink) : Sink(WriteToStderr));
  Holder& holder = Installed();
  const std::lock_guard lock(holder.mutex);
  holder.sink.swap(fresh);
}

void Write(Severity severity, Subsystem subsystem, const Context& context, std::string_view text) {
  Holder& holder = Installed();
  std::shared_ptr<const Sink> sink;
  {
    const std::lock_guard lock(holder.mutex);
    sink = holder.sink;
  }
  (*sink)(severity, subsystem, context, text);
}

}  // namespace base::log

// Log lines in the form that operators grep (config.md §6):
//   SEVERITY: [context]: [subsystem] text
//
// This header is the whole interface for code that logs; sinks (stderr, syslog, journald) are set up in
// runtime/logging.h. Thread-safe. A line below the subsystem's level costs one relaxed load: guard the
// arguments with Enabled() where building them costs. Never called per packet.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "proto/base/text.h"

namespace base::log {

enum class Severity : uint8_t {  // syslog numbers
  kEmergency = 0, kAlert = 1, kCritical = 2, kError = 3, kWarning = 4, kNotice = 5, kInfo = 6, kDebug = 7,
};

// config.md §1.1, plus ours at the end.
enum class Subsystem : uint8_t {
  kCore, kSpandsp, kFfmpeg, kTranscoding, kCodec, kRtcp, kIce, kCrypto, kSrtp, kInternals, kHttp, kControl, kDtx,
  kCount,
};
std::string_view SubsystemName(Subsystem subsystem);

// What a line is about: all parts optional. Formatted by the sink as "[callid/tag/index port 30000]: ".
struct Context {
  std::string_view call_id = {};
  std::string_view tag = {};
  uint32_t media_index = 0;
  uint32_t port = 0;
  bool packet = false;  // a line about a packet: "no call" is said when there is no call-id
};

// Levels per subsystem; lines with a severity number above the level are dropped. Atomics: read anywhere.
extern std::atomic<int8_t> g_levels[static_cast<size_t>(Subsystem::kCount)];
inline bool Enabled(Severity severity, Subsystem subsystem) {
  return static_cast<int8_t>(severity) <=
         g_levels[static_cast<size_t>(subsystem)].load(std::memory_order_relaxed);
}

// Calls of which every line is written, whatever the levels say (NG flag `debug`); all but kInternals.
class Following {  // for as long as it lives; those of one call may overlap
 public:
  Following() = default;
  explicit Following(std::string_view call_id);
  ~Following();
  Following(Following&& other) noexcept : call_id_(std::move(other.call_id_)) { other.call_id_.reset(); }
  Following& operator=(Following&& other) noexcept {
    std::swap(call_id_, other.call_id_);
    return *this;
  }
  explicit operator bool() const { return call_id_.has_value(); }

 private:
  std::optional<std::string> call_id_;
};
extern std::atomic<uint32_t> g_followed;  // how many there are
bool Followed(std::string_view call_id);

// For a line about a call.
inline bool Enabled(Severity severity, Subsystem subsystem, const Context& context) {
  return Enabled(severity, subsystem) ||
         (g_followed.load(std::memory_order_relaxed) != 0 && subsystem != Subsystem::kInternals &&
          Followed(context.call_id));
}

// The sink; installed once at start by runtime (before threads), replaced in tests. Default: stderr.
using Sink = std::function<void(Severity, Subsystem, const Context&, std::string_view text)>;
void SetSink(Sink sink);
void Write(Severity severity, Subsystem subsystem, const Context& context, std::string_view text);

template <typename... Args>
void Log(Severity severity, Subsystem subsystem, const Context& context, const Args&... args) {
  if (Enabled(severity, subsystem, context)) Write(severity, subsystem, context, base::StrCat(args...));
}

}  // namespace base::log

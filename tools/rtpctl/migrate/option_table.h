// Every option of the incumbent (Sipwise rtpengine), and what becomes of it here: the one table that the plan and
// docs/migrating.md are made of.
//
// Whether an option works is not said here: that is known to the daemons' own table (proto/base/options), so an option
// that gets implemented there changes its verdict here by itself (and makes the document stale, which a test notices).
// Data and pure functions; any thread.
#pragma once

#include <cstdint>
#include <string_view>

#include "absl/types/span.h"
#include "proto/base/options/option_spec.h"

namespace rtpctl::migrate {

enum class Group : uint8_t {
  kGeneral, kLogging, kInterfaces, kKernel, kControl, kLimits, kDtls, kStatistics, kRedis, kRecording, kPlayer,
  kAudio, kThreads,
};

// What the plan does with a key that the daemons know.
enum class Treatment : uint8_t {
  kKeep,   // nothing: it means the same
  kNote,   // it stays, with a comment above that says what is different
  kMap,    // another key takes its place
  kDrop,   // it is commented out
};

enum class OptionVerdict : uint8_t { kSame, kMapped, kDifferent, kNotSupported };

struct IncumbentOption {
  std::string_view name;
  Group group;
  Treatment treatment = Treatment::kKeep;
  std::string_view note = {};  // what is different and why; not supported: what there is instead, if not the group's
  // Of kNote: whether it is different for this value; null: always.
  bool (*concerns)(std::string_view value) = nullptr;
  std::string_view mapped_to = {};  // of kMap: the lines in its place, separated by LF
};

struct GroupText {
  std::string_view title;
  std::string_view missing;  // of options that are not supported: why, or what there is instead
};

// By group, and by name within it.
absl::Span<const IncumbentOption> IncumbentOptions();
// Null: the incumbent has no such option (as far as is known; older releases had others).
const IncumbentOption* FindIncumbentOption(std::string_view name);
const GroupText& TextOf(Group group);

OptionVerdict VerdictOf(const IncumbentOption& option);
std::string_view VerdictName(OptionVerdict verdict);  // "same", "mapped", "different", "not supported"
// What is said about it: its own note, or the group's. Empty: nothing has to be.
std::string_view NoteOf(const IncumbentOption& option);

}  // namespace rtpctl::migrate

// Carries out a plan, goes on with one that was interrupted, takes one back. Thin: order, journal, words.
//
// Where the backup of a migration is that has begun stands in one file (kPointer), until it has been taken back: so the
// next run finds it, wherever it is. Single-threaded.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "tools/rtpctl/migrate/backup.h"

namespace rtpctl::migrate {

inline constexpr char kPointer[] = "/var/lib/rtpctl-migrate";

enum class Stage : uint8_t {
  kNone,         // nothing has begun, or nothing was changed yet
  kInterrupted,  // apply was; some steps are done
  kApplied,
  kRollbackInterrupted,
  kRolledBack,
};

struct Situation {
  Stage stage = Stage::kNone;
  std::string directory;  // of the backup; empty: none
  Backup backup;
  Progress progress;
};

// `directory`: where to look; empty: where kPointer says. Fails when the backup cannot be trusted.
absl::StatusOr<Situation> Look(Machine* machine, const std::string& directory);

using Say = std::function<void(const std::string& line)>;

// Makes the backup and does the steps. If one fails, all are taken back, and the error says how that went.
absl::Status Apply(Machine* machine, const Plan& plan, const std::string& directory, const Say& say);
// Goes on after a crash.
absl::Status Resume(Machine* machine, const std::string& directory, const Say& say);
// Takes back exactly what was begun, in reverse; goes on past what fails, and says what did.
absl::Status RollBack(Machine* machine, const std::string& directory, const Say& say);

}  // namespace rtpctl::migrate

// What has been done of a migration: a text file with a line an event, each on disk before what it announces is done.
//
// A line is JSON, a blank, and a sum over it and the sum before it: a line that was changed, or is missing, is noticed.
// A last line without its end is what a crash leaves of an append; it counts as never written. Pure but for Append.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/rtpctl/migrate/machine.h"

namespace rtpctl::migrate {

// How far one step is.
struct StepProgress {
  bool begun = false;   // `before` is what has to come back
  bool done = false;
  bool undone = false;
  std::string before;   // JSON; perform.h knows what is in it
  std::string note;     // what was said when it was done
};

struct Progress {
  std::string sums;  // of steps and files of the backup, when it was made (JSON); empty: nothing had begun
  std::vector<StepProgress> steps;
  bool applied = false;
  bool rolling_back = false;
  bool rolled_back = false;
  bool torn = false;      // a crash while an event was written
  std::string last_sum;
  size_t size = 0;        // octets up to the last whole line
};

// Hexadecimal SHA-256.
std::string Sum(std::string_view octets);

class Journal {
 public:
  // Reads what is there. Fails when it is none of ours or was changed.
  static absl::StatusOr<Journal> Open(Machine* machine, const std::string& path);
  // The first line of a new one.
  static absl::StatusOr<Journal> Create(Machine* machine, const std::string& path, const std::string& sums,
                                        size_t steps);

  const Progress& progress() const { return progress_; }

  absl::Status Begin(size_t step, const std::string& before);
  absl::Status Done(size_t step, const std::string& note);
  absl::Status Undone(size_t step);
  absl::Status Applied();
  absl::Status RollingBack();
  absl::Status RolledBack();

 private:
  Journal(Machine* machine, std::string path) : machine_(machine), path_(std::move(path)) {}
  absl::Status Event(const std::string& name, std::optional<size_t> step, const std::string& text);

  Machine* machine_;
  std::string path_;
  Progress progress_;
};

// The text of a journal; what Open makes of it.
absl::StatusOr<Progress> ReadJournal(std::string_view text);

}  // namespace rtpctl::migrate

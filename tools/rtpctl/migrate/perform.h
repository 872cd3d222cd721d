// One step on a host: what is there before, done, taken back. Each may be repeated, so that it does not matter where a
// crash came in between. Shell: everything is asked of and done by the Machine.
#pragma once

#include <string>

#include "tools/rtpctl/migrate/backup.h"
#include "tools/rtpctl/migrate/step.h"

namespace rtpctl::migrate {

// What Undo will need, as JSON; looked at before anything is done.
absl::StatusOr<std::string> LookBefore(const Machine& machine, const Step& step);
// Returns a remark, or nothing.
absl::StatusOr<std::string> Do(Machine* machine, const Step& step, const std::string& before);
absl::StatusOr<std::string> Undo(Machine* machine, const Step& step, const std::string& before,
                                 const Backup& backup);

// ---- perform_check.cc
absl::StatusOr<std::string> Check(Machine* machine, const Step& step);

// ---- perform_system.cc: units, modules, rules
absl::StatusOr<std::string> LookBeforeSystem(const Machine& machine, const Step& step);
absl::StatusOr<std::string> DoSystem(Machine* machine, const Step& step, const std::string& before);
absl::StatusOr<std::string> UndoSystem(Machine* machine, const Step& step, const std::string& before);
// Runs a command; its output in the error if it fails.
absl::Status RunOk(const Machine& machine, const std::vector<std::string>& command);

}  // namespace rtpctl::migrate

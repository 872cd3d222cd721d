// Installs the log sink: stderr, syslog or the journal, in the form operators grep (config.md §6).
//
// Levels live in base::log::g_levels and may be changed at any time. The sink is thread-safe. Text and
// line splitting are in log_format.h (pure); this file decides where the lines go.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "proto/base/log.h"
#include "proto/base/options/parsed_options.h"

namespace runtime {

// Sets levels and sink from the options log-*. After daemonising: syslog lines carry the pid.
absl::Status InstallLogging(const base::options::ParsedOptions& options);
// Only the levels: log-level and log-level-<subsystem>.
void ApplyLogLevels(const base::options::ParsedOptions& options);

// For the admin interface: empty subsystem = all. False: no such subsystem or level not 0…7.
bool SetLogLevel(std::string_view subsystem, int level);
int LogLevel(base::log::Subsystem subsystem);

// SIGUSR1 (-1) and SIGUSR2 (+1): every level, each with a line that says so, at the new level.
void ShiftLogLevels(int by);

}  // namespace runtime

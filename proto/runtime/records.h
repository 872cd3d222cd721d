// Records that go to syslog beside the log: a facility of their own, severity info, the text alone (metrics-and-state.md
// §3: call records).
#pragma once

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "proto/base/options/parsed_options.h"

namespace runtime {

using RecordWriter = std::function<void(const std::string& line)>;

// The writer for the facility that option `name` says, empty if it says none. After InstallLogging(). The writer may be
// called from any thread and never blocks (syslog_socket.h).
absl::StatusOr<RecordWriter> MakeRecordWriter(const base::options::ParsedOptions& options,
                                              std::string_view name);

}  // namespace runtime

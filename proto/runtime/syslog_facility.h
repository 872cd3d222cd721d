// The facilities of syslog by their names in options.
#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "proto/base/options/parsed_options.h"

namespace runtime {

// The facility that option `name` says, as syslog(3) takes it. Fails on an unknown one.
absl::StatusOr<int> SyslogFacility(const base::options::ParsedOptions& options, std::string_view name);

}  // namespace runtime

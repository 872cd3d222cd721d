// The way to Homer that the options homer and homer-protocol say; both daemons have one.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "proto/base/options/parsed_options.h"
#include "proto/runtime/collector.h"

namespace runtime {

// Null: there is no Homer.
absl::StatusOr<std::unique_ptr<Collector>> ConnectHomer(const base::options::ParsedOptions& options);

}  // namespace runtime

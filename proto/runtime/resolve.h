// "ADDRESS:PORT" or "NAME:PORT" of options, as an endpoint. Asks the resolver: at start only.
#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "proto/base/endpoint.h"
#include "proto/base/options/parsed_options.h"

namespace runtime {

// What option `option` says; its error text is the reference's. Precondition: the option is not empty.
absl::StatusOr<base::Endpoint> ResolveOption(const base::options::ParsedOptions& options, std::string_view option);

}  // namespace runtime

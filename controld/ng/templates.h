// The signalling templates of a configuration (ng-protocol.md §5): the section that the option
// `templates` names.
//
// Pure: the file has been read. Which template applies when is the parser's. Any thread.
#pragma once

#include "absl/status/statusor.h"
#include "controld/ng/parse_request.h"
#include "proto/base/options/parsed_options.h"

namespace controld::ng {

// Empty without the option. Fails where there is no such section, or a text in it is not valid.
absl::StatusOr<Templates> ReadTemplates(const base::options::ParsedOptions& options);

}  // namespace controld::ng

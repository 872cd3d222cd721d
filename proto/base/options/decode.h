// One option's text to its value, with what is allowed said in the error. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "proto/base/options/option_spec.h"
#include "proto/base/options/parsed_options.h"

namespace base::options {

using Value = std::variant<bool, int64_t, double, std::string, std::vector<std::string>>;

// The text of a key in the file.
absl::StatusOr<Value> DecodeFileValue(const OptionSpec& spec, std::string_view raw,
                                      const Environment& environment);
// All values given on the command line, in order; at least one. Integers may be hexadecimal or octal;
// `;` is a character; a flag is set by being there.
absl::StatusOr<Value> DecodeArguments(const OptionSpec& spec, const std::vector<std::string>& values,
                                      const Environment& environment);
Value DefaultValue(const OptionSpec& spec, const Environment& environment);

// "an integer from 1 to 65535", "one of want, dont".
std::string AllowedText(const OptionSpec& spec);

}  // namespace base::options

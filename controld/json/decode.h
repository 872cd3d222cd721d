// JSON text to a value tree (RFC 8259; ng-protocol.md §3).
//
// `null` members and items disappear, booleans become 1 and 0, fractions are cut off, a repeated
// key keeps its first place and takes the last value. The root has to be an object. After it only
// white space may follow. Not here: the meaning of keys (controld/ng). Pure, thread-safe; bounded
// by DecodeLimits.
#pragma once

#include <cstddef>
#include <string_view>

#include "absl/status/statusor.h"
#include "controld/ng/value.h"

namespace controld::json {

struct DecodeLimits {
  size_t depth = 32;         // of nested arrays and objects
  size_t elements = 16'384;  // values in the whole tree, keys not counted
};

// kInvalidArgument when the text is not JSON, kFailedPrecondition when it is beyond the limits or
// not an object; both with the offset.
absl::StatusOr<ng::Dictionary> Decode(std::string_view text, const DecodeLimits& limits = {});

}  // namespace controld::json

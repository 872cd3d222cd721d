// Parses a session description by the tolerant rules of sdp-rewriting.md §1. Pure; bounded memory.
#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "controld/sdp/session_description.h"

namespace controld::sdp {

// kInvalidArgument with the syntax error (NG answers "Failed to parse SDP" whatever it is).
// `strict` is option reject-invalid-sdp.
absl::StatusOr<SessionDescription> Parse(std::string_view text, bool strict = false);

}  // namespace controld::sdp

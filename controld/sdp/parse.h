// Parses a session description by the tolerant rules of sdp-rewriting.md §1. Not a validator, and
// no judge of what is missing: that is negotiation's. Pure; any thread.
//
// Memory is a small multiple of the text, and work a bounded multiple of its lines: bodies, sections,
// lines and repeated payload types beyond these limits are syntax errors, entries of a list beyond
// kMaxListed (parse_attributes.h) are dropped.
#pragma once

#include <cstddef>
#include <string_view>

#include "absl/status/statusor.h"
#include "controld/sdp/session_description.h"

namespace controld::sdp {

inline constexpr size_t kMaxBodySize = size_t{256} * 1024;
inline constexpr size_t kMaxMediaSections = 256;  // each takes ports on both sides
inline constexpr int kMaxLines = 8192;
inline constexpr size_t kMaxLineSize = size_t{16} * 1024;

// kInvalidArgument with the syntax error (NG answers "Failed to parse SDP" whatever it is).
// `strict` is option reject-invalid-sdp.
absl::StatusOr<SessionDescription> Parse(std::string_view text, bool strict = false);

// The same for a trickle ICE fragment (RFC 8840), which may begin with any session or media line.
absl::StatusOr<SessionDescription> ParseFragment(std::string_view text, bool strict = false);

}  // namespace controld::sdp

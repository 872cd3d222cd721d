// The a= lines of a session description: which are consumed into the model, which pass through
// (sdp-rewriting.md §1.1). Not the other line letters (parse_lines.h). Pure; any thread.
#pragma once

#include <string_view>

#include "controld/sdp/session_description.h"

namespace controld::sdp {

// Attributes and payload types of one body, or one m= line, are bounded so that a hostile body
// cannot make us hold much more than its own size.
inline constexpr size_t kMaxRtcpFeedbackPerCodec = 64;
inline constexpr size_t kMaxExtmaps = 256;

// `line` is what follows "a=". A malformed value of a known attribute drops the attribute.
void ParseSessionAttribute(std::string_view line, SessionDescription& session);
void ParseMediaAttribute(std::string_view line, MediaSection& media);

// Sections we do not look into: not RTP by a protocol we know, or never proxied (type message).
bool IsOpaque(const MediaSection& media);

}  // namespace controld::sdp

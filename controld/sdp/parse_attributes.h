// The a= lines of a session description: which are consumed into the model, which pass through
// (sdp-rewriting.md §1.1). Not the other line letters (parse_lines.h). Pure; any thread.
#pragma once

#include <cstddef>
#include <string_view>

#include "controld/sdp/session_description.h"

namespace controld::sdp {

// A payload type's feedback lines beyond this are dropped: they are copied for every occurrence.
inline constexpr size_t kMaxRtcpFeedbackPerCodec = 64;

// Candidates, keys, fingerprints, groups of one level: those beyond are dropped.
inline constexpr size_t kMaxListed = 256;

// `line` is what follows "a=". A malformed value of a known attribute drops the attribute.
void ParseSessionAttribute(std::string_view line, SessionDescription& session);
void ParseMediaAttribute(std::string_view line, MediaSection& media);

// Sections we do not look into: not RTP by a protocol we know, or never proxied (type message).
bool IsOpaque(const MediaSection& media);

}  // namespace controld::sdp

// The lines of a session description other than a=: o=, c=, b=, m= (sdp-rewriting.md §1). `text` is
// what follows the equals sign. Pure; any thread.
#pragma once

#include <optional>
#include <string_view>

#include "controld/sdp/session_description.h"

namespace controld::sdp {

// How often one payload type may stand in an m= line. Twice happens; a bound keeps the copies of
// its rtpmap, fmtp and rtcp-fb small.
inline constexpr int kMaxPayloadTypeRepeats = 4;

// Nullopt with less than six words.
std::optional<Origin> ParseOrigin(std::string_view text);

// Other types and negative values change nothing.
void ParseBandwidth(std::string_view text, Bandwidth& bandwidth);

// Nullopt when type, port or protocol are missing or out of range.
std::optional<MediaSection> ParseMedia(std::string_view text);

}  // namespace controld::sdp

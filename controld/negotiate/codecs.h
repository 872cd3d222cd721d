// Codec lists of the outgoing SDP (sdp-rewriting.md §8, the profile without transcoding, §8.3).
// Pure functions over the parsed lists.
#pragma once

#include <string>
#include <vector>

#include "controld/ng/request.h"
#include "controld/sdp/session_description.h"

namespace controld::negotiate {

// True if `item` ("name[/rate[/channels…]]", names in any case) names this codec. A name alone matches
// every rate and channel count; with a rate, omitted channels mean one.
bool CodecMatches(std::string_view item, const sdp::Codec& codec);

// What the receiver of an offer (or, for strip, of an answer) sees of `received`.
// Never empties a list, unless `allow_empty`.
std::vector<sdp::Codec> FilterCodecs(const std::vector<sdp::Codec>& received,
                                     const ng::CodecLists& lists, bool allow_empty);

// What the offerer sees of an answer: the answerer's codecs that the offerer has listed with the same
// number and format, in the order of the answer; the whole answer when nothing fits.
std::vector<sdp::Codec> MatchAnswer(const std::vector<sdp::Codec>& answered,
                                    const std::vector<sdp::Codec>& offered);

}  // namespace controld::negotiate

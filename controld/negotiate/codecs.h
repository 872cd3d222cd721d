// Codec lists of the outgoing SDP (sdp-rewriting.md §8, the profile without transcoding, §8.3).
// Pure functions over the parsed lists.
#pragma once

#include <string>
#include <vector>

#include "controld/ng/request.h"
#include "controld/sdp/session_description.h"

namespace controld::negotiate {

// True if `item` names this codec, in any case: "name", "name/rate" (then of one channel) or
// "name/rate/channels". An item with more parts names nothing: comparing formats takes codecs.
bool CodecMatches(std::string_view item, const sdp::Codec& codec);

// What the receiver of an offer (or, for strip, of an answer) sees of `received`.
// Never empties a list, unless `allow_empty`.
std::vector<sdp::Codec> FilterCodecs(const std::vector<sdp::Codec>& received,
                                     const ng::CodecLists& lists, bool allow_empty);

// The same for a request; a list that would have been emptied is warned about.
std::vector<sdp::Codec> FilterCodecs(const std::vector<sdp::Codec>& received,
                                     const ng::Request& request,
                                     std::vector<std::string>* warnings);

// What the offerer sees of an answer: the answerer's codecs that the offerer has listed with the same
// number and format, in the order of the answer; when nothing fits, the whole answer, or nothing if
// `allow_empty`.
std::vector<sdp::Codec> MatchAnswer(const std::vector<sdp::Codec>& answered,
                                    const std::vector<sdp::Codec>& offered, bool allow_empty);

// `codecs` with those that `order` has first, in its order.
std::vector<sdp::Codec> InOrderOf(std::vector<sdp::Codec> codecs,
                                  const std::vector<sdp::Codec>& order);

}  // namespace controld::negotiate

// Header extensions in SDP (sdp-rewriting.md §9.7, RFC 8285): which a=extmap lines of a section its
// receiver sees, and which extensions are cut out of the sender's packets. Pure.
#pragma once

#include <vector>

#include "controld/call/call_state.pb.h"
#include "controld/ng/request.h"
#include "controld/sdp/session_description.h"

namespace controld::negotiate {

// Takes what `section` says at the sender's medium and returns what the receiver is shown. Ids stay.
std::vector<sdp::Extmap> NegotiateExtmaps(const ng::Request& request,
                                          const sdp::SessionDescription& sdp,
                                          const sdp::MediaSection& section, call::Media* sender,
                                          const call::Media& receiver);

// What a party that only receives sees of a section.
std::vector<sdp::Extmap> ShownExtmaps(const ng::Request& request, const sdp::SessionDescription& sdp,
                                      const sdp::MediaSection& section);

}  // namespace controld::negotiate

// Opportunistic SRTP: RTP/AVP(F) with keys (RFC 8643), and the form before it, a section twice
// (sdp-rewriting.md §6). Which keys is keying.h's. Pure functions; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "controld/call/call_state.pb.h"
#include "controld/negotiate/negotiate.h"
#include "controld/ng/request.h"
#include "controld/sdp/session_description.h"

namespace controld::negotiate {

// The section is plain RTP, and there are keys in it.
bool SignalsOsrtp(const sdp::SessionDescription& session, const sdp::MediaSection& section);

// OSRTP=offer, and: a secure protocol needs none.
void OfferOsrtp(const ng::Request& request, call::Media* receiver);
// What the offerer sees; `was_offered`: the answerer could have taken keys.
void AnswerOsrtp(const ng::Request& request, bool was_offered, const call::Media& answerer,
                 call::Media* offerer);

// OSRTP=accept-legacy: of two sections that differ in nothing but protection the plain one is taken
// out; the other one remembers it (MediaSection::legacy_pair).
void CollapseLegacyPairs(const ng::Request& request, sdp::SessionDescription* sdp);
// OSRTP=offer-legacy: each secure section is preceded by its plain form.
void DoubleForLegacyOffer(const ng::Request& request, std::vector<OutgoingSection>* sections);
// The m= line of the section that was taken out, rejected; empty: there is none.
std::string RejectedLegacyLine(const call::Media& offerer);

}  // namespace controld::negotiate

// Where the keys of a leg come from: nowhere (plain RTP), SDES, DTLS, or whichever the answer takes
// of both (sdp-rewriting.md §7.1, RFC 8643 for keys with RTP/AVP). The lines of SDES are sdes.h's,
// those of DTLS dtls.h's. Pure functions; any thread.
#pragma once

#include <string_view>

#include "controld/call/call_state.pb.h"
#include "controld/negotiate/leg_context.h"
#include "controld/sdp/session_description.h"

namespace controld::negotiate {

// RTP/SAVP and the like.
bool IsSecure(std::string_view protocol);
// Between the party and us RTP is protected: by its protocol, or by keys with a plain one.
bool IsProtected(const call::Media& media);
// DTLS gives the leg's keys, or is offered to it.
bool TakesDtlsKeys(const call::Media& media);
// a=crypto is in our SDP to it.
bool ShowsSdes(const call::Media& media);
// One section of an offer or an answer, both legs already having their protocols. Decides what
// gives the keys, and sets those of SDES: kept, shown, told to the worker. What DTLS needs is done
// afterwards (dtls.h).
void NegotiateKeys(const LegContext& context, const sdp::SessionDescription& session,
                   const sdp::MediaSection& section, call::Media* sender, call::Media* receiver);

// SDP that is between one party and us: our offer of keys to it, its answer to that; its offer and
// our answer.
// kBoth: SDES and DTLS are offered, though flags say otherwise (create, as recorded).
enum class KeyChoice : uint8_t { kAsFlagged, kBoth };
void OfferKeys(const LegContext& context, KeyChoice choice, call::Media* media);
void TakeAnsweredKeys(const LegContext& context, const sdp::SessionDescription& session,
                      const sdp::MediaSection& section, call::Media* media);
void AnswerOfferedKeys(const LegContext& context, const sdp::SessionDescription& session,
                       const sdp::MediaSection& section, call::Media* media);

// The section turned into one without RTP: nothing is left of its keys.
void ForgetKeys(call::Media* media);

// The worker's view; nothing on a plain leg. DTLS is dtls.h's to add.
void FillSrtp(const call::Media& media, rtpengine::v1::Media* out);
// In words why the leg has a key agreed and yet gets none; empty: there is no such reason.
std::string_view WithheldKeyText(const call::Media& media);
// The suite agreed for the leg; empty: none.
std::string_view AgreedSuite(const call::Media& media);

}  // namespace controld::negotiate

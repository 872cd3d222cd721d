// DTLS-SRTP in SDP: roles, fingerprints, tls-id, and when a new handshake is due (sdp-rewriting.md §7.2;
// RFC 5763, RFC 8122, RFC 8842). Whether DTLS or SDES is used is not decided here; handshakes are the
// worker's. Pure, but for the randomness that is passed; one thread.
#pragma once

#include <string>

#include "controld/call/call_state.pb.h"
#include "controld/negotiate/leg_context.h"
#include "controld/sdp/session_description.h"

namespace controld::negotiate {

// a=setup, a=fingerprint, a=tls-id. Empty texts are not printed; without setup nothing is.
struct DtlsLines {
  std::string setup;
  std::string hash, digest;  // "sha-256", "AB:CD:…"
  std::string tls_id;
};

// Whether a section has what DTLS needs: a role (holdconn is none), and a fingerprint that can be used.
bool SignalsDtls(const sdp::SessionDescription& sdp, const sdp::MediaSection& section);

// What a section says about DTLS with its author, whose leg is `media`. `usable`: the section's protocol is one
// that DTLS can key, and DTLS was chosen. Detects restarts and settles our role.
void TakeDtls(const LegContext& context, const sdp::SessionDescription& sdp,
              const sdp::MediaSection& section, bool usable, call::Media* media);

// The next SDP to the party offers DTLS. False: it cannot be offered; `warnings` says why.
bool OfferDtls(const LegContext& context, call::Media* media);
// Neither this nor a later message refers to what was agreed before.
void DropDtls(call::Media* media);

bool UsesDtls(const call::Media& media);
// Lines for the party's next SDP, an offer or an answer. `with_tls_id`: without flag no-tls-id.
DtlsLines DtlsLinesOf(const call::Media& media, bool is_offer, bool with_tls_id);

// Offers it where it is to give the keys (keying.h), drops it elsewhere; the lines of that offer.
DtlsLines OfferedDtlsLines(const LegContext& context, call::Media* media);

// For the worker. Only if UsesDtls().
void FillDtls(const call::Media& media, rtpengine::v1::Dtls* out);

}  // namespace controld::negotiate

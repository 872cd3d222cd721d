// ICE in SDP: which legs use it, credentials, restarts, roles, and ports on every address of an interface
// (sdp-rewriting.md §9.2; RFC 8445, RFC 8839, RFC 8840). Connectivity checks are the worker's. Pure, but for the
// randomness that is passed; one thread.
#pragma once

#include <string>
#include <vector>

#include "controld/call/call_state.pb.h"
#include "controld/negotiate/candidates.h"
#include "controld/negotiate/leg_context.h"
#include "controld/sdp/session_description.h"

namespace controld::negotiate {

// Which ICE lines the next SDP to a party has. The candidates themselves need the worker's ports: they follow from
// the medium (LocalCandidates).
struct IceLines {
  bool shown = false;
  std::string ufrag, password;
  std::string options;  // a=ice-options; empty: none
  bool end_of_candidates = false;
  bool remote_candidates = false;  // of the selected pairs (RFC 8839 §5.2)
  bool lite = false;               // a=ice-lite at session level
};

bool SignalsIce(const sdp::SessionDescription& sdp, const sdp::MediaSection& section);

// What a section says about ICE with its author, whose leg is `media`. Before the endpoints are taken.
void TakeIce(const LegContext& context, const sdp::SessionDescription& sdp,
             const sdp::MediaSection& section, call::Media* media);
// Candidates (values of a=candidate) of the author; more than kMostCandidates in all are left out.
void TakeCandidates(const std::vector<std::string>& values, call::IceLeg* leg);
// Whether the author's new endpoint counts: not where ICE selects it and has not started anew.
bool KeepsEndpoint(const sdp::SessionDescription& sdp, const sdp::MediaSection& section,
                   const call::Media& media);

// Whether the offer to `receiver` offers ICE. `signalled`: the sender's section does.
void DecideIce(const LegContext& context, bool signalled, call::Media* receiver);
// The answer to `receiver`: flag `remove` takes ICE away.
void DecideIceOfAnswer(const LegContext& context, call::Media* receiver);

// Once the leg's ports are chosen: ports on the other addresses, credentials that go with them.
void PrepareIce(const LegContext& context, call::Media* media);
IceLines IceLinesOf(const LegContext& context, const call::Media& media, bool is_offer);

// A local candidate of ours; the address is known once the worker has allocated the port set.
struct LocalCandidate {
  int component = 1;
  uint32_t port_set = 0;  // its port, and the one after it for component 2
  uint32_t priority = 0;
};
// Component 1 on every address, then component 2 unless RTCP is multiplexed for certain; of a completed leg only
// the selected ones.
std::vector<LocalCandidate> LocalCandidates(const call::Media& media, bool muxed);

// Our role (RFC 8445 §6.1.1): kept from the first exchange with the party.
bool IsControlling(const call::Media& media);

// For the worker. False: there is no ICE on this leg, or the party has none.
bool FillIce(const call::CallState& call, const call::Media& media, rtpengine::v1::Ice* out);

}  // namespace controld::negotiate

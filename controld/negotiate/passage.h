// ICE that passes through us: the parties' own addresses, candidates and keys stay in the SDP, and our ports are one
// more candidate of theirs (ICE=force-relay, ICE=optional; sections without RTP, whose ICE we cannot speak;
// sdp-rewriting.md §9.2). ICE that ends at us is ice.h's, what passes is the worker's. Pure; one thread.
#pragma once

#include <cstdint>
#include <vector>

#include "controld/call/call_state.pb.h"
#include "controld/negotiate/leg_context.h"
#include "controld/sdp/session_description.h"

namespace controld::negotiate {

// A local candidate of ours among the author's own.
struct PassedCandidate {
  int component = 1;
  uint32_t port_set = 0;  // its port, and the one after it for component 2
  uint32_t priority = 0;
  bool relay = false;     // typ relay, else host
};

// What an offered section and the flags make of both legs; an answer follows. Before anything else of the section
// is taken.
void DecidePassage(const LegContext& context, const sdp::SessionDescription& sdp,
                   const sdp::MediaSection& section, call::Media* sender, call::Media* receiver);

inline bool Passes(const call::Media& media) { return media.passage() != call::PASSAGE_NONE; }
// The receiver is shown the section as its author wrote it, address included.
bool ShowsAsReceived(const LegContext& context, const call::Media& sender, const call::Media& receiver);

// Nothing of what was agreed while ICE and keys ended at us, on either leg.
void LeaveOwnSecurity(call::Media* media);
// Once the leg's ports are chosen: ports on its other addresses.
void PreparePassage(const LegContext& context, call::Media* media);

// Every attribute of the section but mid and label; what it takes over from the session stands behind them.
std::vector<sdp::Attribute> AttributesAsReceived(const LegContext& context,
                                                 const sdp::SessionDescription& sdp,
                                                 const sdp::MediaSection& section);
// What is added for the receiver to a section of which ICE passes: component 1 on every address, then component 2.
std::vector<PassedCandidate> PassedCandidates(const sdp::SessionDescription& sdp,
                                              const sdp::MediaSection& section,
                                              const call::Media& receiver);

// For the worker; nothing where ICE does not pass.
void FillPassage(const call::CallState& call, const call::Media& media, rtpengine::v1::Media* out);

}  // namespace controld::negotiate

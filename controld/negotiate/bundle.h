// BUNDLE: several sections of one leg on one transport (sdp-rewriting.md §9.5; RFC 9143). Which media a leg bundles
// is in the call state; ports, keys and ICE are those of the first one in use, the head. Which datagram is whose is
// the worker's. Pure; one thread.
#pragma once

#include "controld/call/call_state.pb.h"
#include "controld/negotiate/leg_context.h"
#include "controld/sdp/session_description.h"

namespace controld::negotiate {

struct OutgoingSdp;

// What an offered or answered section says and the flags want of bundling: on its sender's leg, and in an offer on
// the receiver's. A section with port 0 is in none. Before ports are chosen; sections in their order.
// `receiver`: null if the SDP is between its sender and us.
void TakeBundle(const LegContext& context, const sdp::SessionDescription& sdp,
                const sdp::MediaSection& section, call::Media* sender, call::Media* receiver);
// Our own offer to a party (create, subscribe request) bundles as flags say: all sections with RTP
// are one group. `possible`: it has RTP, and is not the only section. Before ports are chosen.
void OfferBundle(const LegContext& context, bool possible, call::Media* media);

// The medium is in a bundle and not its head: it has the head's ports, keys and ICE. Null: it has its own.
const call::Media* BundleHead(const call::Party& party, const call::Media& media);

// A medium that has its own ports from now on gives up those that it shared, if others go on with them.
void LeaveSharedPorts(call::CallState* call, call::Media* media);
// The party's sections have their ports as its bundles want it, after its answer.
void ShareHeadsPorts(call::Party* party);
// Once all sections are negotiated: shared ports; a=group, a=bundle-only, a=extmap for MID, the head's lines.
void FinishBundles(const LegContext& context, OutgoingSdp* outgoing);

// For the worker; nothing for a medium that is in no bundle, or the only one of it and without MID in packets.
void FillBundled(const call::Party& party, const call::Media& media, rtpengine::v1::Media* out);

}  // namespace controld::negotiate

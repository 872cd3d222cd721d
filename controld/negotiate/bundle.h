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
void TakeBundle(const LegContext& context, const sdp::SessionDescription& sdp,
                const sdp::MediaSection& section, call::Media* sender, call::Media* receiver);

// The medium is in a bundle and not its head: it has the head's ports, keys and ICE. Null: it has its own.
const call::Media* BundleHead(const call::Party& party, const call::Media& media);

// Once all sections are negotiated: shared ports; a=group, a=bundle-only, a=extmap for MID, the head's lines.
void FinishBundles(const LegContext& context, OutgoingSdp* outgoing);

// For the worker; nothing for a medium that is in no bundle, or the only one of it and without MID in packets.
void FillBundled(const call::Party& party, const call::Media& media, rtpengine::v1::Media* out);

}  // namespace controld::negotiate

// Local ports of a leg across offers and answers (sdp-rewriting.md §11).
#pragma once

#include "controld/call/call_state.pb.h"
#include "controld/call/worker_gateway.h"
#include "proto/base/endpoint.h"

namespace controld::negotiate {

// Selects or adds the port set for a leg that is shown to its party, whose other side is signalled at
// `remote`. The same remote gives the same ports; a new one gives new ports unless `latch`. The first
// remote fills in a wildcard entry.
void SelectPortsFor(call::CallState* call, call::Media* media, const base::Endpoint& remote,
                    uint32_t count, bool latch);

// Makes sure the sender's own leg has ports: its current or latest ones, else new ones whose remote is
// not known yet (wildcard).
void EnsureOwnPorts(call::CallState* call, call::Media* media, uint32_t count);

// As many ports again on each other address of the leg's interface, for ICE; they go with the leg's current ones.
// Of a round-robin group nobody but the worker knows the member: there are none.
void EnsureFurtherPorts(call::CallState* call, const call::WorkerView& worker, call::Media* media);

}  // namespace controld::negotiate

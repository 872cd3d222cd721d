// Local ports of a leg across offers and answers (sdp-rewriting.md §11).
#pragma once

#include "controld/call/call_state.pb.h"
#include "controld/call/worker_gateway.h"
#include "proto/base/clock.h"
#include "proto/base/endpoint.h"

namespace controld::negotiate {

// Port sets that one media keeps: the current one, and those it used last before. Older ones are
// closed.
inline constexpr int kMostPortSets = 8;

// Selects or adds the port set for a leg that is shown to its party, whose other side is signalled at
// `remote`. The same remote gives the same ports; a new one gives new ports unless `latch`. The first
// remote fills in a wildcard entry.
void SelectPortsFor(call::CallState* call, call::Media* media, const base::Endpoint& remote,
                    uint32_t count, bool latch);

// Makes sure the sender's own leg has ports: its current or latest ones, else new ones whose remote is
// not known yet (wildcard).
void EnsureOwnPorts(call::CallState* call, call::Media* media, uint32_t count);

// After an answer: whether RTCP of this leg is multiplexed for certain. The RTCP port is given back then; without
// multiplexing, the leg will need other ports.
void ReleaseRtcp(call::CallState* call, call::Media* media, bool multiplexed);

// Ports of the set that are open.
uint32_t PortCount(const call::PortSet& port_set);
// Whether the leg's current ports are one that is left of two.
bool HasReleasedRtcp(const call::CallState& call, const call::Media& media);
// As many ports again on each other address of the leg's interface, for ICE; they go with the leg's current ones.
// Of a round-robin group they are all on one member.
void EnsureFurtherPorts(call::CallState* call, const call::WorkerView& worker, base::Random& random,
                        call::Media* media);

}  // namespace controld::negotiate

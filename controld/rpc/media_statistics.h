// The media plane's figures as one daemon would have them: sums over all workers, under the names of
// metrics-and-state.md §1.
//
// Not here: what is known of each worker (statistics.cc). Pure.
#pragma once

#include <string>
#include <vector>

#include "proto/metrics/collector.h"

namespace controld::rpc {

using metrics::Collector;
using Workers = std::vector<rtpengine::v1::WorkerInfo>;

void CollectStreams(const Workers& workers, Collector* to);
void CollectPackets(const Workers& workers, Collector* to);
// What the parties reported: MOS, jitter, round-trip times, loss.
void CollectQuality(const Workers& workers, Collector* to);
// Ports, packets and quality by interface name and address.
void CollectInterfaces(const Workers& workers, Collector* to);

// "192.0.2.1"; empty if there is none.
std::string AddressText(const rtpengine::v1::InterfaceLoad& interface);

}  // namespace controld::rpc

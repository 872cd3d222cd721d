// Which worker takes a new call (architecture.md, "Placement").
//
// A pure function: what the call needs, what the workers look like, limits and a source of
// randomness in; a worker, or the reason why none, and the reasoning in words out. It charges
// nothing: the fleet does. Any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/types/span.h"
#include "controld/call/worker_gateway.h"
#include "proto/base/clock.h"
#include "rtpengine/v1/worker.pb.h"

namespace controld::place {

// One worker as placement sees it.
struct Candidate {
  const call::WorkerView* view = nullptr;  // never null
  rtpengine::v1::WorkerState state = rtpengine::v1::JOINING;
  bool attached = false;
  uint64_t charged_streams = 0;
  bool kernel_offload = false;
  // From the last load report. Without one nothing is known to speak against the worker.
  double load_average = 0, cpu_percent = 0;
  uint64_t bytes_per_second = 0;
  uint64_t ports_total = 0, ports_used = 0;  // ports_total 0: unknown
};

// Limits of ng-protocol.md §6.1 item 1; 0 = off. A worker that reached one (≥) takes no new call.
struct Limits {
  double max_load = 0;
  double max_cpu = 0;
  int64_t max_bandwidth = 0;  // octets per second
};

struct Choice {
  std::optional<size_t> worker;  // index into the candidates
  call::PlacementRefusal refusal = call::PlacementRefusal::kNone;
  std::string explanation;
};

// Conditions, in this order:
//   must:   attached and READY (else kNoWorker); below the limits (else the first limit that was
//   hit); should: has the interfaces wanted, in the families wanted; has ports left. Where no
//   worker has what
//           is wanted, negotiation falls back to defaults, so the rest is kept;
//   then:   two drawn at random, the one with fewer streams for its capacity.
Choice ChooseWorker(const call::PlacementNeeds& needs, absl::Span<const Candidate> candidates,
                    const Limits& limits, base::Random& random);

// Whether the worker has the interface (empty: its default; group and alias names count), in the
// family if one is given.
bool HasInterface(const call::WorkerView& view, const std::string& name, base::Family family);

}  // namespace controld::place

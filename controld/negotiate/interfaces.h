// Which local interface and address family a leg uses (sdp-rewriting.md §9.8).
#pragma once

#include <string>
#include <vector>

#include "controld/call/call_state.pb.h"
#include "controld/call/worker_gateway.h"

namespace controld::negotiate {

// Decides interface and family of `media`, whose signalled or wanted family is `family`. `name` is what the
// request names for this leg (empty: nothing). Appends log texts to `warnings`. Returns false if the worker
// has no address at all.
bool ChooseInterface(call::Media* media, const std::string& name, base::Family family,
                     const call::WorkerView& worker, std::vector<std::string>* warnings);

}  // namespace controld::negotiate

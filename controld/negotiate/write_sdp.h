// Prints the outgoing SDP in the exact layout and order of sdp-rewriting.md §2. Pure.
#pragma once

#include <string>

#include "controld/negotiate/negotiate.h"
#include "controld/negotiate/origin.h"

namespace controld::negotiate {

struct WriteOptions {
  // Prints port set ids in place of ports and addresses: two texts are equal exactly if the printed SDP
  // would be but for the version in o=, whether or not the ports are allocated yet.
  bool draft = false;
};

// Every port set that is printed must have its allocation (unless `draft`).
std::string WriteSdp(const call::CallState& call, const OutgoingSdp& outgoing,
                     const ng::Request& request, const call::Settings& settings,
                     const OriginLine& origin, WriteOptions options = {});

}  // namespace controld::negotiate

// The o= and s= lines and the memory behind the `replace` items (sdp-rewriting.md §4).
#pragma once

#include <string>

#include "controld/call/call_state.pb.h"
#include "controld/negotiate/negotiate.h"
#include "proto/base/clock.h"

namespace controld::negotiate {

struct OriginLine {
  std::string username;
  std::string session_id, version;
  std::string net_type, address_type, address;  // address parts empty when replaced, see below
  uint32_t address_of_port_set = 0;             // replace-origin: print the advertised address of this one
  std::string session_name;
};

// Decides the lines and remembers what has to be remembered. Call before the ports are allocated.
OriginLine PrepareOrigin(call::CallState* call, const OutgoingSdp& outgoing,
                         const ng::Request& request, const call::Settings& settings,
                         base::Random& random);

// Likewise with the memory that belongs to the receiver alone: a subscriber's.
OriginLine PrepareSubscriberOrigin(call::CallState* call, const OutgoingSdp& outgoing,
                                   const ng::Request& request, const call::Settings& settings,
                                   base::Random& random);

// For SDP that comes from nobody but us (publish, create): user "-", numbers of ours, our address.
OriginLine PrepareOwnOrigin(call::CallState* call, const OutgoingSdp& outgoing,
                            const ng::Request& request, const call::Settings& settings,
                            base::Random& random);

}  // namespace controld::negotiate

// Whom we obey without listen-ng-allow: this host, private addresses, and networks that an
// interface of ours is on (docs/decisions/0009).
//
// Asks the system for interfaces; any thread.
#pragma once

#include <vector>

#include "controld/listen/access_control.h"

struct ifaddrs;

namespace controld::start {

// As they are now. Without interfaces: loopback and private ones.
std::vector<listen::AddressPrefix> NearNetworks();
// The same of a given list.
std::vector<listen::AddressPrefix> NearNetworks(const ifaddrs* interfaces);

}  // namespace controld::start

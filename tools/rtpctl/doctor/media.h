// What the configuration says about media: addresses and ports, of option interface and of its sections.
#pragma once

#include <string>
#include <vector>

#include "mediad/nft/ruleset.h"
#include "proto/base/options/parsed_options.h"

namespace rtpctl::doctor {

// As written: an address, a device, a name of DNS, or "any". Aliases are left out.
struct MediaAddress {
  std::string written;     // what is listened on
  std::string advertised;  // empty: the same
  std::string item;        // of option interface, or the section's name
  bool section = false;
};

std::vector<MediaAddress> MediaAddresses(const base::options::ParsedOptions& options);
// Each range once; a section may have one of its own. Those outside 1-65535 are left out.
std::vector<mediad::nft::PortRange> MediaPorts(const base::options::ParsedOptions& options);

}  // namespace rtpctl::doctor

// The packet filter's rules at start: whether they are wanted, what a failure means, and the deeds of the command
// line (--nftables-start, -stop, -status).
#pragma once

#include <memory>
#include <optional>

#include "absl/status/statusor.h"
#include "mediad/nft/firewall.h"
#include "proto/base/options/parsed_options.h"
#include "rtpengine/v1/worker.pb.h"

namespace mediad::start {

// Does what --nftables-start, -stop or -status ask for, and returns the exit status; nullopt: none was given. Prints.
std::optional<int> RunFirewallAction(const base::options::ParsedOptions& options);

// Null: no rules are wanted. A failure ends the start: with no-fallback, or where the options contradict themselves.
// Otherwise what is wrong goes to the log.
absl::StatusOr<std::unique_ptr<nft::Firewall>> StartFirewall(
    const base::options::ParsedOptions& options);

// For Hello and for load reports. `firewall` may be null.
rtpengine::v1::Capability FirewallCapability(const nft::Firewall* firewall);
void DescribeFirewall(const nft::Firewall& firewall, rtpengine::v1::FirewallReport* out);

}  // namespace mediad::start

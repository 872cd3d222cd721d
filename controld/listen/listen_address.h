// The value of a listen option: `[ADDR|HOST:]PORT` to the addresses to bind (config.md §1.4).
//
// A bare port means all IPv4 and all IPv6 addresses, or loopback where the option says so. Host names are resolved here, once, at start.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "proto/base/endpoint.h"

namespace controld::listen {

enum class BarePort : uint8_t { kAll, kLoopback };

// kInvalidArgument: "Invalid IP or port '127.0.0.1' ('listen-ng')". Port 0 is accepted (tests).
absl::StatusOr<std::vector<base::Endpoint>> ParseListenAddress(std::string_view text,
                                                               std::string_view option,
                                                               BarePort bare = BarePort::kAll);

// All values of the option, each address once. The word `none` is skipped, as the reference does.
absl::StatusOr<std::vector<base::Endpoint>> ParseListenAddresses(
    const std::vector<std::string>& values, std::string_view option,
    BarePort bare = BarePort::kAll);

}  // namespace controld::listen

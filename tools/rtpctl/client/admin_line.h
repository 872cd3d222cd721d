// A command of the reference's tool, asked of controld's listen-cli: one line there, its answer back, the end.
//
// Blocking, with a deadline. Any thread.
#pragma once

#include <chrono>
#include <string>

#include "absl/status/statusor.h"

namespace rtpctl {

struct AdminAddress {
  std::string host;
  std::string port;
};

// Where an entry of listen-cli is reached from its own host: a port alone listens on the loopback, and who listens on all
// addresses is asked there. Also of --address.
AdminAddress AdminAddressOf(const std::string& listener);

// At most 64 MiB. UNAVAILABLE: nobody listens there; DEADLINE_EXCEEDED: no whole answer in time.
absl::StatusOr<std::string> AskAdmin(const AdminAddress& address, const std::string& line,
                                     std::chrono::milliseconds patience);

}  // namespace rtpctl

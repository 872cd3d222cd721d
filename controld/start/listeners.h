// The control listeners and their access rules, from the options.
//
// Reads files; for start and reload only, on the main thread. Every failure names its option.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "controld/listen/access_control.h"
#include "controld/listen/stream_listener.h"
#include "controld/listen/udp_listener.h"
#include "proto/base/options/parsed_options.h"

namespace controld::start {

struct Listeners {
  std::unique_ptr<listen::UdpListener> udp;
  std::unique_ptr<listen::StreamListener> streams;

  std::vector<std::string> descriptions() const;  // "ng udp 127.0.0.1:2223"
};

// Binds all of them; at least one has to be configured.
absl::StatusOr<Listeners> BindListeners(const base::options::ParsedOptions& options);

// listen-ng-allow, listen-ng-rate, listen-ng-secret-file.
absl::StatusOr<listen::AccessControl::Rules> ReadAccessRules(
    const base::options::ParsedOptions& options);
// What an operator should know about them: a listener that other hosts can reach, and no list of
// those that may. Empty: nothing.
std::string AccessWarning(const Listeners& listeners, const listen::AccessControl::Rules& rules);

}  // namespace controld::start

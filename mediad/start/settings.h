// Options of mediad as settings of its parts. Pure: no files, devices or names are looked at here.
//
// Failures carry the text for "Fatal error: …" (config.md §7). Run once, at start.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "mediad/offload/netlink/messages.h"
#include "mediad/ports/interface_config.h"
#include "mediad/relay/engine.h"
#include "proto/base/options/parsed_options.h"
#include "rtpengine/v1/worker.pb.h"

namespace mediad::start {

inline constexpr unsigned kMaxShards = 8;

absl::StatusOr<ports::InterfaceOptions> MakeInterfaceOptions(
    const base::options::ParsedOptions& options);
// Ports that our control listeners occupy, from addresses like "127.0.0.1:2223", "[::1]:2223",
// "2223".
std::vector<uint16_t> ListeningPorts(const std::vector<std::string>& addresses);

relay::EngineOptions MakeEngineOptions(const base::options::ParsedOptions& options);
// The words of option `mos`; the last of a kind counts. The spelling "g107" means the legacy
// formula.
void ApplyMosWords(const std::vector<std::string>& words, relay::EngineOptions* engine);

// What this worker can do, for Hello; kernel forwarding apart.
std::vector<rtpengine::v1::Capability> Capabilities();
// nullopt: no table is configured.
rtpengine::v1::Capability KernelCapability(const std::optional<offload::Status>& status);

// The kernel table; nullopt: none.
std::optional<offload::TableSettings> MakeTableSettings(const base::options::ParsedOptions& options);

}  // namespace mediad::start

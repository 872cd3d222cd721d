// See settings.h.
#include "mediad/start/settings.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "proto/base/text.h"
#include "proto/runtime/version.h"

namespace mediad::start {
namespace {

using MosFormula = relay::EngineOptions::MosFormula;

constexpr int64_t kDatagramOverhead = 48;  // IPv6 and UDP headers, in octets, which dtls-mtu includes

// Sections [PREFIX-NAME], in the file's order.
std::vector<ports::InterfaceSection> InterfaceSections(const base::KeyFile& file,
                                                       const std::string& prefix) {
  std::vector<ports::InterfaceSection> sections;
  const std::string start = prefix + "-";
  for (const base::KeyFile::Section& section : file.sections()) {
    if (section.name.compare(0, start.size(), start) != 0) continue;
    ports::InterfaceSection& out = sections.emplace_back();
    out.name = section.name.substr(start.size());
    for (const base::KeyFile::Entry& entry : section.entries) {
      // What is no valid text stays as written: the parser of interfaces then says what is wrong
      // with it.
      const auto decoded = base::DecodeString(entry.value);
      out.keys.emplace_back(entry.key, decoded.ok() ? *decoded : entry.value);
    }
  }
  return sections;
}

rtpengine::v1::Capability Unavailable(const char* name, const char* reason) {
  rtpengine::v1::Capability capability;
  capability.set_name(name);
  capability.set_reason(reason);
  return capability;
}

rtpengine::v1::Capability Available(const char* name) {
  rtpengine::v1::Capability capability;
  capability.set_name(name);
  capability.set_available(true);
  return capability;
}

// Readers of the guide watch the counters of their base chain grow: media goes through it.
offload::Hook HookOf(const std::string& word, bool base_chain) {
  if (base::EqualsIgnoreCase(word, "prerouting")) return offload::Hook::kPrerouting;
  if (base::EqualsIgnoreCase(word, "input-first")) return offload::Hook::kInputFirst;
  if (base::EqualsIgnoreCase(word, "input-last")) return offload::Hook::kInputLast;
  return base_chain ? offload::Hook::kInputLast : offload::Hook::kInputFirst;
}

}  // namespace

absl::StatusOr<ports::InterfaceOptions> MakeInterfaceOptions(
    const base::options::ParsedOptions& options) {
  ports::InterfaceOptions out;
  out.interfaces = options.List("interface");
  if (const std::string& prefix = options.String("interfaces-config"); !prefix.empty()) {
    out.sections = InterfaceSections(options.file(), prefix);
  }
  if (out.interfaces.empty() && out.sections.empty()) {
    return absl::InvalidArgumentError("Cannot start without any configured interfaces");
  }
  out.port_min = static_cast<uint16_t>(options.Int("port-min"));
  out.port_max = static_cast<uint16_t>(options.Int("port-max"));
  for (const char* listener : {"listen-ng", "listen-cli", "listen-tcp-ng"}) {
    for (uint16_t port : ListeningPorts(options.List(listener))) out.excluded_ports.push_back(port);
  }
  return out;
}

std::vector<uint16_t> ListeningPorts(const std::vector<std::string>& addresses) {
  std::vector<uint16_t> ports;
  for (const std::string& address : addresses) {
    const size_t colon = address.rfind(':');
    uint32_t port = 0;
    const std::string digits = colon == std::string::npos ? address : address.substr(colon + 1);
    if (absl::SimpleAtoi(digits, &port) && port >= 1 && port <= 65535) {
      ports.push_back(static_cast<uint16_t>(port));
    }
  }
  return ports;
}

relay::EngineOptions MakeEngineOptions(const base::options::ParsedOptions& options) {
  relay::EngineOptions engine;
  // By default half the cores: the other half is busy in the kernel's network stack on behalf of the same
  // packets, and a thread that wakes for many packets at once costs less for each.
  const int64_t threads = options.Int("num-threads");
  engine.shards = static_cast<unsigned>(
      std::clamp<int64_t>(options.IsSet("num-threads") ? threads : (threads + 1) / 2, 1,
                          static_cast<int64_t>(kMaxShards)));
  engine.software = runtime::SoftwareId();
  engine.dtls_mtu = static_cast<uint16_t>(options.Int("dtls-mtu") - kDatagramOverhead);
  engine.orphan_timeout_s = static_cast<unsigned>(options.Int("orphan-timeout"));
  ApplyMosWords(options.List("mos"), &engine);
  return engine;
}

void ApplyMosWords(const std::vector<std::string>& words, relay::EngineOptions* engine) {
  for (const std::string& word : words) {
    if (base::EqualsIgnoreCase(word, "CQ") || base::EqualsIgnoreCase(word, "LQ")) {
      engine->mos_listening_quality = base::EqualsIgnoreCase(word, "LQ");
    } else if (base::EqualsIgnoreCase(word, "legacy") || base::EqualsIgnoreCase(word, "g107") ||
               base::EqualsIgnoreCase(word, "G.107")) {
      // Naming G.107 selects the legacy formula, as recorded; the simplified G.107 is the default.
      engine->mos_formula = MosFormula::kLegacy;
    } else {  // G.107.2 in its spellings: the option table lets nothing else through
      engine->mos_formula = MosFormula::kG1072;
    }
  }
}

std::vector<rtpengine::v1::Capability> Capabilities() {
  constexpr char kNotYet[] = "not part of this version";
  return {Unavailable("transcoding", kNotYet), Unavailable("recording", kNotYet), Available("srtp"),
          Available("dtls"), Available("ice")};
}

rtpengine::v1::Capability KernelCapability(const std::optional<offload::Status>& status) {
  constexpr char kName[] = "kernel-offload";
  if (!status) return Unavailable(kName, "option table is negative: everything goes through user space");
  return status->usable ? Available(kName) : Unavailable(kName, status->reason.c_str());
}

std::optional<offload::TableSettings> MakeTableSettings(const base::options::ParsedOptions& options) {
  const int64_t table = options.Int("table");
  if (table < 0) return std::nullopt;
  offload::TableSettings settings;
  settings.id = static_cast<uint32_t>(table);
  settings.linger_ms = static_cast<uint32_t>(options.Int("kernel-linger") * 1000);
  settings.hook = HookOf(options.String("kernel-hook"), options.IsSet("nftables-base-chain"));
  if (options.IsSet("kernel-hook-priority")) {
    settings.priority = static_cast<int32_t>(options.Int("kernel-hook-priority"));
  }
  return settings;
}

}  // namespace mediad::start

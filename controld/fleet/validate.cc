#include "controld/fleet/validate.h"

#include <algorithm>
#include <cmath>

#include "proto/base/text.h"
#include "proto/media/fingerprint.h"

namespace controld::fleet {
namespace {

using rtpengine::v1::Command;
using rtpengine::v1::CommandResult;
using rtpengine::v1::Interface;
using rtpengine::v1::PortSetAllocation;

bool IsAddress(const std::string& octets) { return octets.size() == 4 || octets.size() == 16; }

// SDP quotes these digests to others; every certificate is known by its SHA-256.
std::string FaultOfCertificates(
    const google::protobuf::RepeatedPtrField<rtpengine::v1::Certificate>& certificates) {
  if (certificates.size() > kMaxCertificates) return "too many certificates";
  for (const auto& certificate : certificates) {
    if (certificate.fingerprints_size() > kMaxCertificates) return "too many fingerprints";
    bool identified = false;
    for (const auto& fingerprint : certificate.fingerprints()) {
      const auto hash = media::ParseFingerprintHash(fingerprint.hash());
      if (!hash || media::Name(*hash) != fingerprint.hash() ||
          fingerprint.digest().size() != media::DigestLength(*hash)) {
        return "a certificate with an invalid fingerprint";
      }
      identified = identified || *hash == media::FingerprintHash::kSha256;
    }
    if (!identified) return "a certificate without SHA-256 fingerprint";
  }
  return "";
}

// The allocation's ports, `count` of them, lie in a range announced for that address.
std::string FaultOfAllocation(const PortSetAllocation& allocation, uint32_t count,
                              const call::WorkerView& view) {
  if (!IsAddress(allocation.address())) return "an allocated address is not an address";
  const bool announced =
      std::any_of(view.interfaces.begin(), view.interfaces.end(), [&](const Interface& interface) {
        return interface.address() == allocation.address() &&
               allocation.port() >= interface.port_min() &&
               uint64_t{allocation.port()} + std::max(count, 1u) - 1 <= interface.port_max();
      });
  if (announced) return "";
  return base::StrCat("port ", allocation.port(), " of port set ", allocation.id(),
                      " is outside the announced ranges");
}

}  // namespace

std::string FaultOf(const rtpengine::v1::Hello& hello) {
  if (hello.name().empty() || hello.name().size() > 255)
    return "the worker's name is empty or too long";
  if (hello.interfaces_size() == 0) return "no interface";
  if (hello.interfaces_size() > kMaxInterfaces) return "too many interfaces";
  if (hello.capabilities_size() > kMaxInterfaces) return "too many capabilities";
  for (const Interface& interface : hello.interfaces()) {
    if (interface.name().empty()) return "an interface without name";
    if (!interface.alias_of().empty()) continue;
    if (!IsAddress(interface.address())) {
      return base::StrCat("interface '", interface.name(), "' has no valid address");
    }
    if (!interface.advertised().empty() && !IsAddress(interface.advertised())) {
      return base::StrCat("interface '", interface.name(), "' has no valid advertised address");
    }
    if (interface.port_min() == 0 || interface.port_max() > 65535 ||
        interface.port_min() > interface.port_max()) {
      return base::StrCat("interface '", interface.name(), "' has no valid port range");
    }
  }
  if (!hello.interfaces(0).alias_of().empty()) return "the first interface is an alias";
  return FaultOfCertificates(hello.certificates());
}

std::vector<ExpectedPortSet> ExpectedOf(const rtpengine::v1::Session& session) {
  std::vector<ExpectedPortSet> expected;
  expected.reserve(static_cast<size_t>(session.port_sets_size()));
  for (const auto& set : session.port_sets())
    expected.push_back({set.id(), set.count(), set.port()});
  return expected;
}

std::string FaultOf(const rtpengine::v1::ApplySessionResult& result,
                    const std::vector<ExpectedPortSet>& expected, const call::WorkerView& view) {
  if (static_cast<size_t>(result.allocations_size()) != expected.size()) {
    return base::StrCat(result.allocations_size(), " port sets allocated, ", expected.size(),
                        " asked for");
  }
  std::vector<uint32_t> seen;
  for (const PortSetAllocation& allocation : result.allocations()) {
    const auto wanted = std::find_if(expected.begin(), expected.end(),
                                     [&](const auto& e) { return e.id == allocation.id(); });
    if (wanted == expected.end())
      return base::StrCat("port set ", allocation.id(), " was not asked for");
    if (std::find(seen.begin(), seen.end(), allocation.id()) != seen.end()) {
      return base::StrCat("port set ", allocation.id(), " was allocated twice");
    }
    seen.push_back(allocation.id());
    if (wanted->port != 0 && wanted->port != allocation.port()) {
      return base::StrCat("port ", allocation.port(), " instead of ", wanted->port);
    }
    if (std::string fault = FaultOfAllocation(allocation, wanted->count, view); !fault.empty())
      return fault;
  }
  return "";
}

std::string FaultOf(const rtpengine::v1::SessionRecord& record, const call::WorkerView& view) {
  if (record.id().size() > kMaxSessionId) return "a session id is too long";
  for (const PortSetAllocation& allocation : record.allocations()) {
    if (std::string fault = FaultOfAllocation(allocation, 1, view); !fault.empty()) return fault;
  }
  return "";
}

std::string FaultOf(const rtpengine::v1::Event& event, const std::string& controller_name) {
  if (event.owner() != controller_name) return "an event about a session of another controller";
  if (event.session().size() > kMaxSessionId) return "a session id is too long";
  return "";
}

std::string FaultOf(const rtpengine::v1::LoadReport& load) {
  if (!std::isfinite(load.cpu_percent()) || !std::isfinite(load.load_average())) {
    return "a load that is not a number";
  }
  if (load.interfaces_size() > kMaxInterfaces) return "too many interfaces in a load report";
  return FaultOfCertificates(load.certificates());
}

bool Matches(Command::CommandCase command, const CommandResult& result) {
  if (result.has_error()) return true;
  switch (command) {
    case Command::kApply:
      return result.has_apply();
    case Command::kDelete:
    case Command::kQuery:
      return result.has_statistics();
    case Command::kList:
      return result.has_list();
    default:  // Drain and Ping say nothing but yes
      return result.result_case() == CommandResult::RESULT_NOT_SET;
  }
}

}  // namespace controld::fleet

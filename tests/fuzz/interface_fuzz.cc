// Any interface definitions through the parser, and what it accepts through the interface table.
//
// Lines: "[NAME" opens a section, "KEY=VALUE" below one is its key, everything else is an item.
#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "mediad/ports/interface_config.h"
#include "mediad/ports/interface_table.h"

namespace {

using namespace mediad::ports;

void Require(bool condition) {
  if (!condition) std::abort();
}

class Names final : public AddressSource {
 public:
  std::vector<base::IpAddress> DeviceAddresses(std::string_view device) override {
    return device == "eth0" ? AllAddresses() : std::vector<base::IpAddress>();
  }
  std::vector<base::IpAddress> AllAddresses() override {
    return {*base::IpAddress::Parse("192.0.2.1"), *base::IpAddress::Parse("2001:db8::1")};
  }
  std::vector<base::IpAddress> Resolve(std::string_view name, std::string* error) override {
    *error = "unknown";
    return name == "host" ? AllAddresses() : std::vector<base::IpAddress>();
  }
};

class Counter final : public base::Random {
 public:
  uint64_t Next() override { return state_ += 0x9e3779b97f4a7c15; }

 private:
  uint64_t state_ = 0;
};

InterfaceOptions Options(std::string_view text) {
  InterfaceOptions options;
  while (!text.empty() && options.interfaces.size() + options.sections.size() < 32) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string line(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    const size_t equals = line.find('=');
    if (line.starts_with('[')) {
      options.sections.push_back({line.substr(1), {}});
    } else if (!options.sections.empty() && equals != std::string::npos) {
      options.sections.back().keys.emplace_back(line.substr(0, equals), line.substr(equals + 1));
    } else {
      options.interfaces.push_back(line);
    }
  }
  return options;
}

void Use(const InterfacePlan& plan) {
  Counter random;
  InterfaceTable table(plan, {.first_address_only = plan.addresses.size() % 2 == 0}, random);
  google::protobuf::RepeatedPtrField<rtpengine::v1::Interface> described;
  table.Describe(&described);
  for (const rtpengine::v1::Interface& entry : described) {
    Require(table.Knows(entry.name()));
    for (const unsigned count : {1u, 2u, 4u}) {
      PortRequest request;
      request.interface = entry.name();
      request.count = count;
      request.family = entry.address().size() == 16 ? base::Family::kIpv6 : base::Family::kIpv4;
      unsigned tries = 0;
      const AllocationResult result =
          table.Allocate(request, [&](const base::IpAddress&, uint16_t first, unsigned ports) {
            Require(ports == count && first != 0 && first + ports <= 65536u);
            return ++tries < 3 ? EADDRINUSE : 0;
          });
      if (const auto* got = std::get_if<PortAllocation>(&result)) {
        table.Release(got->address, got->port, got->count);
      } else {
        Require(!std::get<AllocationFailure>(result).text.empty());
      }
    }
  }
  google::protobuf::RepeatedPtrField<rtpengine::v1::InterfaceLoad> load;
  table.DescribeLoad(&load);
  for (const rtpengine::v1::InterfaceLoad& entry : load) Require(entry.ports_used() == 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Names names;
  std::vector<ConfigurationMessage> messages;
  const InterfaceOptions options =
      Options(std::string_view(reinterpret_cast<const char*>(data), std::min<size_t>(size, 4096)));
  const auto plan = ParseInterfaces(options, names, &messages);
  if (plan.ok()) {
    Require(!plan->addresses.empty());
    for (const InterfaceAddress& entry : plan->addresses) {
      Require(entry.address.valid() && entry.advertised.valid() &&
              entry.port_min <= entry.port_max);
    }
    Use(*plan);
  } else {
    Require(!plan.status().message().empty());
  }
  return 0;
}

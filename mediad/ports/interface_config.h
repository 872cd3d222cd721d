// From the options `interface` and `interfaces-config` to local addresses (config.md §2.1, §2.2).
//
// Sans-IO: names, network devices and DNS are asked through AddressSource, once, at start.
// Addresses are not checked to be local: binding decides. Not the ports themselves
// (interface_table.h). Any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "proto/base/endpoint.h"
#include "proto/base/log.h"

namespace mediad::ports {

// The system, as the parser sees it.
class AddressSource {
 public:
  virtual ~AddressSource() = default;
  // Usable addresses of a network device: it is up; link-local ones left out. Empty: no such
  // device.
  virtual std::vector<base::IpAddress> DeviceAddresses(std::string_view device) = 0;
  // The same for all devices but the loopback ones (`any`).
  virtual std::vector<base::IpAddress> AllAddresses() = 0;
  // DNS. Empty: *error says why, in getaddrinfo's words.
  virtual std::vector<base::IpAddress> Resolve(std::string_view name, std::string* error) = 0;
};

// A section [PREFIX-NAME] of the configuration file: NAME, and its keys as written.
struct InterfaceSection {
  std::string name;
  std::vector<std::pair<std::string, std::string>> keys;
};

struct InterfaceOptions {
  std::vector<std::string> interfaces;     // `interface`: the items, in order
  std::vector<InterfaceSection> sections;  // of `interfaces-config`, in the file's order
  uint16_t port_min = 30000;
  uint16_t port_max = 39999;
  std::vector<uint16_t> excluded_ports;  // our own listeners, on every address
};

// One local address of one logical interface.
struct InterfaceAddress {
  std::string name;
  base::IpAddress address;
  base::IpAddress advertised;  // = address unless given
  uint16_t port_min = 0;
  uint16_t port_max = 0;
  std::vector<uint16_t> excluded_ports;
};

struct InterfaceAlias {
  std::string name;
  std::string target;
};

struct InterfacePlan {
  std::vector<InterfaceAddress> addresses;  // the first one's name is the default interface
  std::vector<InterfaceAlias> aliases;
};

// A line for the log that the reference writes at this point.
struct ConfigurationMessage {
  base::log::Severity severity;
  std::string text;
};

// INVALID_ARGUMENT carries the literal text of the fatal error ("Invalid interface specification:
// '…'"). `messages` receives what to log before that, on success too.
absl::StatusOr<InterfacePlan> ParseInterfaces(const InterfaceOptions& options,
                                              AddressSource& source,
                                              std::vector<ConfigurationMessage>* messages);

}  // namespace mediad::ports

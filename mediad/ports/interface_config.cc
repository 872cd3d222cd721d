// See interface_config.h.
#include "mediad/ports/interface_config.h"

#include <algorithm>
#include <optional>

#include "absl/strings/numbers.h"
#include "proto/base/text.h"

namespace mediad::ports {
namespace {

using base::IpAddress;
using base::log::Severity;

class Parser {
 public:
  Parser(const InterfaceOptions& options, AddressSource& source,
         std::vector<ConfigurationMessage>* messages)
      : options_(options), source_(source), messages_(messages) {}

  absl::Status Item(std::string_view item);
  absl::Status Section(const InterfaceSection& section);
  InterfacePlan TakePlan();

 private:
  struct Ports {
    uint16_t min;
    uint16_t max;
    std::vector<uint16_t> excluded;
  };

  void Log(Severity severity, std::string text) {
    messages_->push_back({severity, std::move(text)});
  }
  std::vector<IpAddress> Addresses(std::string_view text);
  std::vector<IpAddress> AnyAddresses();
  std::optional<IpAddress> Advertised(std::string_view text, base::Family family);
  // False: an address is unusable or there is none.
  bool Add(std::string_view name, std::string_view address,
           std::optional<std::string_view> advertised, const Ports& ports);
  absl::StatusOr<Ports> SectionPorts(const InterfaceSection& section, std::string_view name);

  const InterfaceOptions& options_;
  AddressSource& source_;
  std::vector<ConfigurationMessage>* messages_;
  InterfacePlan plan_;
};

// Literal, `any`, network device, DNS name: in this order.
std::vector<IpAddress> Parser::Addresses(std::string_view text) {
  if (const auto literal = IpAddress::Parse(text)) return {*literal};
  if (text == "any") return AnyAddresses();
  if (!text.empty()) {
    std::vector<IpAddress> device = source_.DeviceAddresses(text);
    if (!device.empty()) return device;
  }
  std::string error;
  std::vector<IpAddress> resolved = source_.Resolve(text, &error);
  if (resolved.empty()) {
    Log(Severity::kError,
        base::StrCat("Failed to resolve '", text, "' as a DNS host name: ", error));
  }
  return resolved;
}

// A host without a network still serves itself: for a try, in a container, in a test.
std::vector<IpAddress> Parser::AnyAddresses() {
  std::vector<IpAddress> all = source_.AllAddresses();
  if (!all.empty()) return all;
  std::vector<IpAddress> loopback = source_.DeviceAddresses("lo");
  if (!loopback.empty()) {
    Log(Severity::kWarning, "No address but loopback: media stays on this host");
  }
  return loopback;
}

// Of a name with several addresses, one of the local address's family is preferred.
std::optional<IpAddress> Parser::Advertised(std::string_view text, base::Family family) {
  if (const auto literal = IpAddress::Parse(text)) return literal;
  std::string error;
  const std::vector<IpAddress> resolved =
      text.empty() ? std::vector<IpAddress>() : source_.Resolve(text, &error);
  if (resolved.empty()) {
    Log(Severity::kWarning, base::StrCat("DNS lookup for '", text, "' failed"));
    return std::nullopt;
  }
  for (const IpAddress& address : resolved) {
    if (address.family() == family) return address;
  }
  return resolved.front();
}

bool Parser::Add(std::string_view name, std::string_view address,
                 std::optional<std::string_view> advertised, const Ports& ports) {
  const std::vector<IpAddress> addresses = Addresses(address);
  if (addresses.empty()) return false;
  for (const IpAddress& local : addresses) {
    if (local.unspecified()) return false;
    InterfaceAddress entry{std::string(name), local, local, ports.min, ports.max, ports.excluded};
    if (advertised) {
      const std::optional<IpAddress> shown = Advertised(*advertised, local.family());
      if (!shown || shown->unspecified()) return false;
      entry.advertised = *shown;
    }
    const bool known = std::any_of(plan_.addresses.begin(), plan_.addresses.end(),
                                   [&](const InterfaceAddress& other) {
                                     return other.name == entry.name && other.address == local &&
                                            other.advertised == entry.advertised;
                                   });
    if (!known) plan_.addresses.push_back(std::move(entry));
  }
  return true;
}

// [NAME/]ADDRESS[!ADVERTISED] or NEW=EXISTING.
absl::Status Parser::Item(std::string_view item) {
  if (const size_t equals = item.find('='); equals != std::string_view::npos) {
    plan_.aliases.push_back(
        {std::string(item.substr(0, equals)), std::string(item.substr(equals + 1))});
    return absl::OkStatus();
  }
  const size_t slash = item.find('/');
  const std::string_view name = slash == std::string_view::npos ? "default" : item.substr(0, slash);
  std::string_view address = slash == std::string_view::npos ? item : item.substr(slash + 1);
  std::optional<std::string_view> advertised;
  if (const size_t mark = address.find('!'); mark != std::string_view::npos) {
    advertised = address.substr(mark + 1);
    address = address.substr(0, mark);
  }
  const Ports ports{options_.port_min, options_.port_max, options_.excluded_ports};
  if (Add(name, address, advertised, ports)) return absl::OkStatus();
  // The reference names the part before the first delimiter only; operators search for that text.
  return absl::InvalidArgumentError(base::StrCat(
      "Invalid interface specification: '", slash == std::string_view::npos ? address : name, "'"));
}

std::optional<std::string_view> Value(const InterfaceSection& section, std::string_view key) {
  std::optional<std::string_view> value;
  for (const auto& [name, text] : section.keys) {
    if (name == key) value = text;  // the last one wins
  }
  return value;
}

absl::StatusOr<uint16_t> Port(std::string_view text, const std::string& error) {
  int port = 0;
  if (!absl::SimpleAtoi(base::ToAbsl(text), &port) || port < 1 || port > 65535) {
    return absl::InvalidArgumentError(error);
  }
  return static_cast<uint16_t>(port);
}

absl::StatusOr<Parser::Ports> Parser::SectionPorts(const InterfaceSection& section,
                                                   std::string_view name) {
  Ports ports{options_.port_min, options_.port_max, options_.excluded_ports};
  for (auto [key, target] :
       {std::pair{"port-min", &ports.min}, std::pair{"port-max", &ports.max}}) {
    const auto text = Value(section, key);
    if (!text) continue;
    auto port =
        Port(*text, base::StrCat("Invalid '", key, "' for interface '", name, "': '", *text, "'"));
    if (!port.ok()) return port.status();
    *target = *port;
  }
  if (ports.min > ports.max) {
    return absl::InvalidArgumentError(
        base::StrCat("Invalid RTP port range for iface '", name, "': port min (", ports.min,
                     ") must not be greater than port max (", ports.max, ")"));
  }
  if (const auto list = Value(section, "exclude-ports")) {
    std::string_view rest = *list;
    while (!rest.empty()) {
      const size_t end = std::min(rest.find(';'), rest.size());
      const std::string_view text = base::Trim(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
      if (text.empty()) continue;
      auto port = Port(text, base::StrCat("Invalid port in 'exclude-ports': '", text, "'"));
      if (!port.ok()) return port.status();
      ports.excluded.push_back(*port);
    }
  }
  return ports;
}

absl::Status Parser::Section(const InterfaceSection& section) {
  const std::string_view name = Value(section, "name").value_or(section.name);
  if (const auto target = Value(section, "alias")) {
    plan_.aliases.push_back({std::string(name), std::string(*target)});
    return absl::OkStatus();
  }
  const auto address = Value(section, "address");
  if (!address) {
    return absl::InvalidArgumentError(
        base::StrCat("No 'address' given in interface config section '", section.name, "'"));
  }
  std::optional<std::string_view> advertised;
  for (std::string_view key :
       {"advertised", "advertised address", "advertised-address", "advertised_address"}) {
    if (!advertised) advertised = Value(section, key);
  }
  absl::StatusOr<Ports> ports = SectionPorts(section, name);
  if (!ports.ok()) return ports.status();
  if (Add(name, *address, advertised, *ports)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      base::StrCat("Failed to parse interface information '", section.name, "' from config file"));
}

// Neither is fatal in the reference, nor here: but both are mistakes that should be seen.
InterfacePlan Parser::TakePlan() {
  for (const InterfaceAlias& alias : plan_.aliases) {
    const bool defined =
        std::any_of(plan_.addresses.begin(), plan_.addresses.end(),
                    [&](const InterfaceAddress& entry) {
                      return entry.name == alias.target ||
                             entry.name.starts_with(alias.target + ":");
                    }) ||
        std::any_of(plan_.aliases.begin(), plan_.aliases.end(),
                    [&](const InterfaceAlias& other) { return other.name == alias.target; });
    if (!defined) {
      Log(Severity::kWarning, base::StrCat("Interface alias '", alias.name, "' names '",
                                           alias.target, "', which does not exist"));
    }
  }
  for (auto entry = plan_.addresses.begin(); entry != plan_.addresses.end(); ++entry) {
    const auto first = std::find_if(
        plan_.addresses.begin(), entry,
        [&](const InterfaceAddress& other) { return other.address == entry->address; });
    if (first != entry &&
        (first->port_min != entry->port_min || first->port_max != entry->port_max)) {
      Log(Severity::kWarning,
          base::StrCat("Interface '", entry->name, "' uses the ports ", first->port_min, " to ",
                       first->port_max, " that interface '", first->name,
                       "' set for the same address ", entry->address.ToString()));
    }
  }
  return std::move(plan_);
}

}  // namespace

absl::StatusOr<InterfacePlan> ParseInterfaces(const InterfaceOptions& options,
                                              AddressSource& source,
                                              std::vector<ConfigurationMessage>* messages) {
  Parser parser(options, source, messages);
  for (const std::string& item : options.interfaces) {
    if (absl::Status status = parser.Item(item); !status.ok()) return status;
  }
  for (const InterfaceSection& section : options.sections) {
    if (absl::Status status = parser.Section(section); !status.ok()) return status;
  }
  InterfacePlan plan = parser.TakePlan();
  if (plan.addresses.empty()) {
    return absl::InvalidArgumentError("Cannot start without any configured interfaces");
  }
  return plan;
}

}  // namespace mediad::ports

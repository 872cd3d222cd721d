// Accepted and refused definitions, with the texts of the reference.
#include "mediad/ports/interface_config.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "proto/base/text.h"

namespace mediad::ports {
namespace {

using base::IpAddress;

class FakeSource final : public AddressSource {
 public:
  std::vector<IpAddress> DeviceAddresses(std::string_view device) override {
    return Get(devices, device);
  }
  std::vector<IpAddress> AllAddresses() override { return all; }
  std::vector<IpAddress> Resolve(std::string_view name, std::string* error) override {
    auto found = Get(names, name);
    if (found.empty()) *error = "Name or service not known";
    return found;
  }

  using Table = std::map<std::string, std::vector<IpAddress>, std::less<>>;
  static std::vector<IpAddress> Get(const Table& table, std::string_view key) {
    const auto found = table.find(key);
    return found == table.end() ? std::vector<IpAddress>() : found->second;
  }
  Table devices, names;
  std::vector<IpAddress> all;
};

IpAddress Ip(std::string_view text) { return *IpAddress::Parse(text); }

class InterfaceConfig : public testing::Test {
 protected:
  absl::StatusOr<InterfacePlan> Parse(std::vector<std::string> items,
                                      std::vector<InterfaceSection> sections = {}) {
    InterfaceOptions options;
    options.interfaces = std::move(items);
    options.sections = std::move(sections);
    options.excluded_ports = {2223};
    messages.clear();
    return ParseInterfaces(options, source, &messages);
  }
  std::string Error(std::vector<std::string> items, std::vector<InterfaceSection> sections = {}) {
    const auto plan = Parse(std::move(items), std::move(sections));
    return plan.ok() ? "accepted" : std::string(base::Message(plan.status()));
  }
  // "name address advertised" of every address.
  static std::vector<std::string> Lines(const absl::StatusOr<InterfacePlan>& plan) {
    if (!plan.ok()) return {std::string(base::Message(plan.status()))};
    std::vector<std::string> lines;
    for (const InterfaceAddress& entry : plan->addresses) {
      lines.push_back(entry.name + " " + entry.address.ToString() + " " +
                      entry.advertised.ToString());
    }
    return lines;
  }
  using List = std::vector<std::string>;

  FakeSource source;
  std::vector<ConfigurationMessage> messages;
};

TEST_F(InterfaceConfig, Items) {
  EXPECT_EQ(Lines(Parse({"203.0.113.1"})), List({"default 203.0.113.1 203.0.113.1"}));
  EXPECT_EQ(Lines(Parse({"pub/203.0.113.1!198.51.100.9", "pub/2001:db8::1", "priv/10.0.0.1"})),
            List({"pub 203.0.113.1 198.51.100.9", "pub 2001:db8::1 2001:db8::1",
                  "priv 10.0.0.1 10.0.0.1"}));
  EXPECT_EQ(Lines(Parse({"/203.0.113.1"})), List({" 203.0.113.1 203.0.113.1"}));
  EXPECT_EQ(Lines(Parse({"foo:/203.0.113.1"})), List({"foo: 203.0.113.1 203.0.113.1"}));
  EXPECT_EQ(Lines(Parse({"203.0.113.1", "203.0.113.1"})),
            List({"default 203.0.113.1 203.0.113.1"}));
  EXPECT_EQ(Lines(Parse({"a/203.0.113.1", "b/203.0.113.1!198.51.100.1"})),
            List({"a 203.0.113.1 203.0.113.1", "b 203.0.113.1 198.51.100.1"}));
}

TEST_F(InterfaceConfig, GlobalPortsAndExclusions) {
  const auto plan = Parse({"203.0.113.1"});
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(plan->addresses[0].port_min, 30000);
  EXPECT_EQ(plan->addresses[0].port_max, 39999);
  EXPECT_EQ(plan->addresses[0].excluded_ports, std::vector<uint16_t>({2223}));
}

TEST_F(InterfaceConfig, Aliases) {
  const auto plan = Parse({"a/203.0.113.1", "b=a"});
  ASSERT_TRUE(plan.ok());
  ASSERT_EQ(plan->aliases.size(), 1u);
  EXPECT_EQ(plan->aliases[0].name, "b");
  EXPECT_EQ(plan->aliases[0].target, "a");
  EXPECT_TRUE(messages.empty());
  EXPECT_TRUE(Parse({"a/203.0.113.1", "b=nowhere"}).ok());
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_EQ(messages[0].severity, base::log::Severity::kWarning);
}

TEST_F(InterfaceConfig, DevicesAnyAndNames) {
  source.devices["eth0"] = {Ip("203.0.113.1"), Ip("2001:db8::1")};
  source.all = {Ip("203.0.113.7")};
  source.names["media.example"] = {Ip("203.0.113.3"), Ip("203.0.113.4")};
  EXPECT_EQ(Lines(Parse({"x/eth0"})),
            List({"x 203.0.113.1 203.0.113.1", "x 2001:db8::1 2001:db8::1"}));
  EXPECT_EQ(Lines(Parse({"any"})), List({"default 203.0.113.7 203.0.113.7"}));
  EXPECT_EQ(Lines(Parse({"media.example"})),
            List({"default 203.0.113.3 203.0.113.3", "default 203.0.113.4 203.0.113.4"}));
}

TEST_F(InterfaceConfig, AnyIsLoopbackOnAHostThatHasNothingElse) {
  source.devices["lo"] = {Ip("127.0.0.1")};
  EXPECT_EQ(Lines(Parse({"any"})), List({"default 127.0.0.1 127.0.0.1"}));
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_EQ(messages[0].text, "No address but loopback: media stays on this host");
  messages.clear();
  source.all = {Ip("203.0.113.7")};
  EXPECT_EQ(Lines(Parse({"any"})), List({"default 203.0.113.7 203.0.113.7"}));
  EXPECT_TRUE(messages.empty());
}

TEST_F(InterfaceConfig, AdvertisedNamePrefersTheFamily) {
  source.names["pub.example"] = {Ip("198.51.100.1"), Ip("2001:db8::99")};
  EXPECT_EQ(Lines(Parse({"203.0.113.1!pub.example", "2001:db8::1!pub.example"})),
            List({"default 203.0.113.1 198.51.100.1", "default 2001:db8::1 2001:db8::99"}));
}

TEST_F(InterfaceConfig, RefusedItems) {
  const std::pair<const char*, const char*> cases[] = {{"0.0.0.0", "0.0.0.0"},
                                                       {"::", "::"},
                                                       {"not-an-address", "not-an-address"},
                                                       {"300.1.1.1", "300.1.1.1"},
                                                       {"", ""},
                                                       {"foo/", "foo"},
                                                       {"203.0.113.1!", "203.0.113.1"},
                                                       {"203.0.113.1!bogus..name", "203.0.113.1"},
                                                       {"203.0.113.1!0.0.0.0", "203.0.113.1"},
                                                       {"a/203.0.113.1;b/203.0.113.2", "a"},
                                                       {"any", "any"}};
  for (const auto& [item, named] : cases) {
    EXPECT_EQ(Error({item}), "Invalid interface specification: '" + std::string(named) + "'")
        << item;
  }
}

TEST_F(InterfaceConfig, ReasonsAreLogged) {
  Error({"foo/"});
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_EQ(messages[0].severity, base::log::Severity::kError);
  EXPECT_EQ(messages[0].text, "Failed to resolve '' as a DNS host name: Name or service not known");
  Error({"203.0.113.1!bogus..name"});
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_EQ(messages[0].severity, base::log::Severity::kWarning);
  EXPECT_EQ(messages[0].text, "DNS lookup for 'bogus..name' failed");
}

TEST_F(InterfaceConfig, NothingConfigured) {
  EXPECT_EQ(Error({}), "Cannot start without any configured interfaces");
  EXPECT_EQ(Error({"a=b"}), "Cannot start without any configured interfaces");
}

TEST_F(InterfaceConfig, Sections) {
  const auto plan = Parse(
      {"z/203.0.113.7"},
      {{"one", {{"name", "real"}, {"address", "203.0.113.1"}}},
       {"two",
        {{"name", "real"}, {"address", "203.0.113.2"}, {"advertised-address", "198.51.100.2"}}},
       {"three",
        {{"address", "203.0.113.3"}, {"advertised address", "198.51.100.3"}, {"colour", "red"}}},
       {"four", {{"address", "203.0.113.4"}, {"advertised_address", "198.51.100.4"}}},
       {"five", {{"address", "203.0.113.5"}, {"advertised", "198.51.100.5"}}},
       {"g:1",
        {{"address", "203.0.113.6"},
         {"port-min", "32000"},
         {"port-max", "32009"},
         {"exclude-ports", "32004 ; 32005"}}},
       {"other", {{"alias", "real"}}}});
  EXPECT_EQ(Lines(plan), List({"z 203.0.113.7 203.0.113.7", "real 203.0.113.1 203.0.113.1",
                               "real 203.0.113.2 198.51.100.2", "three 203.0.113.3 198.51.100.3",
                               "four 203.0.113.4 198.51.100.4", "five 203.0.113.5 198.51.100.5",
                               "g:1 203.0.113.6 203.0.113.6"}));
  ASSERT_TRUE(plan.ok());
  const InterfaceAddress& last = plan->addresses.back();
  EXPECT_EQ(last.port_min, 32000);
  EXPECT_EQ(last.port_max, 32009);
  EXPECT_EQ(last.excluded_ports, std::vector<uint16_t>({2223, 32004, 32005}));
  ASSERT_EQ(plan->aliases.size(), 1u);
  EXPECT_EQ(plan->aliases[0].name, "other");
}

TEST_F(InterfaceConfig, RefusedSections) {
  const auto with = [](std::vector<std::pair<std::string, std::string>> keys) {
    keys.emplace_back("address", "203.0.113.1");
    return std::vector<InterfaceSection>{{"a", keys}};
  };
  EXPECT_EQ(Error({}, {{"a", {}}}), "No 'address' given in interface config section 'a'");
  EXPECT_EQ(Error({}, {{"a", {{"address", "203.0.113.1!198.51.100.1"}}}}),
            "Failed to parse interface information 'a' from config file");
  EXPECT_EQ(Error({}, {{"a", {{"address", "203.0.113.1;203.0.113.2"}}}}),
            "Failed to parse interface information 'a' from config file");
  EXPECT_EQ(Error({}, with({{"port-min", "40000"}, {"port-max", "30000"}})),
            "Invalid RTP port range for iface 'a': port min (40000) must not be greater than port "
            "max (30000)");
  EXPECT_EQ(Error({}, with({{"port-min", "abc"}})), "Invalid 'port-min' for interface 'a': 'abc'");
  EXPECT_EQ(Error({}, with({{"port-min", "70000"}})),
            "Invalid 'port-min' for interface 'a': '70000'");
  EXPECT_EQ(Error({}, with({{"port-max", "0"}})), "Invalid 'port-max' for interface 'a': '0'");
  EXPECT_EQ(Error({}, with({{"exclude-ports", "x"}})), "Invalid port in 'exclude-ports': 'x'");
}

TEST_F(InterfaceConfig, DifferingRangesOfOneAddressAreReported) {
  ASSERT_TRUE(
      Parse({"203.0.113.1"}, {{"a", {{"address", "203.0.113.1"}, {"port-min", "32000"}}}}).ok());
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_EQ(messages[0].severity, base::log::Severity::kWarning);
}

}  // namespace
}  // namespace mediad::ports

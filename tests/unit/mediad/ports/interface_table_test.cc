#include "mediad/ports/interface_table.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/unit/mediad/ports/fake_random.h"

namespace mediad::ports {
namespace {

using base::Family;
using base::IpAddress;

IpAddress Ip(std::string_view text) { return *IpAddress::Parse(text); }

InterfaceAddress Address(std::string name, std::string_view address, uint16_t min = 30000,
                         uint16_t max = 30009) {
  return {std::move(name), Ip(address), Ip(address), min, max, {}};
}

PortRequest Want(std::string_view interface, unsigned count = 2, Family family = Family::kIpv4) {
  PortRequest request;
  request.interface = interface;
  request.count = count;
  request.family = family;
  return request;
}

int Always(const IpAddress&, uint16_t, unsigned) { return 0; }

class Interfaces : public testing::Test {
 protected:
  void Make(InterfacePlan plan, InterfaceTable::Options options = {}) {
    table = std::make_unique<InterfaceTable>(plan, options, random);
  }
  PortAllocation Get(const PortRequest& request) {
    AllocationResult result = table->Allocate(request, Always);
    const PortAllocation* got = std::get_if<PortAllocation>(&result);
    EXPECT_NE(got, nullptr) << std::get_if<AllocationFailure>(&result)->text;
    return got == nullptr ? PortAllocation{} : *got;
  }
  AllocationFailure Fail(const PortRequest& request, BindPorts bind = Always) {
    AllocationResult result = table->Allocate(request, bind);
    const AllocationFailure* failure = std::get_if<AllocationFailure>(&result);
    EXPECT_NE(failure, nullptr);
    return failure == nullptr ? AllocationFailure{} : *failure;
  }

  test::FakeRandom random;
  std::unique_ptr<InterfaceTable> table;
};

TEST_F(Interfaces, FirstAddressOfTheFamily) {
  Make({{Address("pub", "203.0.113.1"), Address("pub", "203.0.113.2"),
         Address("pub", "2001:db8::1"), Address("priv", "10.0.0.1")},
        {}});
  EXPECT_EQ(Get(Want("")).address, Ip("203.0.113.1"));
  EXPECT_EQ(Get(Want("")).interface, "pub");
  EXPECT_EQ(Get(Want("pub", 2, Family::kIpv6)).address, Ip("2001:db8::1"));
  EXPECT_EQ(Get(Want("priv")).address, Ip("10.0.0.1"));
  PortRequest second = Want("pub");
  second.address = Ip("203.0.113.2");
  EXPECT_EQ(Get(second).address, Ip("203.0.113.2"));
  EXPECT_EQ(table->default_interface(), "pub");
}

TEST_F(Interfaces, TypedErrors) {
  Make({{Address("pub", "203.0.113.1")}, {}});
  EXPECT_EQ(Fail(Want("nowhere")).error, AllocationError::kUnknownInterface);
  EXPECT_EQ(Fail(Want("pub", 2, Family::kIpv6)).error, AllocationError::kNoAddress);
  PortRequest foreign = Want("pub");
  foreign.address = Ip("203.0.113.9");
  EXPECT_EQ(Fail(foreign).error, AllocationError::kNoAddress);
  EXPECT_EQ(Fail(Want("pub", 0)).error, AllocationError::kInvalid);
  EXPECT_EQ(Fail(Want("pub", 33)).error, AllocationError::kInvalid);
  PortRequest high = Want("pub");
  high.port = 65535;
  EXPECT_EQ(Fail(high).error, AllocationError::kInvalid);
}

TEST_F(Interfaces, Exhausted) {
  Make({{Address("pub", "203.0.113.1")}, {}});
  for (int i = 0; i < 5; ++i) Get(Want("pub"));
  const AllocationFailure failure = Fail(Want("pub"));
  EXPECT_EQ(failure.error, AllocationError::kExhausted);
  EXPECT_EQ(failure.address, Ip("203.0.113.1"));
  EXPECT_EQ(failure.text,
            "Failed to get 2 consecutive ports on interface 203.0.113.1 for media relay (last "
            "error: Ran out of "
            "ports)");
  rtpengine::v1::Error error;
  ToProto(failure, &error);
  EXPECT_EQ(error.code(), rtpengine::v1::Error::PORTS_EXHAUSTED);
  EXPECT_EQ(error.address(), Ip("203.0.113.1").ToBytes());
}

TEST_F(Interfaces, ReleaseMakesRoom) {
  Make({{Address("pub", "203.0.113.1", 30000, 30001)}, {}});
  const PortAllocation got = Get(Want("pub"));
  table->Release(got.address, got.port, 1);
  EXPECT_EQ(Fail(Want("pub")).error, AllocationError::kExhausted);
  table->Release(got.address, static_cast<uint16_t>(got.port + 1), 1);
  EXPECT_EQ(Get(Want("pub")).port, got.port);
  table->Release(Ip("192.0.2.1"), 30000, 2);  // not ours: nothing happens
}

TEST_F(Interfaces, BindFailuresTryTheNextPort) {
  Make({{Address("pub", "203.0.113.1")}, {}});
  int tries = 0;
  std::set<uint16_t> tried;
  AllocationResult result =
      table->Allocate(Want("pub"), [&](const IpAddress&, uint16_t port, unsigned count) {
        EXPECT_EQ(count, 2u);
        tried.insert(port);
        return ++tries < 4 ? EADDRINUSE : 0;
      });
  ASSERT_TRUE(std::holds_alternative<PortAllocation>(result));
  EXPECT_EQ(tried.size(), 4u);
}

TEST_F(Interfaces, BindFailsEverywhere) {
  Make({{Address("pub", "203.0.113.1")}, {}});
  int tries = 0;
  const AllocationFailure failure = Fail(Want("pub"), [&](const IpAddress&, uint16_t, unsigned) {
    ++tries;
    return EADDRINUSE;
  });
  EXPECT_EQ(tries, 10);  // as many as there are free ports
  EXPECT_EQ(failure.error, AllocationError::kBindFailed);
  EXPECT_EQ(failure.errno_value, EADDRINUSE);
  rtpengine::v1::Error error;
  ToProto(failure, &error);
  EXPECT_EQ(error.code(), rtpengine::v1::Error::BIND_FAILED);
  EXPECT_EQ(error.errno_value(), EADDRINUSE);
  EXPECT_NE(error.text().find("Address already in use"), std::string::npos);
  Get(Want("pub"));  // nothing leaked
}

TEST_F(Interfaces, ErrorsThatDoNotDependOnThePortEndTheSearch) {
  Make({{Address("pub", "203.0.113.1")}, {}});
  int tries = 0;
  const AllocationFailure failure = Fail(Want("pub"), [&](const IpAddress&, uint16_t, unsigned) {
    ++tries;
    return EADDRNOTAVAIL;
  });
  EXPECT_EQ(tries, 1);
  EXPECT_EQ(failure.errno_value, EADDRNOTAVAIL);
}

TEST_F(Interfaces, PinnedPorts) {
  Make({{Address("pub", "203.0.113.1")}, {}});
  PortRequest pinned = Want("pub");
  pinned.port = 30004;
  EXPECT_EQ(Get(pinned).port, 30004);
  const AllocationFailure taken = Fail(pinned);
  EXPECT_EQ(taken.error, AllocationError::kBindFailed);
  EXPECT_EQ(taken.errno_value, EADDRINUSE);
  EXPECT_EQ(taken.port, 30004);
  pinned.port = 30006;
  EXPECT_EQ(Fail(pinned, [](const IpAddress&, uint16_t, unsigned) { return EACCES; }).errno_value,
            EACCES);
  EXPECT_EQ(Get(pinned).port, 30006);
  pinned.port = 50000;  // from before a change of the range
  EXPECT_EQ(Get(pinned).port, 50000);
}

TEST_F(Interfaces, OnePoolPerAddressNotPerName) {
  Make(
      {{Address("a", "203.0.113.1", 30000, 30001), Address("b", "203.0.113.1", 40000, 49999)}, {}});
  Get(Want("a"));
  EXPECT_EQ(Fail(Want("b")).error, AllocationError::kExhausted);
}

TEST_F(Interfaces, AliasesResolve) {
  Make({{Address("a", "203.0.113.1"), Address("g:1", "203.0.113.2")},
        {{"b", "a"}, {"c", "b"}, {"x", "y"}, {"y", "x"}, {"h", "g"}, {"a", "g"}}});
  EXPECT_EQ(Get(Want("b")).interface, "a");
  EXPECT_EQ(Get(Want("c")).interface, "a");
  EXPECT_EQ(Get(Want("h")).interface, "g:1");
  EXPECT_EQ(Get(Want("a")).interface, "a");
  EXPECT_TRUE(table->Knows("c"));
  EXPECT_TRUE(table->Knows("g"));
  EXPECT_FALSE(table->Knows("x"));
  EXPECT_EQ(Fail(Want("x")).error, AllocationError::kUnknownInterface);
}

TEST_F(Interfaces, RoundRobinRotatesAndSkipsFullMembers) {
  Make({{Address("pub:1", "203.0.113.1", 30000, 30001), Address("pub:2", "203.0.113.2"),
         Address("pub:3", "203.0.113.3"), Address("pub:3", "2001:db8::3", 30000, 30001)},
        {}});
  EXPECT_EQ(Get(Want("pub")).interface, "pub:1");
  EXPECT_EQ(Get(Want("pub")).interface, "pub:2");
  EXPECT_EQ(Get(Want("pub")).interface, "pub:3");
  EXPECT_EQ(Get(Want("pub")).interface, "pub:2");  // 1 is full
  EXPECT_EQ(Get(Want("pub:3", 2, Family::kIpv6)).interface, "pub:3");
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(Get(Want("pub")).interface, "pub:2");  // 3 has no IPv6 port left
  EXPECT_EQ(Fail(Want("pub")).error, AllocationError::kExhausted);
  EXPECT_EQ(Get(Want("pub:3")).interface, "pub:3");  // asked for by name it has IPv4 ports
}

TEST_F(Interfaces, AMemberInUseIsKept) {
  Make({{Address("pub:1", "203.0.113.1"), Address("pub:2", "203.0.113.2")}, {}});
  PortRequest request = Want("pub");
  request.member = "pub:2";
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Get(request).interface, "pub:2");
  request.member = "other:1";
  EXPECT_EQ(Get(request).interface, "pub:1");
}

TEST_F(Interfaces, AnAddressNamesTheMember) {
  Make({{Address("pub:1", "203.0.113.1"), Address("pub:2", "203.0.113.2")}, {}});
  PortRequest request = Want("pub");
  request.member = "pub:1";
  request.address = Ip("203.0.113.2");
  EXPECT_EQ(Get(request).interface, "pub:2");
  request.address = Ip("203.0.113.9");
  EXPECT_EQ(Fail(request).error, AllocationError::kNoAddress);
}

TEST_F(Interfaces, OnlyTheFirstAddressWhenSaving) {
  Make({{Address("pub", "203.0.113.1"), Address("pub", "203.0.113.2"),
         Address("pub", "2001:db8::1")},
        {}},
       {.first_address_only = true});
  PortRequest second = Want("pub");
  second.address = Ip("203.0.113.2");
  EXPECT_EQ(Fail(second).error, AllocationError::kNoAddress);
  google::protobuf::RepeatedPtrField<rtpengine::v1::Interface> described;
  table->Describe(&described);
  EXPECT_EQ(described.size(), 2);
}

TEST_F(Interfaces, Description) {
  InterfaceAddress first = Address("pub:1", "203.0.113.1");
  first.advertised = Ip("198.51.100.1");
  first.excluded_ports = {30000, 30001};
  Make({{first, Address("priv", "2001:db8::1")}, {{"alias", "pub"}, {"broken", "nowhere"}}});
  Get(Want("pub"));
  google::protobuf::RepeatedPtrField<rtpengine::v1::Interface> described;
  table->Describe(&described);
  ASSERT_EQ(described.size(), 3);
  EXPECT_EQ(described[0].name(), "pub:1");
  EXPECT_EQ(described[0].group(), "pub");
  EXPECT_EQ(described[0].address(), Ip("203.0.113.1").ToBytes());
  EXPECT_EQ(described[0].advertised(), Ip("198.51.100.1").ToBytes());
  EXPECT_EQ(described[0].port_min(), 30000u);
  EXPECT_EQ(described[0].port_max(), 30009u);
  EXPECT_EQ(described[0].ports_total(), 8u);
  EXPECT_EQ(described[0].ports_used(), 2u);
  EXPECT_EQ(described[1].group(), "");
  EXPECT_EQ(described[2].name(), "alias");
  EXPECT_EQ(described[2].alias_of(), "pub");
  EXPECT_EQ(described[2].address(), "");
  google::protobuf::RepeatedPtrField<rtpengine::v1::InterfaceLoad> load;
  table->DescribeLoad(&load);
  ASSERT_EQ(load.size(), 2);
  EXPECT_EQ(load[0].ports_used(), 2u);
  EXPECT_EQ(load[1].ports_total(), 10u);
}

}  // namespace
}  // namespace mediad::ports

// Addresses and endpoints as text, octets and socket addresses.
#include "proto/base/endpoint.h"

#include <gtest/gtest.h>
#include <netinet/in.h>

#include <string>

namespace base {
namespace {

TEST(IpAddressTest, TextFormsFollowRfc5952) {
  const struct { const char* in; const char* out; } kCases[] = {
      {"192.0.2.1", "192.0.2.1"},
      {"0.0.0.0", "0.0.0.0"},
      {"255.255.255.255", "255.255.255.255"},
      {"10.0.90.100", "10.0.90.100"},
      {"2001:DB8:0:0:0:0:0:1", "2001:db8::1"},
      {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
      {"::", "::"},
      {"::ffff:192.0.2.1", "::ffff:192.0.2.1"},
      {"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},
  };
  for (const auto& c : kCases) {
    const auto address = IpAddress::Parse(c.in);
    ASSERT_TRUE(address) << c.in;
    EXPECT_EQ(address->ToString(), c.out);
    EXPECT_EQ(IpAddress::Parse(address->ToString()), address);
    EXPECT_EQ(IpAddress::FromBytes(address->ToBytes()), address);
  }
}

TEST(IpAddressTest, RefusesEverythingElse) {
  for (const std::string text :
       {"", "localhost", "300.1.1.1", "1.2.3", "01.2.3.4x", "[::1]", "::1%lo", "1.2.3.4 ", ":::",
        "2001:db8::1::2", "1:2:3:4:5:6:7:8:9"}) {
    EXPECT_FALSE(IpAddress::Parse(text)) << text;
  }
  EXPECT_FALSE(IpAddress::Parse(std::string_view("192.0.2.1\0", 10)));
  EXPECT_FALSE(IpAddress::Parse(std::string(500, '1')));
  EXPECT_FALSE(IpAddress::Parse("192.0.2.1", Family::kIpv6));
  EXPECT_FALSE(IpAddress::Parse("::1", Family::kIpv4));
  EXPECT_FALSE(IpAddress::Parse("::1", Family::kNone));
  EXPECT_FALSE(IpAddress::FromBytes("12345"));
}

TEST(IpAddressTest, Kinds) {
  EXPECT_TRUE(IpAddress::Parse("0.0.0.0")->unspecified());
  EXPECT_TRUE(IpAddress::Unspecified(Family::kIpv6).unspecified());
  EXPECT_FALSE(IpAddress().unspecified());
  EXPECT_TRUE(IpAddress::Parse("127.9.9.9")->loopback());
  EXPECT_TRUE(IpAddress::Parse("::1")->loopback());
  EXPECT_FALSE(IpAddress::Parse("::2")->loopback());
  EXPECT_FALSE(IpAddress::Parse("128.0.0.1")->loopback());
  EXPECT_TRUE(IpAddress::Parse("169.254.1.1")->link_local());
  EXPECT_TRUE(IpAddress::Parse("febf::1")->link_local());
  EXPECT_FALSE(IpAddress::Parse("fec0::1")->link_local());
  EXPECT_EQ(IpAddress().ToString(), "");
  EXPECT_EQ(IpAddress::V4({192, 0, 2, 7}), *IpAddress::Parse("192.0.2.7"));
}

TEST(EndpointTest, TextForms) {
  for (const char* text : {"192.0.2.1:4000", "[2001:db8::1]:4000", "0.0.0.0:0", "[::]:65535"}) {
    const auto endpoint = Endpoint::Parse(text);
    ASSERT_TRUE(endpoint) << text;
    EXPECT_EQ(endpoint->ToString(), text);
  }
  for (const char* text : {"192.0.2.1", "192.0.2.1:", ":4000", "192.0.2.1:65536", "::1:2223",
                           "[::1]", "[::1]4000", "[192.0.2.1]:4000", "192.0.2.1:+1", "[]:1",
                           "192.0.2.1:000001", "host:1"}) {
    EXPECT_FALSE(Endpoint::Parse(text)) << text;
  }
  EXPECT_FALSE(Endpoint::Parse("192.0.2.1:0")->valid());
}

TEST(EndpointTest, SocketAddressesRoundTrip) {
  for (const char* text : {"192.0.2.1:4000", "[2001:db8::1]:4001"}) {
    sockaddr_storage storage;
    const Endpoint endpoint = *Endpoint::Parse(text);
    const socklen_t length = endpoint.ToSockaddr(&storage);
    ASSERT_GT(length, 0u);
    const auto* address = reinterpret_cast<const sockaddr*>(&storage);
    EXPECT_EQ(Endpoint::FromSockaddr(address, length), endpoint);
    EXPECT_FALSE(Endpoint::FromSockaddr(address, length - 1));
  }
  sockaddr_storage storage;
  EXPECT_EQ(Endpoint().ToSockaddr(&storage), 0u);
  storage.ss_family = AF_UNIX;
  EXPECT_FALSE(Endpoint::FromSockaddr(reinterpret_cast<sockaddr*>(&storage), sizeof storage));
  EXPECT_FALSE(Endpoint::FromSockaddr(nullptr, 0));
}

TEST(EndpointTest, HashTellsPortFamilyAndAddressApart) {
  const EndpointHash hash;
  const size_t base = hash(*Endpoint::Parse("192.0.2.1:4000"));
  EXPECT_EQ(base, hash(*Endpoint::Parse("192.0.2.1:4000")));
  EXPECT_NE(base, hash(*Endpoint::Parse("192.0.2.1:4001")));
  EXPECT_NE(base, hash(*Endpoint::Parse("192.0.2.2:4000")));
  EXPECT_NE(hash(*Endpoint::Parse("0.0.0.0:1")), hash(*Endpoint::Parse("[::]:1")));
}

}  // namespace
}  // namespace base

// Whom we obey without listen-ng-allow.
#include "controld/start/near_networks.h"

#include <gtest/gtest.h>
#include <ifaddrs.h>

#include <algorithm>
#include <string_view>

#include "proto/base/endpoint.h"

namespace controld::start {
namespace {

// An interface with this address and mask, in front of `next`.
struct Interface {
  Interface(std::string_view address_text, std::string_view mask_text, ifaddrs* next) {
    base::Endpoint{*base::IpAddress::Parse(address_text), 0}.ToSockaddr(&address);
    base::Endpoint{*base::IpAddress::Parse(mask_text), 0}.ToSockaddr(&mask);
    entry.ifa_next = next;
    entry.ifa_addr = reinterpret_cast<sockaddr*>(&address);
    entry.ifa_netmask = reinterpret_cast<sockaddr*>(&mask);
  }
  sockaddr_storage address{}, mask{};
  ifaddrs entry{};
};

bool Near(const ifaddrs* interfaces, std::string_view peer) {
  const auto networks = NearNetworks(interfaces);
  return std::any_of(networks.begin(), networks.end(), [&](const listen::AddressPrefix& network) {
    return network.Contains(*base::IpAddress::Parse(peer));
  });
}

TEST(NearNetworksTest, ThisHostAndPrivateAddressesAreNear) {
  for (const char* peer : {"127.0.0.1", "127.9.9.9", "10.255.0.1", "172.16.0.1", "172.31.255.255",
                           "192.168.3.4", "169.254.1.1", "::1", "fe80::1", "fd77::1"}) {
    EXPECT_TRUE(Near(nullptr, peer)) << peer;
  }
  for (const char* peer : {"172.32.0.1", "11.0.0.1", "192.0.2.1", "203.0.113.9", "2001:db8::1"}) {
    EXPECT_FALSE(Near(nullptr, peer)) << peer;
  }
}

TEST(NearNetworksTest, AttachedNetworksAreNear) {
  Interface point("198.51.100.7", "0.0.0.0", nullptr);  // a mask that says nothing
  Interface six("2001:db8:1::5", "ffff:ffff:ffff:ffff::", &point.entry);
  Interface four("203.0.113.9", "255.255.255.128", &six.entry);
  ifaddrs packet{};  // AF_PACKET entries have no address of ours
  packet.ifa_next = &four.entry;
  for (const char* peer : {"203.0.113.1", "2001:db8:1::99", "198.51.100.7"}) {
    EXPECT_TRUE(Near(&packet, peer)) << peer;
  }
  for (const char* peer : {"203.0.113.129", "2001:db8:2::1", "198.51.100.8", "8.8.8.8"}) {
    EXPECT_FALSE(Near(&packet, peer)) << peer;
  }
}

}  // namespace
}  // namespace controld::start

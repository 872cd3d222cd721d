#include "controld/start/near_networks.h"

#include <ifaddrs.h>
#include <netinet/in.h>

#include <bit>
#include <memory>

#include "proto/base/endpoint.h"

namespace controld::start {
namespace {

using listen::AddressPrefix;

// RFC 1122 §3.2.1.3, RFC 1918, RFC 3927; RFC 4291 §2.4, RFC 4193. Nobody else can own these.
constexpr const char* kPrivate[] = {"127.0.0.0/8",    "10.0.0.0/8",     "172.16.0.0/12",
                                    "192.168.0.0/16", "169.254.0.0/16", "::1/128",
                                    "fe80::/10",      "fc00::/7"};

unsigned LengthOf(const sockaddr* mask, base::Family family) {
  const auto count = [](const uint8_t* octets, size_t size) {
    unsigned bits = 0;
    for (size_t i = 0; i < size; ++i) bits += static_cast<unsigned>(std::popcount(octets[i]));
    return bits;
  };
  // The family of a mask is not always set.
  if (family == base::Family::kIpv4) {
    return count(
        reinterpret_cast<const uint8_t*>(&reinterpret_cast<const sockaddr_in*>(mask)->sin_addr), 4);
  }
  return count(reinterpret_cast<const sockaddr_in6*>(mask)->sin6_addr.s6_addr, 16);
}

}  // namespace

std::vector<AddressPrefix> NearNetworks(const ifaddrs* interfaces) {
  std::vector<AddressPrefix> out;
  for (const char* prefix : kPrivate) out.push_back(*AddressPrefix::Parse(prefix));
  for (; interfaces != nullptr; interfaces = interfaces->ifa_next) {
    const sockaddr* const address = interfaces->ifa_addr;
    if (address == nullptr || interfaces->ifa_netmask == nullptr) continue;
    const bool ipv4 = address->sa_family == AF_INET;
    if (!ipv4 && address->sa_family != AF_INET6) continue;
    const auto endpoint =
        base::Endpoint::FromSockaddr(address, ipv4 ? sizeof(sockaddr_in) : sizeof(sockaddr_in6));
    if (!endpoint) continue;
    const unsigned bits = LengthOf(interfaces->ifa_netmask, endpoint->address.family());
    // An address without a network is one of this host all the same; never the whole world.
    out.push_back({endpoint->address, bits == 0 ? (ipv4 ? 32u : 128u) : bits});
  }
  return out;
}

std::vector<AddressPrefix> NearNetworks() {
  ifaddrs* interfaces = nullptr;
  if (getifaddrs(&interfaces) != 0) interfaces = nullptr;
  const std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> owner(interfaces, [](ifaddrs* list) {
    if (list != nullptr) freeifaddrs(list);
  });
  return NearNetworks(interfaces);
}

}  // namespace controld::start

// See system_addresses.h.
#include "mediad/start/system_addresses.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>

#include <algorithm>
#include <optional>

namespace mediad::start {
namespace {

// Length of the address structure of a family; 0 for families that carry no media.
socklen_t SockaddrLength(int family) {
  if (family == AF_INET) return sizeof(sockaddr_in);
  if (family == AF_INET6) return sizeof(sockaddr_in6);
  return 0;
}

void AppendUnique(const sockaddr* address, std::vector<base::IpAddress>* out) {
  const auto endpoint = base::Endpoint::FromSockaddr(address, SockaddrLength(address->sa_family));
  if (!endpoint || endpoint->address.link_local()) return;
  if (std::find(out->begin(), out->end(), endpoint->address) == out->end()) {
    out->push_back(endpoint->address);
  }
}

template <typename Wanted>
std::vector<base::IpAddress> AddressesOf(Wanted wanted) {
  std::vector<base::IpAddress> addresses;
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) return addresses;
  for (const ifaddrs* entry = list; entry != nullptr; entry = entry->ifa_next) {
    if (entry->ifa_addr == nullptr || SockaddrLength(entry->ifa_addr->sa_family) == 0) continue;
    if ((entry->ifa_flags & IFF_UP) != 0 && wanted(*entry))
      AppendUnique(entry->ifa_addr, &addresses);
  }
  freeifaddrs(list);
  return addresses;
}

}  // namespace

std::vector<base::IpAddress> SystemAddresses::DeviceAddresses(std::string_view device) {
  return AddressesOf([device](const ifaddrs& entry) { return device == entry.ifa_name; });
}

std::vector<base::IpAddress> SystemAddresses::AllAddresses() {
  return AddressesOf([](const ifaddrs& entry) { return (entry.ifa_flags & IFF_LOOPBACK) == 0; });
}

std::vector<base::IpAddress> SystemAddresses::Resolve(std::string_view name, std::string* error) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_DGRAM;
  addrinfo* list = nullptr;
  if (const int failure = getaddrinfo(std::string(name).c_str(), nullptr, &hints, &list);
      failure != 0) {
    *error = gai_strerror(failure);
    return {};
  }
  std::vector<base::IpAddress> addresses;
  for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
    if (SockaddrLength(entry->ai_family) != 0) AppendUnique(entry->ai_addr, &addresses);
  }
  freeaddrinfo(list);
  if (addresses.empty()) *error = "no usable address";
  return addresses;
}

}  // namespace mediad::start

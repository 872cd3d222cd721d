// Numbers of nf_tables that both directions need: families, types of set keys, and how a port is a key.
//
// Key types are nft's own, which the kernel only keeps (nftables, datatype.h): a concatenation has six bits for each
// part. Without them nft could not print a set. Pure. Any thread.
#pragma once

#include <linux/netfilter.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "mediad/nft/ruleset.h"
#include "proto/base/endpoint.h"

namespace mediad::nft {

inline constexpr uint32_t kTypeIpv4Address = 7;
inline constexpr uint32_t kTypeIpv6Address = 8;
inline constexpr uint32_t kTypeInetService = 13;
inline constexpr uint32_t kKeyTypeV4 = kTypeIpv4Address << 6 | kTypeInetService;
inline constexpr uint32_t kKeyTypeV6 = kTypeIpv6Address << 6 | kTypeInetService;
// Each part of a key takes a multiple of 4 octets.
inline constexpr uint32_t kKeyLengthV4 = 8;
inline constexpr uint32_t kKeyLengthV6 = 20;

inline std::optional<Family> FamilyOf(uint32_t number) {
  switch (number) {
    case NFPROTO_INET: return Family::kInet;
    case NFPROTO_IPV4: return Family::kIp;
    case NFPROTO_IPV6: return Family::kIp6;
    default: return std::nullopt;  // arp, bridge, netdev
  }
}

inline uint16_t NumberOf(Family family) {
  switch (family) {
    case Family::kInet: return NFPROTO_INET;
    case Family::kIp: return NFPROTO_IPV4;
    case Family::kIp6: return NFPROTO_IPV6;
  }
  return NFPROTO_UNSPEC;
}

inline std::vector<uint8_t> KeyOf(const base::Endpoint& port) {
  std::vector<uint8_t> key(port.address.size() + 4);
  std::copy_n(port.address.data(), port.address.size(), key.begin());
  key[port.address.size()] = static_cast<uint8_t>(port.port >> 8);
  key[port.address.size() + 1] = static_cast<uint8_t>(port.port);
  return key;
}

inline std::optional<base::Endpoint> PortOfKey(std::span<const uint8_t> key, base::Family media) {
  const size_t octets = media == base::Family::kIpv6 ? 16 : 4;
  if (key.size() < octets + 2) return std::nullopt;
  const auto address = base::IpAddress::FromBytes(
      std::string_view(reinterpret_cast<const char*>(key.data()), octets));
  if (!address) return std::nullopt;
  return base::Endpoint{*address, static_cast<uint16_t>(key[octets] << 8 | key[octets + 1])};
}

}  // namespace mediad::nft

// IP addresses and UDP endpoints as values: see endpoint.h. No state, any thread.
#include "proto/base/endpoint.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace base {
namespace {

// inet_pton wants a terminated string; longer text cannot be an address.
constexpr size_t kLongestText = INET6_ADDRSTRLEN;

bool Terminated(std::string_view text, char (&buffer)[kLongestText]) {
  if (text.empty() || text.size() >= kLongestText) return false;
  if (text.find('\0') != std::string_view::npos) return false;
  std::memcpy(buffer, text.data(), text.size());
  buffer[text.size()] = '\0';
  return true;
}

std::optional<uint16_t> ParsePort(std::string_view text) {
  uint16_t port = 0;
  if (text.empty() || text.size() > 5) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return port;
}

}  // namespace

IpAddress IpAddress::V4(const uint8_t (&octets)[4]) {
  IpAddress address;
  address.family_ = Family::kIpv4;
  std::copy(std::begin(octets), std::end(octets), address.octets_.begin());
  return address;
}

std::optional<IpAddress> IpAddress::FromBytes(std::string_view octets) {
  IpAddress address;
  if (octets.size() == 4) {
    address.family_ = Family::kIpv4;
  } else if (octets.size() == 16) {
    address.family_ = Family::kIpv6;
  } else {
    return std::nullopt;
  }
  std::memcpy(address.octets_.data(), octets.data(), octets.size());
  return address;
}

std::optional<IpAddress> IpAddress::Parse(std::string_view text) {
  const bool colon = text.find(':') != std::string_view::npos;
  return Parse(text, colon ? Family::kIpv6 : Family::kIpv4);
}

std::optional<IpAddress> IpAddress::Parse(std::string_view text, Family family) {
  char buffer[kLongestText];
  if (family == Family::kNone || !Terminated(text, buffer)) return std::nullopt;
  IpAddress address;
  address.family_ = family;
  const int af = family == Family::kIpv4 ? AF_INET : AF_INET6;
  if (inet_pton(af, buffer, address.octets_.data()) != 1) return std::nullopt;
  return address;
}

IpAddress IpAddress::Unspecified(Family family) {
  IpAddress address;
  address.family_ = family;
  return address;
}

bool IpAddress::unspecified() const {
  return valid() && std::all_of(octets_.begin(), octets_.end(), [](uint8_t o) { return o == 0; });
}

bool IpAddress::loopback() const {
  if (family_ == Family::kIpv4) return octets_[0] == 127;
  if (family_ != Family::kIpv6) return false;
  return octets_[15] == 1 &&
         std::all_of(octets_.begin(), octets_.end() - 1, [](uint8_t o) { return o == 0; });
}

bool IpAddress::link_local() const {
  if (family_ == Family::kIpv4) return octets_[0] == 169 && octets_[1] == 254;
  if (family_ == Family::kIpv6) return octets_[0] == 0xfe && (octets_[1] & 0xc0) == 0x80;
  return false;
}

std::string IpAddress::ToString() const {
  if (!valid()) return {};
  char buffer[kLongestText];
  if (family_ == Family::kIpv6) return inet_ntop(AF_INET6, octets_.data(), buffer, sizeof buffer);
  // inet_ntop would go through printf; replies are full of these.
  char* at = buffer;
  for (size_t i = 0; i < 4; ++i) {
    if (i > 0) *at++ = '.';
    at = std::to_chars(at, buffer + sizeof buffer, octets_[i]).ptr;
  }
  return std::string(buffer, at);
}

std::string IpAddress::ToBytes() const {
  return std::string(reinterpret_cast<const char*>(octets_.data()), size());
}

std::string Endpoint::ToString() const {
  if (!address.valid()) return {};
  const std::string number = std::to_string(port);
  if (address.family() == Family::kIpv6) return "[" + address.ToString() + "]:" + number;
  return address.ToString() + ":" + number;
}

std::optional<Endpoint> Endpoint::Parse(std::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  Family family = Family::kIpv4;
  if (!host.empty() && host.front() == '[') {
    if (host.size() < 2 || host.back() != ']') return std::nullopt;
    host = host.substr(1, host.size() - 2);
    family = Family::kIpv6;
  }
  const auto address = IpAddress::Parse(host, family);
  const auto port = ParsePort(text.substr(colon + 1));
  if (!address || !port) return std::nullopt;
  return Endpoint{*address, *port};
}

std::optional<Endpoint> Endpoint::FromSockaddr(const sockaddr* address, socklen_t length) {
  if (address == nullptr || length < sizeof(sa_family_t)) return std::nullopt;
  std::string_view octets;
  uint16_t port = 0;
  if (address->sa_family == AF_INET && length >= sizeof(sockaddr_in)) {
    const auto* in = reinterpret_cast<const sockaddr_in*>(address);
    octets = {reinterpret_cast<const char*>(&in->sin_addr), sizeof in->sin_addr};
    port = ntohs(in->sin_port);
  } else if (address->sa_family == AF_INET6 && length >= sizeof(sockaddr_in6)) {
    const auto* in6 = reinterpret_cast<const sockaddr_in6*>(address);
    octets = {reinterpret_cast<const char*>(&in6->sin6_addr), sizeof in6->sin6_addr};
    port = ntohs(in6->sin6_port);
  } else {
    return std::nullopt;
  }
  return Endpoint{*IpAddress::FromBytes(octets), port};
}

socklen_t Endpoint::ToSockaddr(sockaddr_storage* storage) const {
  if (address.family() == Family::kIpv4) {
    auto* in = reinterpret_cast<sockaddr_in*>(storage);
    std::memset(in, 0, sizeof *in);
    in->sin_family = AF_INET;
    in->sin_port = htons(port);
    std::memcpy(&in->sin_addr, address.data(), 4);
    return sizeof *in;
  }
  if (address.family() == Family::kIpv6) {
    auto* in6 = reinterpret_cast<sockaddr_in6*>(storage);
    std::memset(in6, 0, sizeof *in6);
    in6->sin6_family = AF_INET6;
    in6->sin6_port = htons(port);
    std::memcpy(&in6->sin6_addr, address.data(), 16);
    return sizeof *in6;
  }
  return 0;
}

size_t EndpointHash::operator()(const Endpoint& endpoint) const {
  uint64_t words[2];
  std::memcpy(words, endpoint.address.data(), sizeof words);  // unused octets are 0
  // Multiply and fold, once per word: the avalanche of a multiplicative hash is enough for a table.
  const auto mix = [](uint64_t value) {
    value *= 0x9e3779b97f4a7c15u;
    return value ^ (value >> 32);
  };
  const auto family = static_cast<uint64_t>(endpoint.address.family());
  uint64_t hash = mix(words[0] ^ (family << 56));
  hash = mix(hash ^ words[1]);
  return static_cast<size_t>(mix(hash ^ endpoint.port));
}

}  // namespace base

// IP addresses and UDP endpoints as values.
//
// Addresses are literal: nothing here resolves names. Text forms follow RFC 5952 (IPv6 compressed,
// lower case); parsing takes every textual form of inet_pton(3).
#pragma once

#include <sys/socket.h>

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace base {

enum class Family : uint8_t { kNone = 0, kIpv4 = 4, kIpv6 = 6 };

class IpAddress {
 public:
  IpAddress() = default;
  static IpAddress V4(const uint8_t (&octets)[4]);
  // 4 or 16 octets; anything else is nullopt.
  static std::optional<IpAddress> FromBytes(std::string_view octets);
  static std::optional<IpAddress> Parse(std::string_view text);
  static std::optional<IpAddress> Parse(std::string_view text, Family family);
  static IpAddress Unspecified(Family family);

  Family family() const { return family_; }
  bool valid() const { return family_ != Family::kNone; }
  bool unspecified() const;  // 0.0.0.0 or ::
  bool loopback() const;
  bool link_local() const;
  std::string ToString() const;
  // 4 or 16 octets, network byte order; empty when invalid.
  std::string ToBytes() const;
  const uint8_t* data() const { return octets_.data(); }
  size_t size() const { return family_ == Family::kIpv6 ? 16 : family_ == Family::kIpv4 ? 4 : 0; }

  auto operator<=>(const IpAddress&) const = default;

 private:
  Family family_ = Family::kNone;
  std::array<uint8_t, 16> octets_{};  // unused octets stay 0, so that == is exact
};

struct Endpoint {
  IpAddress address;
  uint16_t port = 0;

  bool valid() const { return address.valid() && port != 0; }
  // "192.0.2.1:4000", "[2001:db8::1]:4000".
  std::string ToString() const;
  static std::optional<Endpoint> Parse(std::string_view text);
  static std::optional<Endpoint> FromSockaddr(const sockaddr* address, socklen_t length);
  // Fills `storage`, returns its length.
  socklen_t ToSockaddr(sockaddr_storage* storage) const;

  auto operator<=>(const Endpoint&) const = default;
};

// For hash tables; not keyed, so only for addresses we chose ourselves or bounded tables.
struct EndpointHash {
  size_t operator()(const Endpoint& endpoint) const;
};

}  // namespace base

#include "controld/listen/listen_address.h"

#include <netdb.h>

#include <algorithm>
#include <memory>
#include <string>

#include "absl/strings/numbers.h"
#include "proto/base/text.h"

namespace controld::listen {
namespace {

bool ParsePort(std::string_view text, uint16_t* port) {
  uint32_t value = 0;
  if (text.empty() || text.size() > 5 || text.find_first_not_of("0123456789") != text.npos ||
      !absl::SimpleAtoi(base::ToAbsl(text), &value) || value > 65535) {
    return false;
  }
  *port = static_cast<uint16_t>(value);
  return true;
}

std::vector<base::Endpoint> Resolve(const std::string& host, uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_DGRAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), nullptr, &hints, &found) != 0) return {};
  std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, freeaddrinfo);
  std::vector<base::Endpoint> out;
  for (; found != nullptr; found = found->ai_next) {
    auto endpoint = base::Endpoint::FromSockaddr(found->ai_addr, found->ai_addrlen);
    if (!endpoint) continue;
    endpoint->port = port;
    out.push_back(*endpoint);
  }
  return out;
}

}  // namespace

absl::StatusOr<std::vector<base::Endpoint>> ParseListenAddress(std::string_view text,
                                                               std::string_view option,
                                                               BarePort bare) {
  const absl::Status invalid =
      absl::InvalidArgumentError(base::StrCat("Invalid IP or port '", text, "' ('", option, "')"));
  uint16_t port = 0;
  if (ParsePort(text, &port) && bare == BarePort::kLoopback) {
    return std::vector<base::Endpoint>{{*base::IpAddress::Parse("127.0.0.1"), port},
                                       {*base::IpAddress::Parse("::1"), port}};
  }
  if (ParsePort(text, &port)) {
    return std::vector<base::Endpoint>{{base::IpAddress::Unspecified(base::Family::kIpv4), port},
                                       {base::IpAddress::Unspecified(base::Family::kIpv6), port}};
  }
  const size_t colon = text.rfind(':');
  if (colon == text.npos || !ParsePort(text.substr(colon + 1), &port)) return invalid;
  std::string_view host = text.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != host.npos) {
    return invalid;  // an IPv6 address wants brackets: its last group could be the port
  }
  if (auto address = base::IpAddress::Parse(host)) {
    return std::vector<base::Endpoint>{{*address, port}};
  }
  if (host.empty()) return invalid;
  auto endpoints = Resolve(std::string(host), port);
  if (endpoints.empty()) return invalid;
  return endpoints;
}

absl::StatusOr<std::vector<base::Endpoint>> ParseListenAddresses(
    const std::vector<std::string>& values, std::string_view option,
    BarePort bare) {
  std::vector<base::Endpoint> out;
  for (const std::string& value : values) {
    if (value == "none") continue;
    auto endpoints = ParseListenAddress(value, option, bare);
    if (!endpoints.ok()) return endpoints.status();
    for (const base::Endpoint& endpoint : *endpoints) {
      const bool again =
          endpoint.port != 0 && std::find(out.begin(), out.end(), endpoint) != out.end();
      if (!again) out.push_back(endpoint);
    }
  }
  return out;
}

}  // namespace controld::listen

#include "proto/runtime/resolve.h"

#include <netdb.h>

#include <optional>
#include <string>

#include "absl/strings/numbers.h"
#include "proto/base/text.h"

namespace runtime {
namespace {

std::optional<base::Endpoint> Resolve(const std::string& text) {
  if (auto literal = base::Endpoint::Parse(text); literal && literal->valid()) return literal;
  const size_t colon = text.rfind(':');
  uint32_t port = 0;
  if (colon == 0 || colon == std::string::npos || !absl::SimpleAtoi(text.substr(colon + 1), &port) ||
      port < 1 || port > 65535) {
    return std::nullopt;
  }
  addrinfo hints{};
  hints.ai_socktype = SOCK_DGRAM;  // one result for each address
  addrinfo* found = nullptr;
  if (getaddrinfo(text.substr(0, colon).c_str(), nullptr, &hints, &found) != 0) return std::nullopt;
  std::optional<base::Endpoint> endpoint = base::Endpoint::FromSockaddr(found->ai_addr, found->ai_addrlen);
  freeaddrinfo(found);
  if (endpoint) endpoint->port = static_cast<uint16_t>(port);
  return endpoint;
}

}  // namespace

absl::StatusOr<base::Endpoint> ResolveOption(const base::options::ParsedOptions& options, std::string_view option) {
  const std::string& text = options.String(option);
  if (const auto endpoint = Resolve(text)) return *endpoint;
  return absl::InvalidArgumentError(base::StrCat("Invalid IP or port '", text, "' (--", option, ")"));
}

}  // namespace runtime

#include "controld/start/listeners.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "controld/listen/listen_address.h"
#include "controld/start/near_networks.h"
#include "proto/base/text.h"
#include "proto/runtime/files.h"

namespace controld::start {
namespace {

using base::options::ParsedOptions;

// Of a connection between two requests when http-idle-timeout is 0.
constexpr int64_t kHttpIdleSeconds = 5;

absl::StatusOr<std::unique_ptr<listen::UdpListener>> BindUdp(
    const ParsedOptions& options, const std::vector<base::Endpoint>& addresses) {
  listen::UdpSocketOptions socket;
  socket.tos = static_cast<int>(options.Int("control-tos"));
  const std::string& discovery = options.String("control-pmtu");
  if (discovery == "want") socket.path_mtu = listen::PathMtuDiscovery::kWant;
  if (discovery == "dont") socket.path_mtu = listen::PathMtuDiscovery::kDont;
  return listen::UdpListener::Bind(addresses, socket);
}

listen::StreamSettings MakeStreamSettings(const ParsedOptions& options) {
  listen::StreamSettings settings;
  settings.tos = static_cast<int>(options.Int("control-tos"));
  settings.ng_idle = std::chrono::seconds(options.Int("ng-idle-timeout"));
  const int64_t idle = options.Int("http-idle-timeout");
  settings.http_idle = std::chrono::seconds(idle == 0 ? kHttpIdleSeconds : idle);
  settings.certificate = options.String("https-cert");
  settings.key = options.String("https-key");
  return settings;
}

}  // namespace

std::vector<std::string> Listeners::descriptions() const {
  std::vector<std::string> out;
  for (const base::Endpoint& address : udp->addresses()) {
    out.push_back(base::StrCat("ng udp ", address.ToString()));
  }
  for (std::string& text : streams->descriptions()) out.push_back(std::move(text));
  return out;
}

absl::StatusOr<Listeners> BindListeners(const ParsedOptions& options) {
  std::vector<base::Endpoint> udp;
  listen::StreamAddresses streams;
  const std::pair<const char*, std::vector<base::Endpoint>*> lists[] = {
      {"listen-ng", &udp},
      {"listen-tcp-ng", &streams.ng},
      {"listen-http", &streams.http},
      {"listen-https", &streams.https},
      {"listen-cli", &streams.cli},
  };
  for (const auto& [option, addresses] : lists) {
    const bool cli = addresses == &streams.cli;
    auto parsed = listen::ParseListenAddresses(
        options.List(option), option, cli ? listen::BarePort::kLoopback : listen::BarePort::kAll);
    if (!parsed.ok()) return parsed.status();
    *addresses = *std::move(parsed);
  }
  if (udp.empty() && streams.ng.empty() && streams.http.empty() && streams.https.empty()) {
    return absl::InvalidArgumentError(
        "Missing option --listen-tcp, --listen-udp, --listen-ng, --listen-tcp-ng, --listen-http, "
        "or --listen-https");
  }
  Listeners out;
  auto bound_udp = BindUdp(options, udp);
  if (!bound_udp.ok()) return bound_udp.status();
  auto bound_streams = listen::StreamListener::Bind(streams, MakeStreamSettings(options));
  if (!bound_streams.ok()) return bound_streams.status();
  out.udp = *std::move(bound_udp);
  out.streams = *std::move(bound_streams);
  return out;
}

absl::StatusOr<listen::AccessControl::Rules> ReadAccessRules(const ParsedOptions& options) {
  listen::AccessControl::Rules rules;
  auto allow = listen::AccessControl::ParseAllow(options.List("listen-ng-allow"));
  if (!allow.ok()) return allow.status();
  rules.near = allow->empty();
  rules.allow = rules.near ? NearNetworks() : *std::move(allow);
  rules.messages_per_second = static_cast<uint32_t>(options.Int("listen-ng-rate"));
  const std::string& file = options.String("listen-ng-secret-file");
  if (file.empty()) return rules;
  const auto text = runtime::ReadFile(file);
  if (!text.ok()) {
    return absl::InvalidArgumentError(base::StrCat("Failed to read the secret ('listen-ng-secret-file'): ",
                                                   base::Message(text.status())));
  }
  rules.secret = std::string(base::Trim(std::string_view(*text).substr(0, text->find('\n'))));
  if (rules.secret.empty()) {
    return absl::InvalidArgumentError(base::StrCat("The first line of '", file,
                                                   "' ('listen-ng-secret-file') is empty"));
  }
  return rules;
}

std::string AccessWarning(const Listeners& listeners, const listen::AccessControl::Rules& rules) {
  if (!rules.near) return {};
  std::vector<base::Endpoint> all = listeners.udp->addresses();
  for (const base::Endpoint& address : listeners.streams->addresses()) all.push_back(address);
  const auto open = std::find_if(all.begin(), all.end(), [](const base::Endpoint& endpoint) {
    return !endpoint.address.loopback();
  });
  if (open == all.end()) return {};
  return base::StrCat("Commands to ", open->ToString(),
                      " are accepted from this host and from private and attached networks only: name "
                      "the proxies in listen-ng-allow");
}

}  // namespace controld::start

#include "controld/listen/stream_core.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/error.hpp>
#include <cerrno>
#include <cstring>
#include <utility>

#include "proto/base/clock.h"
#include "proto/base/log.h"
#include "proto/base/text.h"

namespace controld::listen {
namespace {

constexpr auto kSweepInterval = std::chrono::seconds(1);
constexpr auto kAcceptRetry = std::chrono::milliseconds(100);

std::string_view KindName(StreamKind kind) {
  switch (kind) {
    case StreamKind::kNg: return "ng tcp";
    case StreamKind::kHttp: return "http";
    case StreamKind::kHttps: return "https";
    case StreamKind::kCli: return "cli";
  }
  return "";
}

Tcp::endpoint ToAsio(const base::Endpoint& endpoint) {
  sockaddr_storage storage{};
  const socklen_t length = endpoint.ToSockaddr(&storage);
  Tcp::endpoint out;
  std::memcpy(out.data(), &storage, std::min<size_t>(length, out.capacity()));
  out.resize(std::min<size_t>(length, out.capacity()));
  return out;
}

absl::Status BindError(StreamKind kind, const base::Endpoint& address, const ErrorCode& error) {
  return absl::UnavailableError(base::StrCat("Failed to bind TCP socket (", KindName(kind), ") to ",
                                             address.ToString(), ": ", error.message()));
}

// An address that comes later (VRRP) may be listened on already. Accepted connections inherit TOS.
void SetUp(int fd, bool ipv6) {
  const int one = 1;
  setsockopt(fd, ipv6 ? IPPROTO_IPV6 : IPPROTO_IP, ipv6 ? IPV6_FREEBIND : IP_FREEBIND, &one,
             sizeof one);
}

void SetTosOf(int fd, bool ipv6, int tos) {
  setsockopt(fd, ipv6 ? IPPROTO_IPV6 : IPPROTO_IP, ipv6 ? IPV6_TCLASS : IP_TOS, &tos, sizeof tos);
}

}  // namespace

absl::Status StreamCore::Listen(StreamKind kind, const base::Endpoint& address) {
  auto entry = std::unique_ptr<Listening>(
      new Listening{kind, address, Tcp::acceptor(io), asio::steady_timer(io)});
  Tcp::acceptor& acceptor = entry->acceptor;
  const Tcp::endpoint endpoint = ToAsio(address);
  const bool ipv6 = address.address.family() == base::Family::kIpv6;
  ErrorCode error;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(Tcp::acceptor::reuse_address(true), error);
  if (!error && ipv6) acceptor.set_option(asio::ip::v6_only(true), error);
  if (!error) {
    SetUp(acceptor.native_handle(), ipv6);
    if (settings.tos != 0) SetTosOf(acceptor.native_handle(), ipv6, settings.tos);
  }
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) return BindError(kind, address, error);
  entry->address.port = acceptor.local_endpoint(error).port();
  if (error) return BindError(kind, address, error);
  listening_.push_back(std::move(entry));
  return absl::OkStatus();
}

absl::Status StreamCore::LoadCertificate() {
  const std::string& key = settings.key.empty() ? settings.certificate : settings.key;
  if (settings.certificate.empty()) {
    return absl::InvalidArgumentError("Option listen-https needs https-cert");
  }
  auto fresh = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
  ErrorCode error;
  fresh->set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_tlsv1 |
                         asio::ssl::context::no_tlsv1_1,
                     error);
  fresh->use_certificate_chain_file(settings.certificate, error);
  if (error) {
    return absl::InvalidArgumentError(base::StrCat("Failed to read the certificate '",
                                                   settings.certificate,
                                                   "' ('https-cert'): ", error.message()));
  }
  fresh->use_private_key_file(key, asio::ssl::context::pem, error);
  if (error) {
    return absl::InvalidArgumentError(base::StrCat(
        "Failed to read the key in '", key, "' ('https-key'): ", error.message()));
  }
  tls = std::move(fresh);
  return absl::OkStatus();
}

void StreamCore::SetTos(int tos) {
  for (const auto& listening : listening_) {
    SetTosOf(listening->acceptor.native_handle(),
             listening->address.address.family() == base::Family::kIpv6, tos);
  }
}

void StreamCore::Accept() {
  for (const auto& listening : listening_) AcceptOne(listening.get());
}

void StreamCore::AcceptOne(Listening* listening) {
  listening->acceptor.async_accept([this, listening](const ErrorCode& error, Tcp::socket socket) {
    if (error == asio::error::operation_aborted) return;
    if (!error) {
      OnAccepted(listening->kind, std::move(socket));
      return AcceptOne(listening);
    }
    // Out of descriptors, most likely: trying again at once would only burn the CPU.
    listening->retry.expires_after(kAcceptRetry);
    listening->retry.async_wait([this, listening](const ErrorCode& aborted) {
      if (!aborted) AcceptOne(listening);
    });
  });
}

void StreamCore::OnAccepted(StreamKind kind, Tcp::socket socket) {
  ErrorCode error;
  const Tcp::endpoint remote = socket.remote_endpoint(error);
  const auto peer =
      base::Endpoint::FromSockaddr(remote.data(), static_cast<socklen_t>(remote.size()));
  if (error || !peer) return;
  if (!Admitted(kind, peer->address)) return;
  const Tcp::endpoint ours = socket.local_endpoint(error);
  const auto local = base::Endpoint::FromSockaddr(ours.data(), static_cast<socklen_t>(ours.size()));
  if (error || !local) return;
  const uint32_t channel = Enter(*peer, *local);
  if (channel == 0) {
    counters.full.fetch_add(1, std::memory_order_relaxed);
    return;  // closes the socket
  }
  socket.set_option(Tcp::no_delay(true), error);
  socket.set_option(asio::socket_base::keep_alive(true), error);
  const auto connection = MakeConnection(kind, channel, *peer, std::move(socket));
  Attach(channel, connection);
  connection->Start();
}

// A command line has no place for the secret: where one is asked for, only this host may do without.
bool StreamCore::Admitted(StreamKind kind, const base::IpAddress& peer) {
  AccessControl* const access = services.access;
  if (access == nullptr) return true;
  const Monotonic now = base::ReadClocks().monotonic;
  if (!access->AdmitConnection(peer, now)) return false;
  return kind != StreamKind::kCli || !access->needs_secret() || peer.loopback() ||
         access->AdmitSecret({}, peer, now);
}

std::shared_ptr<StreamConnection> StreamCore::MakeConnection(StreamKind kind, uint32_t channel,
                                                             const base::Endpoint& peer,
                                                             Tcp::socket socket) {
  switch (kind) {
    case StreamKind::kNg: return MakeTcpConnection(*this, channel, peer, std::move(socket));
    case StreamKind::kCli: return MakeCliConnection(*this, channel, peer, std::move(socket));
    case StreamKind::kHttp:
    case StreamKind::kHttps: break;
  }
  return MakeHttpConnection(*this, channel, peer, std::move(socket), kind == StreamKind::kHttps);
}

ReplyPath StreamCore::PathTo(uint32_t channel, const base::Endpoint& peer) const {
  ReplyPath path;
  path.sink = sink;
  path.channel = channel;
  path.peer = peer;
  if (const auto member = members_.find(channel); member != members_.end()) {
    path.local = member->second.local.address;
    path.local_port = member->second.local.port;
  }
  return path;
}

uint32_t StreamCore::Enter(const base::Endpoint& peer, const base::Endpoint& local) {
  if (members_.size() >= StreamListener::kMaxConnections) return 0;
  size_t& of_peer = per_peer_[peer.address];
  if (of_peer >= StreamListener::kMaxConnectionsOfPeer) return 0;
  ++of_peer;
  do {
    ++last_channel_;
  } while (last_channel_ == 0 || members_.count(last_channel_) != 0);
  members_[last_channel_].peer = peer.address;
  members_[last_channel_].local = local;
  counters.accepted.fetch_add(1, std::memory_order_relaxed);
  counters.open.fetch_add(1, std::memory_order_relaxed);
  return last_channel_;
}

void StreamCore::Attach(uint32_t channel, std::shared_ptr<StreamConnection> connection) {
  const auto it = members_.find(channel);
  if (it != members_.end()) it->second.connection = std::move(connection);
}

void StreamCore::Leave(uint32_t channel) {
  const auto it = members_.find(channel);
  if (it == members_.end()) return;
  const auto peer = per_peer_.find(it->second.peer);
  if (--peer->second == 0) per_peer_.erase(peer);
  counters.open.fetch_sub(1, std::memory_order_relaxed);
  // Destroyed when the map no longer is at work.
  const std::shared_ptr<StreamConnection> connection = std::move(it->second.connection);
  members_.erase(it);
}

void StreamCore::Deliver(uint32_t channel, std::string message) {
  asio::post(io, [this, channel, message = std::move(message)]() mutable {
    const auto it = members_.find(channel);
    if (it == members_.end() || it->second.connection == nullptr) {
      counters.replies_lost.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    const std::shared_ptr<StreamConnection> connection = it->second.connection;
    connection->Deliver(std::move(message));
  });
}

void StreamCore::Notify(std::string message) {
  asio::post(io, [this, message = std::move(message)] {
    // A connection that closes leaves the map.
    std::vector<std::shared_ptr<StreamConnection>> all;
    for (const auto& [channel, member] : members_) {
      if (member.connection != nullptr) all.push_back(member.connection);
    }
    for (const auto& connection : all) connection->Notify(message);
  });
}

void StreamCore::StartSweeping() {
  sweep_.expires_after(kSweepInterval);
  sweep_.async_wait([this](const ErrorCode& aborted) {
    if (aborted) return;
    std::vector<std::shared_ptr<StreamConnection>> all;
    all.reserve(members_.size());
    for (const auto& [channel, member] : members_) {
      if (member.connection != nullptr) all.push_back(member.connection);
    }
    const Monotonic now = base::ReadClocks().monotonic;
    for (const auto& connection : all) connection->Sweep(now);
    StartSweeping();
  });
}

void StreamCore::CloseAll() {
  listening_.clear();
  while (!members_.empty()) {
    const uint32_t channel = members_.begin()->first;
    const std::shared_ptr<StreamConnection> connection = members_.begin()->second.connection;
    if (connection != nullptr) connection->Close();
    Leave(channel);
  }
}

std::vector<std::string> StreamCore::descriptions() const {
  std::vector<std::string> out;
  for (const auto& listening : listening_) {
    out.push_back(base::StrCat(KindName(listening->kind), " ", listening->address.ToString()));
  }
  return out;
}

std::vector<base::Endpoint> StreamCore::addresses() const {
  std::vector<base::Endpoint> out;
  for (const auto& listening : listening_) out.push_back(listening->address);
  return out;
}

}  // namespace controld::listen

// gRPC addresses and credentials: see credentials.h.
#include "proto/runtime/credentials.h"

#include <grpc/grpc_security_constants.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_credentials_options.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>

#include "proto/base/text.h"
#include "proto/runtime/files.h"

namespace runtime {
namespace {

using base::StrCat;
using grpc::experimental::FileWatcherCertificateProvider;

constexpr unsigned kCertificateCheckSeconds = 5;
constexpr std::string_view kUnixPrefix = "unix:";
constexpr size_t kLongestUnixPath = sizeof(sockaddr_un::sun_path) - 1;

absl::Status AddressError(std::string_view option, std::string_view address,
                          std::string_view reason) {
  return absl::InvalidArgumentError(StrCat(option, " = ", address, ": ", reason));
}

bool ValidPort(std::string_view text) {
  uint16_t port = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, port);
  return !text.empty() && error == std::errc() && end == last;
}

// The reason OpenSSL gave last, for people.
std::string OpenSslReason() {
  const unsigned long code = ERR_peek_last_error();
  ERR_clear_error();
  const char* const reason = ERR_reason_error_string(code);
  return reason == nullptr ? "unreadable" : reason;
}

// Reads the three files as a TLS server would: gRPC itself would only log, and refuse every peer.
absl::Status CheckCertificates(const TlsOptions& tls) {
  ERR_clear_error();
  const std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context(SSL_CTX_new(TLS_method()),
                                                              SSL_CTX_free);
  if (context == nullptr) return absl::InternalError("SSL_CTX_new failed");
  if (SSL_CTX_use_certificate_chain_file(context.get(), tls.certificate.c_str()) != 1) {
    return absl::InvalidArgumentError(StrCat("tls-cert = ", tls.certificate, ": ", OpenSslReason()));
  }
  if (SSL_CTX_use_PrivateKey_file(context.get(), tls.key.c_str(), SSL_FILETYPE_PEM) != 1) {
    return absl::InvalidArgumentError(StrCat("tls-key = ", tls.key, ": ", OpenSslReason()));
  }
  if (SSL_CTX_check_private_key(context.get()) != 1) {
    return absl::InvalidArgumentError(
        StrCat("tls-key = ", tls.key, ": not the key of tls-cert = ", tls.certificate));
  }
  if (SSL_CTX_load_verify_locations(context.get(), tls.authority.c_str(), nullptr) != 1) {
    return absl::InvalidArgumentError(StrCat("tls-ca = ", tls.authority, ": ", OpenSslReason()));
  }
  return absl::OkStatus();
}

// Whether TCP may be used at all; the message names the keys.
absl::Status CheckTls(const TlsOptions& tls) {
  std::string missing;
  const auto need = [&](std::string_view key, const std::string& value) {
    if (value.empty()) base::StrAppend(&missing, missing.empty() ? "" : ", ", key);
  };
  need("tls-cert", tls.certificate);
  need("tls-key", tls.key);
  need("tls-ca", tls.authority);
  if (missing.empty()) return CheckCertificates(tls);
  return absl::InvalidArgumentError(
      StrCat("TCP needs tls-cert, tls-key and tls-ca (missing: ", missing,
             "), or grpc-insecure = true where the network is trusted"));
}

// Reads the files again when they change; lives as long as the credentials.
std::shared_ptr<FileWatcherCertificateProvider> Watcher(const TlsOptions& tls) {
  return std::make_shared<FileWatcherCertificateProvider>(tls.key, tls.certificate, tls.authority,
                                                          kCertificateCheckSeconds);
}

std::shared_ptr<grpc::ServerCredentials> ServerTls(const TlsOptions& tls) {
  grpc::experimental::TlsServerCredentialsOptions options(Watcher(tls));
  options.watch_root_certs();
  options.watch_identity_key_cert_pairs();
  options.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  return grpc::experimental::TlsServerCredentials(options);
}

std::shared_ptr<grpc::ChannelCredentials> ChannelTls(const TlsOptions& tls) {
  grpc::experimental::TlsChannelCredentialsOptions options;
  options.set_certificate_provider(Watcher(tls));
  options.watch_root_certs();
  options.watch_identity_key_cert_pairs();
  return grpc::experimental::TlsCredentials(options);
}

// Whether somebody listens on the socket: only then must it stay.
bool SomebodyListens(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());  // length checked by ParseRpcAddress
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return true;
  const bool refused =
      connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 &&
      errno == ECONNREFUSED;
  close(fd);
  return !refused;
}

absl::Status PrepareSocketPath(const std::string& path) {
  if (absl::Status status = MakeParentDirectory(path); !status.ok()) return status;
  struct stat info;
  if (lstat(path.c_str(), &info) != 0) return absl::OkStatus();
  if (!S_ISSOCK(info.st_mode)) return absl::AlreadyExistsError("exists and is not a socket");
  if (SomebodyListens(path)) return absl::AlreadyExistsError("in use by a running process");
  if (unlink(path.c_str()) != 0) {
    return absl::UnavailableError(StrCat("cannot remove the stale socket: ", std::strerror(errno)));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<RpcAddress> ParseRpcAddress(std::string_view text) {
  RpcAddress address;
  address.text = std::string(text);
  if (text.substr(0, kUnixPrefix.size()) == kUnixPrefix) {
    address.unix_path = std::string(text.substr(kUnixPrefix.size()));
    if (address.unix_path.empty() || address.unix_path.front() != '/' ||
        address.unix_path.back() == '/') {
      return absl::InvalidArgumentError("unix: wants the absolute path of a socket");
    }
    if (address.unix_path.size() > kLongestUnixPath) {
      return absl::InvalidArgumentError(
          StrCat("the path of a unix socket has at most ", kLongestUnixPath, " octets"));
    }
    return address;
  }
  const size_t colon = text.rfind(':');
  std::string_view host = colon == std::string_view::npos ? std::string_view() : text.substr(0, colon);
  const bool brackets = host.size() > 2 && host.front() == '[' && host.back() == ']';
  const bool plain = !host.empty() && host.find_first_of("[]:/ ") == std::string_view::npos;
  if ((!brackets && !plain) || !ValidPort(text.substr(colon + 1))) {
    return absl::InvalidArgumentError("neither unix:/path nor host:port nor [IPv6]:port");
  }
  return address;
}

TlsOptions TlsOptionsFrom(const base::options::ParsedOptions& options) {
  return {options.String("tls-cert"), options.String("tls-key"), options.String("tls-ca"),
          options.Bool("grpc-insecure")};
}

absl::Status AddListeningPorts(const std::vector<std::string>& addresses, std::string_view option,
                               const TlsOptions& tls, grpc::ServerBuilder* builder) {
  // Two daemons on one port would share its connections at random; refuse the second instead.
  builder->AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  for (const std::string& text : addresses) {
    const absl::StatusOr<RpcAddress> address = ParseRpcAddress(text);
    if (!address.ok()) return AddressError(option, text, base::Message(address.status()));
    std::shared_ptr<grpc::ServerCredentials> credentials = grpc::InsecureServerCredentials();
    if (address->unix_socket()) {
      if (absl::Status status = PrepareSocketPath(address->unix_path); !status.ok()) {
        return AddressError(option, text, base::Message(status));
      }
    } else if (!tls.insecure) {
      if (absl::Status status = CheckTls(tls); !status.ok()) {
        return AddressError(option, text, base::Message(status));
      }
      credentials = ServerTls(tls);
    }
    builder->AddListeningPort(text, credentials);
  }
  return absl::OkStatus();
}

absl::Status FinishListening(const std::vector<std::string>& addresses, std::string_view option,
                             const grpc::Server* server) {
  if (server == nullptr) {
    std::string all;
    for (const std::string& text : addresses) base::StrAppend(&all, all.empty() ? "" : ";", text);
    return AddressError(option, all, "cannot listen (address in use or not of this host)");
  }
  for (const std::string& text : addresses) {
    const absl::StatusOr<RpcAddress> address = ParseRpcAddress(text);
    if (!address.ok() || !address->unix_socket()) continue;
    if (chmod(address->unix_path.c_str(), 0660) != 0) {
      return AddressError(option, text, StrCat("chmod: ", std::strerror(errno)));
    }
  }
  return absl::OkStatus();
}

void RemoveSockets(const std::vector<std::string>& addresses) {
  for (const std::string& text : addresses) {
    const absl::StatusOr<RpcAddress> address = ParseRpcAddress(text);
    if (address.ok() && address->unix_socket()) unlink(address->unix_path.c_str());
  }
}

absl::StatusOr<std::shared_ptr<grpc::Channel>> MakeChannel(
    std::string_view text, std::string_view option, const TlsOptions& tls,
    const grpc::ChannelArguments& arguments) {
  const absl::StatusOr<RpcAddress> address = ParseRpcAddress(text);
  if (!address.ok()) return AddressError(option, text, base::Message(address.status()));
  std::shared_ptr<grpc::ChannelCredentials> credentials = grpc::InsecureChannelCredentials();
  if (!address->unix_socket() && !tls.insecure) {
    if (absl::Status status = CheckTls(tls); !status.ok()) {
      return AddressError(option, text, base::Message(status));
    }
    credentials = ChannelTls(tls);
  }
  return grpc::CreateCustomChannel(address->text, credentials, arguments);
}

void TuneForSmallFrames(grpc::ChannelArguments* arguments) {
  arguments->SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
}

void TuneForSmallFrames(grpc::ServerBuilder* builder) {
  builder->AddChannelArgument(GRPC_ARG_HTTP2_BDP_PROBE, 0);
}

}  // namespace runtime

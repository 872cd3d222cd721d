// gRPC addresses and credentials from options: unix sockets, or TCP with mutual TLS.
//
// Address forms: `unix:/path` and `host:port` ("[::1]:7000"). TCP needs tls-cert, tls-key and tls-ca,
// or the explicit grpc-insecure. Certificate files are read again when they change.
#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "proto/base/options/parsed_options.h"

namespace runtime {

struct RpcAddress {
  std::string text;       // as configured; what gRPC takes as target
  std::string unix_path;  // empty: TCP
  bool unix_socket() const { return !unix_path.empty(); }
};
absl::StatusOr<RpcAddress> ParseRpcAddress(std::string_view text);

struct TlsOptions {
  std::string certificate = {}, key = {}, authority = {};  // files: tls-cert, tls-key, tls-ca
  bool insecure = false;                                   // grpc-insecure
};
TlsOptions TlsOptionsFrom(const base::options::ParsedOptions& options);

// Server: adds every address to the builder. Creates the directory of a unix socket (0755) and removes a
// stale socket; a path that is in use or not a socket is an error. Errors name the option and the keys.
absl::Status AddListeningPorts(const std::vector<std::string>& addresses, std::string_view option,
                               const TlsOptions& tls, grpc::ServerBuilder* builder);
// After BuildAndStart(): unix sockets get mode 0660. A null server means that an address was refused.
absl::Status FinishListening(const std::vector<std::string>& addresses, std::string_view option,
                             const grpc::Server* server);
// At the end: removes the unix sockets.
void RemoveSockets(const std::vector<std::string>& addresses);

// Client: a channel for one address. Connecting is lazy; errors are about the configuration only.
absl::StatusOr<std::shared_ptr<grpc::Channel>> MakeChannel(std::string_view address,
                                                           std::string_view option,
                                                           const TlsOptions& tls,
                                                           const grpc::ChannelArguments& arguments);

// The worker stream's ends: many small frames, each of them urgent. gRPC's estimate of the bandwidth
// costs a ping and its answer, and so two wake-ups, for nearly every frame; a window of fixed size
// carries the largest frame.
void TuneForSmallFrames(grpc::ChannelArguments* arguments);
void TuneForSmallFrames(grpc::ServerBuilder* builder);

}  // namespace runtime

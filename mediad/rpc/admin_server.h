// The operators' gRPC interface of a media worker: service Process of admin.proto on
// `listen-admin`.
//
// Shows and changes nothing of calls: those belong to the controllers.
#pragma once

#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "mediad/offload/flow.h"
#include "proto/runtime/completion_loop.h"
#include "proto/runtime/credentials.h"
#include "proto/runtime/process_service.h"
#include "rtpengine/v1/admin.grpc.pb.h"

namespace mediad::rpc {

// What GetStatus says beside the process' own facts. Called on the loop's thread.
struct StatusSources {
  std::string worker_name;
  int64_t started_unix = 0;
  std::vector<std::string> listeners;
  std::vector<std::string> warnings;  // known at start
  std::function<uint64_t()> sessions;
  std::function<bool()> draining;
  std::function<std::optional<offload::Status>()> kernel;  // nullopt: no table
  std::function<std::vector<rtpengine::v1::Peer>()> peers;
};

// The listener: service and gRPC server together. Stops and removes its sockets when destroyed.
class AdminServer {
 public:
  // `builder` is the one that made the loop's queue; the loop serves, and outlives the server.
  static absl::StatusOr<std::unique_ptr<AdminServer>> Listen(std::vector<std::string> addresses,
                                                             const runtime::TlsOptions& tls,
                                                             StatusSources sources,
                                                             grpc::ServerBuilder& builder,
                                                             runtime::CompletionLoop& loop);
  ~AdminServer();

 private:
  AdminServer(std::vector<std::string> addresses, StatusSources sources,
              runtime::CompletionLoop& loop);

  const std::vector<std::string> addresses_;
  runtime::CompletionLoop& loop_;
  runtime::ProcessService service_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace mediad::rpc

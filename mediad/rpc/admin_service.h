// The operators' gRPC interface of a media worker: service Process of admin.proto on
// `listen-admin`.
//
// Shows and changes nothing of calls: those belong to the controllers. Thread-safe.
#pragma once

#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "proto/runtime/credentials.h"
#include "rtpengine/v1/admin.grpc.pb.h"

namespace mediad::rpc {

// What GetStatus says beside the process' own facts. Called on gRPC's threads.
struct StatusSources {
  std::string worker_name;
  int64_t started_unix = 0;
  std::vector<std::string> listeners;
  std::vector<std::string> warnings;  // known at start
  std::function<uint64_t()> sessions;
  std::function<bool()> draining;
  std::function<std::vector<rtpengine::v1::Peer>()> peers;
};

class AdminService final : public rtpengine::v1::Process::CallbackService {
 public:
  explicit AdminService(StatusSources sources) : sources_(std::move(sources)) {}

  grpc::ServerUnaryReactor* GetVersion(grpc::CallbackServerContext* context,
                                       const rtpengine::v1::GetVersionRequest* request,
                                       rtpengine::v1::GetVersionResponse* response) override;
  grpc::ServerUnaryReactor* GetStatus(grpc::CallbackServerContext* context,
                                      const rtpengine::v1::GetStatusRequest* request,
                                      rtpengine::v1::GetStatusResponse* response) override;
  grpc::ServerUnaryReactor* GetLogLevels(grpc::CallbackServerContext* context,
                                         const rtpengine::v1::GetLogLevelsRequest* request,
                                         rtpengine::v1::LogLevels* response) override;
  grpc::ServerUnaryReactor* SetLogLevel(grpc::CallbackServerContext* context,
                                        const rtpengine::v1::SetLogLevelRequest* request,
                                        rtpengine::v1::LogLevels* response) override;

 private:
  const StatusSources sources_;
};

// The listener: service and gRPC server together. Stops and removes its sockets when destroyed.
class AdminServer {
 public:
  static absl::StatusOr<std::unique_ptr<AdminServer>> Listen(std::vector<std::string> addresses,
                                                             const runtime::TlsOptions& tls,
                                                             StatusSources sources);
  ~AdminServer();

 private:
  AdminServer(std::vector<std::string> addresses, StatusSources sources)
      : addresses_(std::move(addresses)), service_(std::move(sources)) {}

  const std::vector<std::string> addresses_;
  AdminService service_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace mediad::rpc

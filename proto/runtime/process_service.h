// Service Process of admin.proto, the same in every daemon: version, status, log levels.
// Thread-safe.
#pragma once

#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "rtpengine/v1/admin.grpc.pb.h"

namespace runtime {

// What is known at start.
struct ProcessFacts {
  std::string daemon;  // "controld", "mediad"
  std::string name;    // controller-name or worker-name
  int64_t started_unix = 0;
  std::vector<std::string> listeners;  // "ng udp 127.0.0.1:2223"
  std::vector<std::string> warnings;   // of the configuration
};

class ProcessService final : public rtpengine::v1::Process::CallbackService {
 public:
  // Adds what only the daemon knows: calls, peers, warnings. Called on gRPC's threads; must not
  // block.
  using FillStatus = std::function<void(rtpengine::v1::GetStatusResponse* response)>;

  ProcessService(ProcessFacts facts, FillStatus fill)
      : facts_(std::move(facts)), fill_(std::move(fill)) {}

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
  const ProcessFacts facts_;
  const FillStatus fill_;
};

}  // namespace runtime

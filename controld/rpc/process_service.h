// Service Process of admin.proto for controld: version, status, log levels. Thread-safe.
#pragma once

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <string>
#include <vector>

#include "controld/call/settings.h"
#include "controld/shard/fleet_host.h"
#include "rtpengine/v1/admin.grpc.pb.h"

namespace controld::rpc {

// What is known at start.
struct ProcessFacts {
  std::string name;  // controller-name
  int64_t started_unix = 0;
  std::vector<std::string> listeners;  // "ng udp 127.0.0.1:2223"
  std::vector<std::string> warnings;   // of the configuration
};

class ProcessService final : public rtpengine::v1::Process::CallbackService {
 public:
  ProcessService(ProcessFacts facts, shard::FleetHost& fleet, const call::Counters& calls)
      : facts_(std::move(facts)), fleet_(fleet), calls_(calls) {}

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
  shard::FleetHost& fleet_;
  const call::Counters& calls_;
};

}  // namespace controld::rpc

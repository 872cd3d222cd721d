// Service Workers of admin.proto: what the fleet knows, and draining. Thread-safe.
#pragma once

#include <grpcpp/grpcpp.h>

#include "controld/shard/fleet_host.h"
#include "rtpengine/v1/admin.grpc.pb.h"

namespace controld::rpc {

class WorkersService final : public rtpengine::v1::Workers::CallbackService {
 public:
  explicit WorkersService(shard::FleetHost& fleet) : fleet_(fleet) {}

  grpc::ServerUnaryReactor* ListWorkers(grpc::CallbackServerContext* context,
                                        const rtpengine::v1::ListWorkersRequest* request,
                                        rtpengine::v1::ListWorkersResponse* response) override;
  grpc::ServerUnaryReactor* GetWorker(grpc::CallbackServerContext* context,
                                      const rtpengine::v1::GetWorkerRequest* request,
                                      rtpengine::v1::WorkerInfo* response) override;
  grpc::ServerUnaryReactor* DrainWorker(grpc::CallbackServerContext* context,
                                        const rtpengine::v1::DrainWorkerRequest* request,
                                        rtpengine::v1::WorkerInfo* response) override;

 private:
  // False: no such worker.
  bool Find(const std::string& name, rtpengine::v1::WorkerInfo* out);

  shard::FleetHost& fleet_;
};

}  // namespace controld::rpc

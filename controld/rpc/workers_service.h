// Service Workers of admin.proto: what the fleet knows, and draining.
#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "controld/shard/fleet_host.h"
#include "proto/runtime/unary_method.h"
#include "rtpengine/v1/admin.grpc.pb.h"

namespace controld::rpc {

class WorkersService {
 public:
  explicit WorkersService(shard::FleetHost& fleet) : fleet_(fleet) {}

  grpc::Service* service() { return &service_; }
  // After BuildAndStart, before the loop starts.
  void Serve(runtime::CompletionLoop& loop);

 private:
  using DrainReply =
      runtime::UnaryReply<rtpengine::v1::DrainWorkerRequest, rtpengine::v1::WorkerInfo>;

  grpc::Status Get(const std::string& name, rtpengine::v1::WorkerInfo* out);
  void Drain(const std::shared_ptr<DrainReply>& reply);

  shard::FleetHost& fleet_;
  rtpengine::v1::Workers::AsyncService service_;
};

}  // namespace controld::rpc

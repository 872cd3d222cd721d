// The worker stream (worker.proto) on gRPC's callback API: frames to the fleet, messages to the
// wire.
//
// No decisions here: what a message means is the fleet's (fleet/fleet.h). Thread-safe.
#pragma once

#include <grpcpp/grpcpp.h>

#include "controld/shard/fleet_host.h"
#include "rtpengine/v1/worker.grpc.pb.h"

namespace controld::rpc {

class WorkerService final : public rtpengine::v1::Worker::CallbackService {
 public:
  // `fleet` outlives the server that this is registered with.
  explicit WorkerService(shard::FleetHost& fleet) : fleet_(fleet) {}

  grpc::ServerBidiReactor<rtpengine::v1::WorkerFrame, rtpengine::v1::ControllerFrame>* Attach(
      grpc::CallbackServerContext* context) override;

 private:
  shard::FleetHost& fleet_;
};

}  // namespace controld::rpc

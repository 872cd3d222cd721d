// The worker stream (worker.proto) on a completion loop: frames to the fleet, messages to the wire.
//
// No decisions here: what a message means is the fleet's (fleet/fleet.h).
#pragma once

#include <grpcpp/grpcpp.h>

#include "controld/shard/fleet_host.h"
#include "proto/runtime/completion_loop.h"
#include "rtpengine/v1/worker.grpc.pb.h"

namespace controld::rpc {

class WorkerService {
 public:
  // `fleet` outlives the server that this is registered with.
  explicit WorkerService(shard::FleetHost& fleet) : fleet_(fleet) {}

  grpc::Service* service() { return &service_; }
  // After BuildAndStart. Streams are taken in until the server shuts down.
  void Serve(runtime::CompletionLoop& loop);

 private:
  shard::FleetHost& fleet_;
  rtpengine::v1::Worker::AsyncService service_;
};

}  // namespace controld::rpc

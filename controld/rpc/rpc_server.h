// The gRPC server of controld on listen-grpc: workers' streams and the operators' interface.
//
// Created and destroyed on one thread; everything it serves outlives it. `loop` carries all of it:
// it is started after Listen and stopped after the server has gone.
#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "controld/rpc/calls_service.h"
#include "controld/rpc/worker_service.h"
#include "controld/rpc/workers_service.h"
#include "proto/runtime/completion_loop.h"
#include "proto/runtime/credentials.h"
#include "proto/runtime/process_service.h"

namespace controld::rpc {

class RpcServer {
 public:
  // `builder` is the one that made the loop's queue.
  static absl::StatusOr<std::unique_ptr<RpcServer>> Listen(
      std::vector<std::string> addresses, const runtime::TlsOptions& tls,
      runtime::ProcessFacts facts, shard::FleetHost& fleet, shard::ShardPool& shards,
      const StatisticsSources& sources, grpc::ServerBuilder& builder,
      runtime::CompletionLoop& loop);
  // Ends all streams and waits for calls under way, but not longer than kShutdownGrace.
  ~RpcServer();

 private:
  RpcServer(std::vector<std::string> addresses, runtime::ProcessFacts facts,
            shard::FleetHost& fleet, shard::ShardPool& shards, const StatisticsSources& sources,
            runtime::CompletionLoop& loop);

  const std::vector<std::string> addresses_;
  runtime::CompletionLoop& loop_;
  shard::FleetHost& fleet_;
  WorkerService worker_;
  runtime::ProcessService process_;
  WorkersService workers_;
  CallsService calls_;
  std::unique_ptr<grpc::Server> server_;  // destroyed before its services
};

}  // namespace controld::rpc

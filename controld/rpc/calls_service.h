// Service Calls of admin.proto: asks the shards and answers when they have.
#pragma once

#include <grpcpp/grpcpp.h>

#include "controld/rpc/statistics.h"
#include "controld/shard/shard_pool.h"
#include "proto/runtime/completion_loop.h"
#include "rtpengine/v1/admin.grpc.pb.h"

namespace controld::rpc {

class CallsService {
 public:
  static constexpr uint32_t kDefaultLimit = 100;
  // Keeps an answer below gRPC's 4 MiB; a longer list is asked for with a filter.
  static constexpr uint32_t kMaxLimit = 2000;

  CallsService(shard::ShardPool& shards, const StatisticsSources& sources)
      : shards_(shards), sources_(sources) {}

  grpc::Service* service() { return &service_; }
  // After BuildAndStart, before the loop starts.
  void Serve(runtime::CompletionLoop& loop);

 private:
  shard::ShardPool& shards_;
  const StatisticsSources& sources_;
  rtpengine::v1::Calls::AsyncService service_;
};

}  // namespace controld::rpc

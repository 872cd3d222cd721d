// Service Calls of admin.proto: asks the shards and answers when they have. Thread-safe.
#pragma once

#include <grpcpp/grpcpp.h>

#include "controld/rpc/statistics.h"
#include "controld/shard/shard_pool.h"
#include "rtpengine/v1/admin.grpc.pb.h"

namespace controld::rpc {

class CallsService final : public rtpengine::v1::Calls::CallbackService {
 public:
  static constexpr uint32_t kDefaultLimit = 100;
  // Keeps an answer below gRPC's 4 MiB; a longer list is asked for with a filter.
  static constexpr uint32_t kMaxLimit = 2000;

  CallsService(shard::ShardPool& shards, const StatisticsSources& sources)
      : shards_(shards), sources_(sources) {}

  grpc::ServerUnaryReactor* ListCalls(grpc::CallbackServerContext* context,
                                      const rtpengine::v1::ListCallsRequest* request,
                                      rtpengine::v1::ListCallsResponse* response) override;
  grpc::ServerUnaryReactor* GetCall(grpc::CallbackServerContext* context,
                                    const rtpengine::v1::GetCallRequest* request,
                                    rtpengine::v1::CallInfo* response) override;
  grpc::ServerUnaryReactor* ExplainCall(grpc::CallbackServerContext* context,
                                        const rtpengine::v1::GetCallRequest* request,
                                        rtpengine::v1::ExplainCallResponse* response) override;
  grpc::ServerUnaryReactor* DeleteCall(grpc::CallbackServerContext* context,
                                       const rtpengine::v1::DeleteCallRequest* request,
                                       rtpengine::v1::DeleteCallResponse* response) override;
  grpc::ServerUnaryReactor* GetStatistics(grpc::CallbackServerContext* context,
                                          const rtpengine::v1::GetStatisticsRequest* request,
                                          rtpengine::v1::Statistics* response) override;

 private:
  shard::ShardPool& shards_;
  const StatisticsSources& sources_;
};

}  // namespace controld::rpc

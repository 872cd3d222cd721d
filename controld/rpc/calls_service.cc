#include "controld/rpc/calls_service.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "controld/rpc/pending_reply.h"
#include "proto/base/clock.h"

namespace controld::rpc {
namespace {

using rtpengine::v1::CallInfo;
using rtpengine::v1::ListCallsResponse;

grpc::Status StatusOf(bool found) {
  if (found) return grpc::Status::OK;
  return {grpc::StatusCode::NOT_FOUND, "no such call"};
}

// Newest first, whatever the shards' order.
void Merge(std::vector<ListCallsResponse> answers, size_t limit, ListCallsResponse* out) {
  std::vector<CallInfo> calls;
  uint64_t total = 0;
  for (ListCallsResponse& answer : answers) {
    total += answer.total();
    for (CallInfo& call : *answer.mutable_calls()) calls.push_back(std::move(call));
  }
  std::stable_sort(calls.begin(), calls.end(), [](const CallInfo& a, const CallInfo& b) {
    return a.created_unix_ms() > b.created_unix_ms();
  });
  if (calls.size() > limit) calls.resize(limit);
  for (CallInfo& call : calls) *out->add_calls() = std::move(call);
  out->set_total(total);
}

}  // namespace

grpc::ServerUnaryReactor* CallsService::ListCalls(grpc::CallbackServerContext* context,
                                                  const rtpengine::v1::ListCallsRequest* request,
                                                  ListCallsResponse* response) {
  auto reply = std::make_shared<PendingReply>(context);
  grpc::ServerUnaryReactor* reactor = reply->reactor();
  rtpengine::v1::ListCallsRequest filter = *request;
  filter.set_limit(request->limit() == 0 ? kDefaultLimit : std::min(request->limit(), kMaxLimit));
  const size_t limit = filter.limit();
  shards_.Gather<ListCallsResponse>(
      [filter](call::CallService& service) {
        ListCallsResponse answer;
        service.ListCalls(filter, &answer);
        return answer;
      },
      [reply, response, limit](std::vector<ListCallsResponse> answers) {
        Merge(std::move(answers), limit, response);
        reply->Finish();
      });
  return reactor;
}

grpc::ServerUnaryReactor* CallsService::GetCall(grpc::CallbackServerContext* context,
                                                const rtpengine::v1::GetCallRequest* request,
                                                CallInfo* response) {
  auto reply = std::make_shared<PendingReply>(context);
  grpc::ServerUnaryReactor* reactor = reply->reactor();
  const std::string& call_id = request->call_id();  // lives until the reply is finished
  shards_.ShardFor(call_id).Post([reply, response, &call_id](call::CallService& service) {
    service.Describe(call_id, false, base::ReadClocks(),
                     [reply, response](bool found, CallInfo info) {
                       *response = std::move(info);
                       reply->Finish(StatusOf(found));
                     });
  });
  return reactor;
}

grpc::ServerUnaryReactor* CallsService::ExplainCall(grpc::CallbackServerContext* context,
                                                    const rtpengine::v1::GetCallRequest* request,
                                                    rtpengine::v1::ExplainCallResponse* response) {
  auto reply = std::make_shared<PendingReply>(context);
  grpc::ServerUnaryReactor* reactor = reply->reactor();
  const std::string& call_id = request->call_id();
  shards_.ShardFor(call_id).Post([reply, response, &call_id](call::CallService& service) {
    service.Explain(call_id, base::ReadClocks(),
                    [reply, response](bool found, rtpengine::v1::ExplainCallResponse explanation) {
                      *response = std::move(explanation);
                      reply->Finish(StatusOf(found));
                    });
  });
  return reactor;
}

grpc::ServerUnaryReactor* CallsService::DeleteCall(grpc::CallbackServerContext* context,
                                                   const rtpengine::v1::DeleteCallRequest* request,
                                                   rtpengine::v1::DeleteCallResponse* response) {
  auto reply = std::make_shared<PendingReply>(context);
  grpc::ServerUnaryReactor* reactor = reply->reactor();
  const std::string& call_id = request->call_id();
  shards_.ShardFor(call_id).Post([reply, response, &call_id](call::CallService& service) {
    service.ForceDelete(call_id, base::ReadClocks(),
                        [reply, response](bool found, rtpengine::v1::SessionStatistics statistics) {
                          *response->mutable_statistics() = std::move(statistics);
                          reply->Finish(StatusOf(found));
                        });
  });
  return reactor;
}

grpc::ServerUnaryReactor* CallsService::GetStatistics(grpc::CallbackServerContext* context,
                                                      const rtpengine::v1::GetStatisticsRequest*,
                                                      rtpengine::v1::Statistics* response) {
  CollectStatistics(sources_, base::ReadClocks().unix_s(), response);
  PendingReply reply(context);
  reply.Finish();
  return reply.reactor();
}

}  // namespace controld::rpc

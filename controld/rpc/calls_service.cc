#include "controld/rpc/calls_service.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "proto/base/clock.h"
#include "proto/runtime/unary_method.h"

namespace controld::rpc {
namespace {

using rtpengine::v1::CallInfo;
using rtpengine::v1::ListCallsRequest;
using rtpengine::v1::ListCallsResponse;

template <typename Request, typename Response>
using Reply = std::shared_ptr<runtime::UnaryReply<Request, Response>>;
using GetReply = Reply<rtpengine::v1::GetCallRequest, CallInfo>;
using ExplainReply = Reply<rtpengine::v1::GetCallRequest, rtpengine::v1::ExplainCallResponse>;
using DeleteReply = Reply<rtpengine::v1::DeleteCallRequest, rtpengine::v1::DeleteCallResponse>;
using DebugReply = Reply<rtpengine::v1::DebugCallRequest, rtpengine::v1::DebugCallResponse>;

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

void ListCalls(shard::ShardPool& shards, const Reply<ListCallsRequest, ListCallsResponse>& reply) {
  ListCallsRequest filter = reply->request();
  filter.set_limit(filter.limit() == 0 ? CallsService::kDefaultLimit
                                       : std::min(filter.limit(), CallsService::kMaxLimit));
  const size_t limit = filter.limit();
  shards.Gather<ListCallsResponse>(
      [filter](call::CallService& service) {
        ListCallsResponse answer;
        service.ListCalls(filter, &answer);
        return answer;
      },
      [reply, limit](std::vector<ListCallsResponse> answers) {
        Merge(std::move(answers), limit, reply->response());
        reply->Finish();
      });
}

// On the shard of the call that the request names; the reply keeps the request alive.
void GetCall(call::CallService& service, const GetReply& reply) {
  service.Describe(reply->request().call_id(), false, base::ReadClocks(),
                   [reply](bool found, CallInfo info) {
                     *reply->response() = std::move(info);
                     reply->Finish(StatusOf(found));
                   });
}

void ExplainCall(call::CallService& service, const ExplainReply& reply) {
  service.Explain(reply->request().call_id(), base::ReadClocks(),
                  [reply](bool found, rtpengine::v1::ExplainCallResponse explanation) {
                    *reply->response() = std::move(explanation);
                    reply->Finish(StatusOf(found));
                  });
}

void DeleteCall(call::CallService& service, const DeleteReply& reply) {
  service.ForceDelete(reply->request().call_id(), base::ReadClocks(),
                      [reply](bool found, CallInfo call) {
                        *reply->response()->mutable_call() = std::move(call);
                        reply->Finish(StatusOf(found));
                      });
}

void DebugCall(call::CallService& service, const DebugReply& reply) {
  service.Debug(reply->request().call_id(), reply->request().on(),
                [reply](bool found) { reply->Finish(StatusOf(found)); });
}

}  // namespace

void CallsService::Serve(runtime::CompletionLoop& loop) {
  using Service = rtpengine::v1::Calls::AsyncService;
  const auto on_shard = [this](auto function) {
    return [this, function](const auto& reply) {
      shards_.ShardFor(reply->request().call_id())
          .Post([function, reply](call::CallService& service) { function(service, reply); });
    };
  };
  runtime::ServeLater(loop, service_, &Service::RequestListCalls,
                      [this](const Reply<ListCallsRequest, ListCallsResponse>& reply) {
                        ListCalls(shards_, reply);
                      });
  runtime::ServeLater(loop, service_, &Service::RequestGetCall, on_shard(GetCall));
  runtime::ServeLater(loop, service_, &Service::RequestExplainCall, on_shard(ExplainCall));
  runtime::ServeLater(loop, service_, &Service::RequestDeleteCall, on_shard(DeleteCall));
  runtime::ServeLater(loop, service_, &Service::RequestDebugCall, on_shard(DebugCall));
  runtime::ServeNow(loop, service_, &Service::RequestGetStatistics,
                    [this](const auto&, rtpengine::v1::Statistics* response) {
                      CollectStatistics(sources_, base::ReadClocks().unix_s(), response);
                      return grpc::Status::OK;
                    });
}

}  // namespace controld::rpc

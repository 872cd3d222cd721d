#include "controld/rpc/workers_service.h"

#include <memory>
#include <string>
#include <utility>

#include "controld/rpc/pending_reply.h"
#include "proto/base/text.h"

namespace controld::rpc {
namespace {

grpc::Status NotFound(const std::string& name) {
  return {grpc::StatusCode::NOT_FOUND, base::StrCat("no worker is called '", name, "'")};
}

}  // namespace

bool WorkersService::Find(const std::string& name, rtpengine::v1::WorkerInfo* out) {
  for (auto& worker : fleet_.Describe()) {
    if (worker.name() != name) continue;
    *out = std::move(worker);
    return true;
  }
  return false;
}

grpc::ServerUnaryReactor* WorkersService::ListWorkers(
    grpc::CallbackServerContext* context, const rtpengine::v1::ListWorkersRequest*,
    rtpengine::v1::ListWorkersResponse* response) {
  for (auto& worker : fleet_.Describe()) *response->add_workers() = std::move(worker);
  PendingReply reply(context);
  reply.Finish();
  return reply.reactor();
}

grpc::ServerUnaryReactor* WorkersService::GetWorker(grpc::CallbackServerContext* context,
                                                    const rtpengine::v1::GetWorkerRequest* request,
                                                    rtpengine::v1::WorkerInfo* response) {
  const bool found = Find(request->name(), response);
  PendingReply reply(context);
  reply.Finish(found ? grpc::Status::OK : NotFound(request->name()));
  return reply.reactor();
}

grpc::ServerUnaryReactor* WorkersService::DrainWorker(
    grpc::CallbackServerContext* context, const rtpengine::v1::DrainWorkerRequest* request,
    rtpengine::v1::WorkerInfo* response) {
  auto reply = std::make_shared<PendingReply>(context);
  grpc::ServerUnaryReactor* reactor = reply->reactor();
  if (!Find(request->name(), response)) {
    reply->Finish(NotFound(request->name()));
  } else if (!response->attached()) {
    reply->Finish({grpc::StatusCode::UNAVAILABLE,
                   base::StrCat("worker '", request->name(), "' is not attached")});
  } else {
    const std::string name = request->name();
    fleet_.Drain(name, request->drain(),
                 [this, reply, response, name](const rtpengine::v1::CommandResult& result) {
                   if (result.has_error()) {
                     reply->Finish({grpc::StatusCode::UNAVAILABLE, result.error().text()});
                   } else {
                     const bool found = Find(name, response);
                     reply->Finish(found ? grpc::Status::OK : NotFound(name));
                   }
                 });
  }
  return reactor;
}

}  // namespace controld::rpc

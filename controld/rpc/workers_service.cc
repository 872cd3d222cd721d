#include "controld/rpc/workers_service.h"

#include <utility>

#include "proto/base/text.h"

namespace controld::rpc {

grpc::Status WorkersService::Get(const std::string& name, rtpengine::v1::WorkerInfo* out) {
  for (auto& worker : fleet_.Describe()) {
    if (worker.name() != name) continue;
    *out = std::move(worker);
    return grpc::Status::OK;
  }
  return {grpc::StatusCode::NOT_FOUND, base::StrCat("no worker is called '", name, "'")};
}

void WorkersService::Drain(const std::shared_ptr<DrainReply>& reply) {
  const std::string& name = reply->request().name();
  if (const grpc::Status found = Get(name, reply->response()); !found.ok()) {
    return reply->Finish(found);
  }
  if (!reply->response()->attached()) {
    return reply->Finish(
        {grpc::StatusCode::UNAVAILABLE, base::StrCat("worker '", name, "' is not attached")});
  }
  fleet_.Drain(
      name, reply->request().drain(), [this, reply](const rtpengine::v1::CommandResult& result) {
        reply->Finish(result.has_error()
                          ? grpc::Status{grpc::StatusCode::UNAVAILABLE, result.error().text()}
                          : Get(reply->request().name(), reply->response()));
      });
}

void WorkersService::Serve(runtime::CompletionLoop& loop) {
  using Service = rtpengine::v1::Workers::AsyncService;
  runtime::ServeNow(loop, service_, &Service::RequestListWorkers,
                    [this](const auto&, rtpengine::v1::ListWorkersResponse* response) {
                      for (auto& worker : fleet_.Describe()) {
                        *response->add_workers() = std::move(worker);
                      }
                      return grpc::Status::OK;
                    });
  runtime::ServeNow(loop, service_, &Service::RequestGetWorker,
                    [this](const auto& request, rtpengine::v1::WorkerInfo* response) {
                      return Get(request.name(), response);
                    });
  runtime::ServeLater(loop, service_, &Service::RequestDrainWorker,
                      [this](const std::shared_ptr<DrainReply>& reply) { Drain(reply); });
}

}  // namespace controld::rpc

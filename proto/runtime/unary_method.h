// Unary RPCs of a generated AsyncService on a CompletionLoop: a handler per method, answers at once
// or later.
//
// Handlers run on the loop's thread and must not block. At the end: shut the server down,
// loop.AwaitUnused(), destroy the server.
#pragma once

#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>
#include <utility>

#include "proto/runtime/completion_loop.h"

namespace runtime {

// One RPC to be answered. Fill response(), then Finish; dropped without that it says UNAVAILABLE.
// Any thread, one at a time.
template <typename Request, typename Response>
class UnaryCall {
 public:
  explicit UnaryCall(CompletionLoop& loop) : use_(loop), writer_(&context_) {}
  ~UnaryCall() = default;
  UnaryCall(const UnaryCall&) = delete;
  UnaryCall& operator=(const UnaryCall&) = delete;

  const Request& request() const { return request_; }
  Response* response() { return &response_; }

 private:
  template <typename, typename, typename>
  friend class UnaryMethod;
  template <typename, typename>
  friend class UnaryReply;

  const CompletionLoop::Use use_;
  grpc::ServerContext context_;
  Request request_;
  Response response_;
  grpc::ServerAsyncResponseWriter<Response> writer_;
};

// The right to answer one call. Shared by whoever may be the one to do it.
template <typename Request, typename Response>
class UnaryReply {
 public:
  using Call = UnaryCall<Request, Response>;

  UnaryReply(CompletionLoop& loop, std::unique_ptr<Call> call)
      : loop_(loop), call_(std::move(call)) {}
  ~UnaryReply() { Finish({grpc::StatusCode::UNAVAILABLE, "the server is shutting down"}); }
  UnaryReply(const UnaryReply&) = delete;
  UnaryReply& operator=(const UnaryReply&) = delete;

  const Request& request() const { return call_->request(); }
  Response* response() { return call_->response(); }

  // The response must be complete. Later calls do nothing.
  void Finish(const grpc::Status& status = grpc::Status::OK) {
    if (call_ == nullptr) return;
    // To the loop: gRPC's completion comes on the thread that polls, without waking another.
    loop_.Post([call = std::shared_ptr<Call>(std::move(call_)), status] {
      auto* finished = new Finished(call);
      if (status.ok()) {
        call->writer_.Finish(call->response_, status, finished->tag());
      } else {
        call->writer_.FinishWithError(status, finished->tag());
      }
    });
  }

 private:
  // Keeps the call until its answer is on its way.
  class Finished final : public CompletionTag {
   public:
    explicit Finished(std::shared_ptr<Call> call) : call_(std::move(call)) {}
    void OnCompletion(bool) override { delete this; }

   private:
    const std::shared_ptr<Call> call_;
  };

  CompletionLoop& loop_;
  std::unique_ptr<Call> call_;
};

// Waits for calls of one method, one after the other, as long as the server runs. Owns itself.
template <typename Service, typename Request, typename Response>
class UnaryMethod final : public CompletionTag {
 public:
  using Call = UnaryCall<Request, Response>;
  using Reply = UnaryReply<Request, Response>;
  using Handler = std::function<void(std::shared_ptr<Reply>)>;
  using Requester = void (Service::*)(grpc::ServerContext*, Request*,
                                      grpc::ServerAsyncResponseWriter<Response>*,
                                      grpc::CompletionQueue*, grpc::ServerCompletionQueue*, void*);

  static void Serve(CompletionLoop& loop, Service& service, Requester requester, Handler handler) {
    (new UnaryMethod(loop, service, requester, std::move(handler)))->Wait();
  }

 private:
  UnaryMethod(CompletionLoop& loop, Service& service, Requester requester, Handler handler)
      : loop_(loop), service_(service), requester_(requester), handler_(std::move(handler)) {}

  void Wait() {
    call_ = std::make_unique<Call>(loop_);
    (service_.*requester_)(&call_->context_, &call_->request_, &call_->writer_, loop_.queue(),
                           loop_.queue(), tag());
  }
  void OnCompletion(bool ok) override {
    if (!ok) {
      delete this;  // the server is shutting down
      return;
    }
    auto reply = std::make_shared<Reply>(loop_, std::move(call_));
    Wait();
    handler_(std::move(reply));
  }

  CompletionLoop& loop_;
  Service& service_;
  const Requester requester_;
  const Handler handler_;
  std::unique_ptr<Call> call_;
};

// Serves a method whose answer comes later. After BuildAndStart, before the loop starts.
template <typename Service, typename Base, typename Request, typename Response, typename Handler>
void ServeLater(CompletionLoop& loop, Service& service,
                void (Base::*requester)(grpc::ServerContext*, Request*,
                                        grpc::ServerAsyncResponseWriter<Response>*,
                                        grpc::CompletionQueue*, grpc::ServerCompletionQueue*,
                                        void*),
                Handler handler) {
  UnaryMethod<Service, Request, Response>::Serve(loop, service, requester, std::move(handler));
}

// Serves a method that is answered at once: `handler(request, response)` returns the status.
template <typename Service, typename Base, typename Request, typename Response, typename Handler>
void ServeNow(CompletionLoop& loop, Service& service,
              void (Base::*requester)(grpc::ServerContext*, Request*,
                                      grpc::ServerAsyncResponseWriter<Response>*,
                                      grpc::CompletionQueue*, grpc::ServerCompletionQueue*, void*),
              Handler handler) {
  ServeLater(
      loop, service, requester,
      [handler = std::move(handler)](const std::shared_ptr<UnaryReply<Request, Response>>& reply) {
        reply->Finish(handler(reply->request(), reply->response()));
      });
}

}  // namespace runtime

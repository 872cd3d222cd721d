// A unary RPC that is answered later, on another thread. Finishing is its end; dropped without an
// answer (the shards stopped) it says UNAVAILABLE, so that a server can always shut down.
#pragma once

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <memory>

namespace controld::rpc {

class PendingReply {
 public:
  explicit PendingReply(grpc::CallbackServerContext* context)
      : reactor_(context->DefaultReactor()) {}
  ~PendingReply() { Finish({grpc::StatusCode::UNAVAILABLE, "the controller is shutting down"}); }
  PendingReply(const PendingReply&) = delete;
  PendingReply& operator=(const PendingReply&) = delete;

  grpc::ServerUnaryReactor* reactor() const { return reactor_; }
  // The response must be complete. Later calls do nothing.
  void Finish(const grpc::Status& status = grpc::Status::OK) {
    if (!finished_.exchange(true, std::memory_order_acq_rel)) reactor_->Finish(status);
  }

 private:
  grpc::ServerUnaryReactor* const reactor_;
  std::atomic<bool> finished_{false};
};

}  // namespace controld::rpc

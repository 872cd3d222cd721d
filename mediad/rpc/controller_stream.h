// One gRPC stream to a controller: a thin shell that reports what happened and does what it is
// told.
//
// No decisions here: those are ControllerLink's. Everything happens on the completion loop's
// thread.
#pragma once

#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <memory>
#include <optional>

#include "proto/runtime/completion_loop.h"
#include "rtpengine/v1/worker.grpc.pb.h"

namespace mediad::rpc {

class ControllerStream {
 public:
  // Outlives the stream. Reports come from the loop, never from within a call to the stream.
  class Listener {
   public:
    virtual ~Listener() = default;
    virtual void OnStreamFrame(uint64_t stream, rtpengine::v1::ControllerFrame frame) = 0;
    virtual void OnStreamWritten(uint64_t stream) = 0;
    // No operation will succeed any more: call Release. May come twice.
    virtual void OnStreamBroken(uint64_t stream) = 0;
    // The last report: the stream may be destroyed.
    virtual void OnStreamDone(uint64_t stream, const grpc::Status& status) = 0;
  };

  ControllerStream(uint64_t id, std::shared_ptr<grpc::Channel> channel,
                   runtime::CompletionLoop& loop, Listener& listener);

  void Begin();
  void Read();                                   // one frame; at most one read at a time
  void Write(rtpengine::v1::WorkerFrame frame);  // at most one at a time
  void Cancel();
  void Release();  // OnStreamDone comes only after it

 private:
  void OnStarted(bool ok);
  void OnRead(bool ok);
  void OnWritten(bool ok);
  void FinishIfIdle();

  const uint64_t id_;
  const std::shared_ptr<grpc::Channel> channel_;
  const std::unique_ptr<rtpengine::v1::Worker::Stub> stub_;
  runtime::CompletionLoop& loop_;
  Listener& listener_;
  grpc::ClientContext context_;
  std::unique_ptr<
      grpc::ClientAsyncReaderWriter<rtpengine::v1::WorkerFrame, rtpengine::v1::ControllerFrame>>
      stream_;
  rtpengine::v1::ControllerFrame incoming_;
  rtpengine::v1::WorkerFrame outgoing_;
  grpc::Status status_;
  // Operations that were begun, or wait for the stream to be there.
  bool starting_ = false, started_ = false;
  bool reading_ = false, writing_ = false;
  bool released_ = false, finishing_ = false;
  runtime::FunctionTag on_started_{[this](bool ok) { OnStarted(ok); }};
  runtime::FunctionTag on_read_{[this](bool ok) { OnRead(ok); }};
  runtime::FunctionTag on_written_{[this](bool ok) { OnWritten(ok); }};
  runtime::FunctionTag on_finished_{[this](bool) { listener_.OnStreamDone(id_, status_); }};
};

}  // namespace mediad::rpc

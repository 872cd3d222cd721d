// One gRPC stream to a controller: a thin reactor that reports what happened and does what it is
// told.
//
// No decisions here: those are ControllerLink's. Reports come on gRPC's threads. Read, Write,
// Cancel and Release are called on one thread (the rpc loop's), and none of them after Release.
#pragma once

#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <memory>

#include "rtpengine/v1/worker.grpc.pb.h"

namespace mediad::rpc {

class ControllerStream final
    : public grpc::ClientBidiReactor<rtpengine::v1::WorkerFrame, rtpengine::v1::ControllerFrame> {
 public:
  // Outlives the stream.
  class Listener {
   public:
    virtual ~Listener() = default;
    virtual void OnStreamFrame(uint64_t stream, rtpengine::v1::ControllerFrame frame) = 0;
    virtual void OnStreamWritten(uint64_t stream) = 0;
    // No operation will succeed any more: call Release. May come twice.
    virtual void OnStreamBroken(uint64_t stream) = 0;
    // The last report. The stream may be destroyed from here on, on any thread.
    virtual void OnStreamDone(uint64_t stream, grpc::Status status) = 0;
  };

  ControllerStream(uint64_t id, std::shared_ptr<grpc::Channel> channel, Listener& listener);

  void Begin();
  void Read();                                   // one frame; at most one read at a time
  void Write(rtpengine::v1::WorkerFrame frame);  // at most one at a time
  void Cancel();
  void Release();  // OnStreamDone comes only after it

 private:
  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnDone(const grpc::Status& status) override;

  const uint64_t id_;
  const std::shared_ptr<grpc::Channel> channel_;
  const std::unique_ptr<rtpengine::v1::Worker::Stub> stub_;
  Listener& listener_;
  grpc::ClientContext context_;
  rtpengine::v1::ControllerFrame incoming_;
  rtpengine::v1::WorkerFrame outgoing_;
};

}  // namespace mediad::rpc

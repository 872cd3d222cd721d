// See controller_stream.h.
#include "mediad/rpc/controller_stream.h"

#include <utility>

namespace mediad::rpc {

ControllerStream::ControllerStream(uint64_t id, std::shared_ptr<grpc::Channel> channel,
                                   Listener& listener)
    : id_(id),
      channel_(std::move(channel)),
      stub_(rtpengine::v1::Worker::NewStub(channel_)),
      listener_(listener) {}

void ControllerStream::Begin() {
  stub_->async()->Attach(&context_, this);
  AddHold();  // operations start outside of reactions: the stream must not finish under them
  StartCall();
}

void ControllerStream::Read() { StartRead(&incoming_); }

void ControllerStream::Write(rtpengine::v1::WorkerFrame frame) {
  outgoing_ = std::move(frame);
  StartWrite(&outgoing_);
}

void ControllerStream::Cancel() { context_.TryCancel(); }

void ControllerStream::Release() { RemoveHold(); }

void ControllerStream::OnReadDone(bool ok) {
  if (!ok) return listener_.OnStreamBroken(id_);
  listener_.OnStreamFrame(id_, std::exchange(incoming_, {}));
}

void ControllerStream::OnWriteDone(bool ok) {
  if (!ok) return listener_.OnStreamBroken(id_);
  listener_.OnStreamWritten(id_);
}

void ControllerStream::OnDone(const grpc::Status& status) { listener_.OnStreamDone(id_, status); }

}  // namespace mediad::rpc

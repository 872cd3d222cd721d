// See controller_stream.h.
#include "mediad/rpc/controller_stream.h"

#include <utility>

namespace mediad::rpc {

ControllerStream::ControllerStream(uint64_t id, std::shared_ptr<grpc::Channel> channel,
                                   runtime::CompletionLoop& loop, Listener& listener)
    : id_(id),
      channel_(std::move(channel)),
      stub_(rtpengine::v1::Worker::NewStub(channel_)),
      loop_(loop),
      listener_(listener) {}

void ControllerStream::Begin() {
  starting_ = true;
  stream_ = stub_->PrepareAsyncAttach(&context_, loop_.queue());
  stream_->StartCall(on_started_.tag());
}

void ControllerStream::OnStarted(bool ok) {
  starting_ = false;
  started_ = ok;
  if (ok && reading_) stream_->Read(&incoming_, on_read_.tag());
  if (ok && writing_) stream_->Write(outgoing_, on_written_.tag());
  if (!ok) {
    reading_ = writing_ = false;
    listener_.OnStreamBroken(id_);
  }
  FinishIfIdle();
}

void ControllerStream::Read() {
  reading_ = true;
  if (started_) stream_->Read(&incoming_, on_read_.tag());
}

void ControllerStream::Write(rtpengine::v1::WorkerFrame frame) {
  outgoing_ = std::move(frame);
  writing_ = true;
  if (started_) stream_->Write(outgoing_, on_written_.tag());
}

void ControllerStream::Cancel() { context_.TryCancel(); }

void ControllerStream::Release() {
  released_ = true;
  FinishIfIdle();
}

void ControllerStream::OnRead(bool ok) {
  reading_ = false;
  if (ok) {
    listener_.OnStreamFrame(id_, std::exchange(incoming_, {}));
  } else {
    listener_.OnStreamBroken(id_);
  }
  FinishIfIdle();
}

void ControllerStream::OnWritten(bool ok) {
  writing_ = false;
  if (ok) {
    listener_.OnStreamWritten(id_);
  } else {
    listener_.OnStreamBroken(id_);
  }
  FinishIfIdle();
}

// The status comes last: operations under way return first, with ok false once the stream ended.
void ControllerStream::FinishIfIdle() {
  if (!released_ || finishing_ || starting_ || reading_ || writing_) return;
  finishing_ = true;
  stream_->Finish(&status_, on_finished_.tag());
}

}  // namespace mediad::rpc

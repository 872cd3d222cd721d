#include "controld/rpc/worker_service.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "controld/rpc/outbox.h"
#include "proto/base/help_scope.h"

namespace controld::rpc {
namespace {

using fleet::EndCode;
using rtpengine::v1::ControllerFrame;
using rtpengine::v1::WorkerFrame;

grpc::Status StatusOf(EndCode code, const std::string& reason) {
  switch (code) {
    case EndCode::kInvalid:
      return {grpc::StatusCode::INVALID_ARGUMENT, reason};
    case EndCode::kPrecondition:
      return {grpc::StatusCode::FAILED_PRECONDITION, reason};
    case EndCode::kReplaced:
      return {grpc::StatusCode::ABORTED, reason};
    case EndCode::kOverload:
      return {grpc::StatusCode::RESOURCE_EXHAUSTED, reason};
    case EndCode::kLost:
    case EndCode::kShutdown:
      return {grpc::StatusCode::UNAVAILABLE, reason};
  }
  return {grpc::StatusCode::INTERNAL, reason};
}

// One stream, or the wait for one. It owns itself until the last of its operations has completed;
// the fleet holds it as long as the stream is open. Operations complete on the loop's thread; a
// write begins on whichever thread has something to send, which spares it a thread switch.
class WorkerStream final : public shard::StreamWriter,
                           public std::enable_shared_from_this<WorkerStream> {
 public:
  WorkerStream(shard::FleetHost& fleet, runtime::CompletionLoop& loop,
               rtpengine::v1::Worker::AsyncService& service)
      : fleet_(fleet), loop_(loop), use_(loop), service_(service), stream_(&context_) {}

  void Wait() {
    self_ = shared_from_this();
    context_.AsyncNotifyWhenDone(on_gone_.tag());  // comes only for streams that were opened
    service_.RequestAttach(&context_, &stream_, loop_.queue(), loop_.queue(), on_open_.tag());
  }

  // ---- shard::StreamWriter
  void Append(rtpengine::v1::ControllerMessage&& message) override {
    absl::MutexLock lock(&mutex_);
    if (closed_) return;
    if (!outbox_.Append(std::move(message))) overflow_ = true;
  }

  void Flush() override { Pump(); }

  void End(EndCode code, const std::string& reason) override {
    {
      absl::MutexLock lock(&mutex_);
      if (closed_) return;
      closed_ = true;
    }
    loop_.Post([self = shared_from_this(), code, reason] {
      // A peer that does not read would keep the write, and so the stream, open for ever.
      const bool force = code == EndCode::kLost || code == EndCode::kOverload;
      self->Close(StatusOf(code, reason), force);
    });
  }

 private:
  // ---- the loop's thread
  void OnOpen(bool ok) {
    if (!ok) return Leave();  // the server is shutting down
    std::make_shared<WorkerStream>(fleet_, loop_, service_)->Wait();
    Begin();  // on_gone_
    id_ = fleet_.OpenStream(shared_from_this(), context_.peer());
    {
      absl::MutexLock lock(&mutex_);
      open_ = true;
    }
    Read();
    Pump();  // what others had for the worker until now
  }

  void Read() {
    Begin();
    stream_.Read(&in_, on_read_.tag());
  }

  void OnRead(bool ok) {
    if (ok && !Finishing()) {
      {
        // The shards' part too, as far as they have nothing else to do.
        const base::HelpScope help;
        fleet_.OnFrame(id_, &in_);
      }
      Pump();
      in_.Clear();
      Read();
    } else {
      // The worker closed its side, or the connection broke.
      Abandon({grpc::StatusCode::UNAVAILABLE, "the worker closed its stream"});
    }
    Complete();
  }

  bool Finishing() {
    absl::MutexLock lock(&mutex_);
    return finishing_;
  }

  void OnWritten(bool ok) {
    {
      absl::MutexLock lock(&mutex_);
      writing_ = false;
      if (!ok) outbox_.Clear();
    }
    Pump();
    Complete();
  }

  void OnGone() {
    if (context_.IsCancelled()) Abandon(grpc::Status::CANCELLED);
    Complete();
  }

  void Abandon(const grpc::Status& status) {
    fleet_.CloseStream(id_);
    Close(status, true);
  }

  void Close(const grpc::Status& status, bool force) {
    bool cancel = false;
    {
      absl::MutexLock lock(&mutex_);
      closed_ = true;
      if (!end_) end_ = status;
      if (force) {
        outbox_.Clear();
        cancel = writing_;
      }
    }
    if (cancel) context_.TryCancel();
    Pump();
  }

  // ---- any thread
  enum class Step { kNone, kWrite, kFinish, kOverload };

  // Sends what may be sent; after the last of it, the end.
  void Pump() {
    Step step = Step::kNone;
    {
      absl::MutexLock lock(&mutex_);
      step = Next();
    }
    switch (step) {
      case Step::kNone:
        return;
      case Step::kWrite:
        return stream_.Write(out_, on_written_.tag());
      case Step::kFinish:
        return stream_.Finish(*end_, on_finished_.tag());
      case Step::kOverload:
        return End(EndCode::kOverload, "the worker does not read its stream");
    }
  }

  // What is to be done now, marked as begun: no other thread will.
  Step Next() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (std::exchange(overflow_, false) && !closed_) return Step::kOverload;
    if (writing_ || finishing_ || !open_) return Step::kNone;
    if (outbox_.Take(&out_)) {
      writing_ = true;
      Begin();
      return Step::kWrite;
    }
    if (!end_) return Step::kNone;
    finishing_ = true;
    Begin();
    return Step::kFinish;
  }

  void Begin() { pending_.fetch_add(1, std::memory_order_relaxed); }

  // One operation less; after the last one nobody but the fleet may hold the stream.
  void Complete() {
    if (pending_.fetch_sub(1, std::memory_order_acq_rel) > 1) return;
    fleet_.CloseStream(id_);
    Leave();
  }

  // Later: a tag of this stream is at work.
  void Leave() {
    loop_.Post([self = std::move(self_)] {});
  }

  shard::FleetHost& fleet_;
  runtime::CompletionLoop& loop_;
  const runtime::CompletionLoop::Use use_;
  rtpengine::v1::Worker::AsyncService& service_;
  grpc::ServerContext context_;
  grpc::ServerAsyncReaderWriter<ControllerFrame, WorkerFrame> stream_;
  runtime::FunctionTag on_open_{[this](bool ok) { OnOpen(ok); }};
  runtime::FunctionTag on_read_{[this](bool ok) { OnRead(ok); }};
  runtime::FunctionTag on_written_{[this](bool ok) { OnWritten(ok); }};
  runtime::FunctionTag on_gone_{[this](bool) { OnGone(); }};
  runtime::FunctionTag on_finished_{[this](bool) { Complete(); }};

  // The loop's thread only.
  std::shared_ptr<WorkerStream> self_;
  fleet::StreamId id_ = 0;
  WorkerFrame in_;

  std::atomic<int> pending_{0};  // operations under way
  ControllerFrame out_;          // of whoever set writing_, until it is written

  absl::Mutex mutex_;
  Outbox outbox_ ABSL_GUARDED_BY(mutex_);
  bool open_ ABSL_GUARDED_BY(mutex_) = false;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool finishing_ ABSL_GUARDED_BY(mutex_) = false;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;  // takes no message any more
  bool overflow_ ABSL_GUARDED_BY(mutex_) = false;
  std::optional<grpc::Status> end_;  // what Finish will say; set once, under mutex_
};

}  // namespace

void WorkerService::Serve(runtime::CompletionLoop& loop) {
  std::make_shared<WorkerStream>(fleet_, loop, service_)->Wait();
}

}  // namespace controld::rpc

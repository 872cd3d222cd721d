#include "controld/rpc/worker_service.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "controld/rpc/outbox.h"
#include "controld/shard/help_scope.h"

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

// Commands that gather while the worker is at work: a frame costs each process a thread switch,
// whatever it carries.
constexpr size_t kGather = 8;

// One stream, or the wait for one. It owns itself until the last of its operations has completed;
// the fleet holds it as long as the stream is open. Operations begin and complete on the loop's
// thread; other threads append, and ask the loop to flush.
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

  void Flush() override { Ask(false); }
  // Whatever holds the worker up, nothing waits for its answers any longer.
  void FlushOverdue() override { Ask(true); }

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
  // ---- any thread
  void Ask(bool overdue) {
    const bool here = loop_.InLoopThread();
    {
      absl::MutexLock lock(&mutex_);
      if (outbox_.empty() && !overflow_) return;
      overdue_ = overdue_ || overdue;
      if (!here && std::exchange(asked_, true)) return;
    }
    if (here) return Pump();
    loop_.Post([self = shared_from_this()] { self->Pump(); });
  }

  // ---- the loop's thread
  void OnOpen(bool ok) {
    if (!ok) return Leave();  // the server is shutting down
    std::make_shared<WorkerStream>(fleet_, loop_, service_)->Wait();
    pending_ = 1;  // on_gone_
    id_ = fleet_.OpenStream(shared_from_this(), context_.peer());
    Read();
  }

  void Read() {
    ++pending_;
    stream_.Read(&in_, on_read_.tag());
  }

  void OnRead(bool ok) {
    if (ok && !finishing_) {
      size_t answers = 0;
      for (const auto& message : in_.messages()) answers += message.has_result() ? 1 : 0;
      in_flight_ -= std::min(answers, in_flight_);
      {
        const shard::HelpScope
            help;  // the shards' part too, as far as they have nothing else to do
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

  void OnWritten(bool ok) {
    writing_ = false;
    if (!ok) Discard();
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
    {
      absl::MutexLock lock(&mutex_);
      closed_ = true;
    }
    if (!end_) end_ = status;
    if (force) {
      Discard();
      if (writing_ && !finishing_) context_.TryCancel();
    }
    Pump();
  }

  void Discard() {
    absl::MutexLock lock(&mutex_);
    outbox_.Clear();
  }

  // Sends what may be sent; after the last of it, the end.
  void Pump() {
    bool overflow = false;
    {
      absl::MutexLock lock(&mutex_);
      asked_ = false;
      if (std::exchange(overdue_, false)) in_flight_ = 0;
      overflow = std::exchange(overflow_, false) && !closed_;
      if (!overflow && !Take()) return;
    }
    if (overflow) return End(EndCode::kOverload, "the worker does not read its stream");
    ++pending_;
    if (writing_) {
      stream_.Write(out_, on_written_.tag());
    } else {
      finishing_ = true;
      stream_.Finish(*end_, on_finished_.tag());
    }
  }

  // True: a frame was taken (writing_), or it is time to finish.
  bool Take() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (writing_ || finishing_ || id_ == kNotOpen) return false;
    // An idle worker gets its command at once.
    if (in_flight_ > 0 && outbox_.messages() < kGather && !end_) return false;
    if (!outbox_.Take(&out_)) return end_.has_value();
    writing_ = true;
    for (const auto& message : out_.messages()) in_flight_ += message.has_command() ? 1 : 0;
    return true;
  }

  // One operation less; after the last one nobody but the fleet may hold the stream.
  void Complete() {
    if (--pending_ > 0) return;
    fleet_.CloseStream(id_);
    Leave();
  }

  // Later: a tag of this stream is at work.
  void Leave() {
    loop_.Post([self = std::move(self_)] {});
  }

  static constexpr fleet::StreamId kNotOpen = ~fleet::StreamId{0};

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
  fleet::StreamId id_ = kNotOpen;
  WorkerFrame in_;
  ControllerFrame out_;
  int pending_ = 0;  // operations under way
  bool writing_ = false, finishing_ = false;
  size_t in_flight_ = 0;             // commands without an answer yet
  std::optional<grpc::Status> end_;  // what Finish will say; set once

  absl::Mutex mutex_;
  Outbox outbox_ ABSL_GUARDED_BY(mutex_);
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;  // takes no message any more
  bool overflow_ ABSL_GUARDED_BY(mutex_) = false;
  bool overdue_ ABSL_GUARDED_BY(mutex_) = false;
  bool asked_ ABSL_GUARDED_BY(mutex_) = false;  // the loop will flush
};

}  // namespace

void WorkerService::Serve(runtime::CompletionLoop& loop) {
  std::make_shared<WorkerStream>(fleet_, loop, service_)->Wait();
}

}  // namespace controld::rpc

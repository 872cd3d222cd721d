#include "controld/rpc/worker_service.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "controld/rpc/outbox.h"

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

// One stream. It owns itself until OnDone; the fleet holds it as long as the stream is open.
constexpr size_t kGather = 8;

class WorkerStream final : public grpc::ServerBidiReactor<WorkerFrame, ControllerFrame>,
                           public shard::StreamWriter,
                           public std::enable_shared_from_this<WorkerStream> {
 public:
  WorkerStream(shard::FleetHost& fleet, grpc::CallbackServerContext* context)
      : fleet_(fleet), context_(context) {}

  void Open() {
    self_ = shared_from_this();
    id_ = fleet_.OpenStream(self_, context_->peer());
    StartRead(&in_);
  }

  // ---- shard::StreamWriter
  void Append(rtpengine::v1::ControllerMessage&& message) override {
    absl::MutexLock lock(&mutex_);
    if (end_ || done_) return;
    if (!outbox_.Append(std::move(message))) overflow_ = true;
  }

  void Flush() override {
    bool overflow;
    Step step = Step::kNone;
    {
      absl::MutexLock lock(&mutex_);
      overflow = overflow_ && !end_;
      if (!overflow) step = NextStep();
    }
    if (overflow) return End(EndCode::kOverload, "the worker does not read its stream");
    Take(step);
  }

  void FlushOverdue() override {
    {
      absl::MutexLock lock(&mutex_);
      in_flight_ = 0;  // whatever holds the worker up, nothing waits for its answers any longer
    }
    Flush();
  }

  void End(EndCode code, const std::string& reason) override {
    // A peer that does not read would keep the write, and so the stream, open for ever.
    const bool force = code == EndCode::kLost || code == EndCode::kOverload;
    Step step;
    {
      absl::MutexLock lock(&mutex_);
      if (end_ || done_) return;
      end_ = StatusOf(code, reason);
      if (force) outbox_.Clear();
      step = NextStep();
      // While the stream is not finished its context is there.
      if (force && step != Step::kFinish) context_->TryCancel();
    }
    Take(step);
  }

  // ---- grpc::ServerBidiReactor
  void OnReadDone(bool ok) override {
    if (ok) {
      CountAnswers();
      fleet_.OnFrame(id_, &in_);
      Flush();
      in_.Clear();
      StartRead(&in_);
      return;
    }
    // The worker closed its side, or the connection broke.
    fleet_.CloseStream(id_);
    Abandon({grpc::StatusCode::UNAVAILABLE, "the worker closed its stream"});
  }

  void OnWriteDone(bool ok) override {
    Step step;
    {
      absl::MutexLock lock(&mutex_);
      writing_ = false;
      if (!ok) outbox_.Clear();
      step = NextStep();
    }
    Take(step);
  }

  void OnCancel() override { Abandon(grpc::Status::CANCELLED); }

  void OnDone() override {
    fleet_.CloseStream(id_);
    self_.reset();  // the last reference, mostly
  }

 private:
  enum class Step : uint8_t { kNone, kWrite, kFinish };

  // What is to be done next; marked as begun, so that one caller only gets it. gRPC serialises in
  // StartWrite, hence that is called without the lock (Take), which appending threads want.
  Step NextStep() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (writing_ || done_) return Step::kNone;
    // While the worker is at work, a few commands gather: a frame costs each process several thread
    // switches, whatever it carries. An idle worker gets its command at once.
    if (in_flight_ > 0 && outbox_.messages() < kGather && !end_) return Step::kNone;
    if (outbox_.Take(&out_)) {
      writing_ = true;
      for (const auto& message : out_.messages()) in_flight_ += message.has_command() ? 1 : 0;
      return Step::kWrite;
    }
    if (!end_) return Step::kNone;
    done_ = true;
    return Step::kFinish;
  }
  void Take(Step step) {
    if (step == Step::kWrite) StartWrite(&out_);
    if (step == Step::kFinish) Finish(*end_);  // constant once done_ is set
  }

  void CountAnswers() {
    size_t answers = 0;
    for (const auto& message : in_.messages()) answers += message.has_result() ? 1 : 0;
    absl::MutexLock lock(&mutex_);
    in_flight_ -= std::min(answers, in_flight_);
  }

  // Nobody is there any more.
  void Abandon(const grpc::Status& status) {
    Step step;
    {
      absl::MutexLock lock(&mutex_);
      if (!end_) end_ = status;
      outbox_.Clear();
      step = NextStep();
    }
    Take(step);
  }

  shard::FleetHost& fleet_;
  grpc::CallbackServerContext* const context_;
  std::shared_ptr<WorkerStream> self_;
  fleet::StreamId id_ = 0;
  WorkerFrame in_;  // between StartRead and OnReadDone gRPC's

  absl::Mutex mutex_;
  Outbox outbox_ ABSL_GUARDED_BY(mutex_);
  ControllerFrame out_;  // between StartWrite and OnWriteDone gRPC's
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  size_t in_flight_ ABSL_GUARDED_BY(mutex_) = 0;  // commands without an answer yet
  bool overflow_ ABSL_GUARDED_BY(mutex_) = false;
  std::optional<grpc::Status> end_;            // what Finish will say; set once, under the lock
  bool done_ ABSL_GUARDED_BY(mutex_) = false;  // Finish was called
};

}  // namespace

grpc::ServerBidiReactor<WorkerFrame, ControllerFrame>* WorkerService::Attach(
    grpc::CallbackServerContext* context) {
  auto stream = std::make_shared<WorkerStream>(fleet_, context);
  stream->Open();
  return stream.get();
}

}  // namespace controld::rpc

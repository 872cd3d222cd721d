// See poller.h.
#include "tools/rtpctl/top/poller.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "proto/base/clock.h"

namespace rtpctl::top {

namespace v1 = rtpengine::v1;

namespace {

constexpr size_t kWindow = 32;
constexpr uint32_t kMostListed = 2000;  // what a controller lists at most
constexpr auto kGlance = std::chrono::milliseconds(100);
constexpr auto kBreath = std::chrono::milliseconds(100);

double MonotonicSeconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace

struct Poller::Question {
  virtual ~Question() = default;
  virtual void Done() = 0;
  grpc::ClientContext context;
  grpc::Status status;
};

template <typename Response>
struct Poller::QuestionFor : Question {
  void Done() override { done(status, response); }
  Response response;
  std::unique_ptr<grpc::ClientAsyncResponseReader<Response>> reader;
  std::function<void(const grpc::Status&, Response&)> done;
};

Poller::Poller(std::shared_ptr<grpc::Channel> channel, const GlobalOptions& options)
    : channel_(std::move(channel)), options_(options) {}

template <typename Stub, typename Request, typename Response>
void Poller::Send(std::unique_ptr<grpc::ClientAsyncResponseReader<Response>> (Stub::*method)(
                      grpc::ClientContext*, const Request&, grpc::CompletionQueue*),
                  const Request& request,
                  std::function<void(const grpc::Status&, Response&)> done) {
  AwaitFewerThan(kWindow);
  auto question = std::make_unique<QuestionFor<Response>>();
  question->context.set_deadline(
      std::chrono::system_clock::now() +
      std::chrono::milliseconds(static_cast<int64_t>(options_.timeout_s * 1000)));
  question->done = std::move(done);
  Stub stub(channel_);
  question->reader = (stub.*method)(&question->context, request, &queue_);
  question->reader->Finish(&question->response, &question->status, question.get());
  under_way_.push_back(question.release());
}

void Poller::AwaitFewerThan(size_t most) {
  while (under_way_.size() >= most) {
    void* tag = nullptr;
    bool ok = false;
    const auto event = queue_.AsyncNext(&tag, &ok, std::chrono::system_clock::now() + kGlance);
    if (cancelled_) {
      for (Question* question : under_way_) question->context.TryCancel();
    }
    if (event != grpc::CompletionQueue::GOT_EVENT) continue;
    const std::unique_ptr<Question> question(static_cast<Question*>(tag));
    under_way_.erase(std::find(under_way_.begin(), under_way_.end(), question.get()));
    question->Done();
  }
}

Round Poller::Ask(const Wanted& wanted) {
  Round round;
  round.target = options_.target;
  if (AskOverview(wanted, &round)) AskLooks(wanted, &round);
  return round;
}

bool Poller::AskOverview(const Wanted& wanted, Round* round) {
  grpc::Status worst;
  // The first failure is told; the others follow from it.
  const auto into = [&worst](auto* target) {
    return [&worst, target](const grpc::Status& status, auto& response) {
      if (status.ok()) *target = std::move(response);
      if (worst.ok()) worst = status;
    };
  };
  v1::ListCallsRequest filter;
  filter.set_limit(kMostListed);
  filter.set_contains(wanted.contains);
  filter.set_worker(wanted.worker);
  Send<v1::Process::Stub, v1::GetStatusRequest, v1::GetStatusResponse>(
      &v1::Process::Stub::AsyncGetStatus, {}, into(&round->status));
  Send<v1::Workers::Stub, v1::ListWorkersRequest, v1::ListWorkersResponse>(
      &v1::Workers::Stub::AsyncListWorkers, {}, into(&round->workers));
  Send<v1::Calls::Stub, v1::ListCallsRequest, v1::ListCallsResponse>(
      &v1::Calls::Stub::AsyncListCalls, filter, into(&round->calls));
  AwaitFewerThan(1);
  round->at_s = MonotonicSeconds();
  round->unix_ms = base::ReadClocks().unix_us / 1000;
  if (worst.ok()) return true;
  const bool connected = channel_->GetState(false) == GRPC_CHANNEL_READY;
  const Verdict verdict = JudgeStatus(worst, connected, options_);
  round->exit_status = verdict.exit_status;
  round->trouble = verdict.text;
  return false;
}

// A call that cannot be looked at has ended meanwhile, or will be looked at the next time.
void Poller::AskLooks(const Wanted& wanted, Round* round) {
  std::vector<std::string> listed;
  for (const auto& call : round->calls.calls()) listed.push_back(call.call_id());
  if (!wanted.detail.empty()) {
    v1::GetCallRequest request;
    request.set_call_id(wanted.detail);
    Send<v1::Calls::Stub, v1::GetCallRequest, v1::ExplainCallResponse>(
        &v1::Calls::Stub::AsyncExplainCall, request,
        [round, id = wanted.detail](const grpc::Status& status, v1::ExplainCallResponse& answer) {
          const bool gone = status.error_code() == grpc::StatusCode::NOT_FOUND;
          if (status.ok() || gone) round->explained_id = id;
          if (status.ok()) round->explained = std::move(answer);
        });
  }
  for (const std::string& id : rota_.Pick(listed, wanted.first, wanted.budget)) {
    if (cancelled_) break;
    v1::GetCallRequest request;
    request.set_call_id(id);
    Send<v1::Calls::Stub, v1::GetCallRequest, v1::CallInfo>(
        &v1::Calls::Stub::AsyncGetCall, request,
        [round](const grpc::Status& status, v1::CallInfo& call) {
          if (status.ok()) round->looks.push_back({MonotonicSeconds(), std::move(call)});
        });
  }
  AwaitFewerThan(1);
}

PollThread::PollThread(Poller& poller, double interval_s, Wanted wanted, int event_fd)
    : poller_(poller),
      interval_s_(interval_s),
      event_fd_(event_fd),
      wanted_(std::move(wanted)),
      thread_([this] { Run(); }) {}

PollThread::~PollThread() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    end_ = true;
  }
  poller_.Cancel();
  changed_.notify_all();
  thread_.join();
}

void PollThread::Want(Wanted wanted) {
  const std::lock_guard<std::mutex> lock(mutex_);
  at_once_ = at_once_ || wanted.contains != wanted_.contains || wanted.detail != wanted_.detail;
  wanted_ = std::move(wanted);
  if (at_once_) changed_.notify_all();
}

std::optional<Round> PollThread::Take() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return std::exchange(round_, std::nullopt);
}

void PollThread::Run() {
  using Clock = std::chrono::steady_clock;
  const auto interval =
      std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(interval_s_));
  std::unique_lock<std::mutex> lock(mutex_);
  while (!end_) {
    const Wanted wanted = wanted_;
    at_once_ = false;
    lock.unlock();
    const Clock::time_point next = Clock::now() + interval;
    Round round = poller_.Ask(wanted);
    lock.lock();
    round_ = std::move(round);
    const uint64_t one = 1;
    // An eventfd takes it; if not, the reader is awake already.
    [[maybe_unused]] const ssize_t written = write(event_fd_, &one, sizeof one);
    // A controller that is slower than the interval gets a rest all the same.
    changed_.wait_until(lock, std::max(next, Clock::now() + kBreath),
                        [this] { return end_ || at_once_; });
  }
}

}  // namespace rtpctl::top

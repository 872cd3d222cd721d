#include "controld/shard/shard.h"

#include <pthread.h>

#include <utility>

#include "proto/base/text.h"

namespace controld::shard {
namespace {

constexpr std::chrono::nanoseconds kTick = std::chrono::milliseconds(100);

}  // namespace

Shard::Shard(uint32_t index, const call::Settings& settings, call::Counters& counters,
             FleetHost& fleet)
    : index_(index),
      fleet_(fleet),
      gateway_(index, settings.controller_name, fleet, random_),
      service_(std::make_unique<call::CallService>(settings, counters, gateway_, random_)) {}

Shard::~Shard() { Stop(); }

void Shard::SetDirectory(std::unique_ptr<call::CallDirectory> directory) {
  directory_ = std::move(directory);
  service_->SetDirectory(directory_.get());
}

void Shard::Start() {
  thread_ = std::thread([this] { Run(); });
}

void Shard::Stop() {
  if (!thread_.joinable()) return;
  stop_.store(true, std::memory_order_relaxed);
  Post([](call::CallService&) {});  // wakes it
  thread_.join();
}

void Shard::Post(Task task) {
  base::HelpScope* const help = base::HelpScope::Current();
  queue_.Post(std::move(task), help == nullptr);
  if (help != nullptr) help->Posted(this);
}

void Shard::Help() {
  thread_local std::vector<Task> batch;
  if (!queue_.TryClaim(&batch)) return;
  RunBatch(batch);
  queue_.Release();
}

void Shard::RunBatch(std::vector<Task>& batch) {
  const FlushScope scope;
  for (Task& task : batch) task(*service_);
  batch.clear();  // what the tasks held goes while the shard is still ours
}

void Shard::Run() {
  pthread_setname_np(pthread_self(), base::StrCat("shard-", index_).c_str());
  std::vector<Task> batch;
  auto next_tick = base::ReadClocks().monotonic + kTick;
  while (!stop_.load(std::memory_order_relaxed)) {
    queue_.Claim(&batch, next_tick - base::ReadClocks().monotonic);
    RunBatch(batch);
    if (const base::Now now = base::ReadClocks(); now.monotonic >= next_tick) {
      const FlushScope scope;
      service_->Tick(now);
      next_tick = now.monotonic + kTick;
    }
    queue_.Release();
  }
}

void Shard::PingWorkers(std::vector<std::string> workers, std::function<void()> done) {
  Post([this, workers = std::move(workers), done = std::move(done)](call::CallService&) {
    if (workers.empty()) return done();
    auto missing = std::make_shared<size_t>(workers.size());
    for (const std::string& worker : workers) {
      gateway_.Ping(worker, [missing, done] {
        if (--*missing == 0) done();
      });
    }
  });
}

void Shard::PostResults(std::vector<rtpengine::v1::CommandResult> results) {
  Post([this, results = std::move(results)](call::CallService&) {
    for (const auto& result : results) gateway_.Deliver(result);
  });
}

void Shard::PostInventory(const std::string& worker,
                          std::vector<rtpengine::v1::SessionRecord> records) {
  Post([worker, records = std::move(records)](call::CallService& service) {
    for (const auto& record : records) service.Reconcile(worker, record, base::ReadClocks());
  });
}

void Shard::PostInventoryDone(const std::string& worker, fleet::StreamId stream) {
  Post([this, worker, stream](call::CallService& service) {
    service.ReconcileDone(worker, base::ReadClocks());
    // Only now: what the worker lost is put back before commands that build on it.
    fleet_.ReleaseWaiting(worker, stream, index_);
  });
}

void Shard::PostEvents(const std::string& worker, std::vector<rtpengine::v1::Event> events) {
  Post([worker, events = std::move(events)](call::CallService& service) {
    for (const auto& event : events) service.OnEvent(worker, event, base::ReadClocks());
  });
}

void Shard::PostWorkerGone(const std::string& worker) {
  Post([worker](call::CallService& service) { service.OnWorkerGone(worker, base::ReadClocks()); });
}

}  // namespace controld::shard

#include "controld/shard/fleet_host.h"

#include <utility>

#include "proto/base/log.h"

namespace controld::shard {

using base::log::Log;
using base::log::Severity;
using base::log::Subsystem;
using rtpengine::v1::CommandResult;

namespace {

thread_local FlushScope* current_scope = nullptr;

}  // namespace

FlushScope::FlushScope() { current_scope = this; }

FlushScope::~FlushScope() {
  current_scope = nullptr;
  for (const auto& writer : writers_) writer->Flush();
}

FlushScope* FlushScope::Current() { return current_scope; }

void FlushScope::Add(const std::shared_ptr<StreamWriter>& writer) {
  for (const auto& known : writers_) {
    if (known == writer) return;
  }
  writers_.push_back(writer);
}

// What is to be done once the lock is released.
class FleetHost::Delivery {
 public:
  explicit Delivery(FleetHost& host) : host_(host), results_(host.shards_.size()) {}

  void Add(fleet::DeliverResult&& deliver) {
    results_[deliver.issuer].push_back(std::move(deliver.result));
  }
  void AddDrained(DrainDone done, CommandResult&& result) {
    drained_.emplace_back(std::move(done), std::move(result));
  }
  void AddLater(fleet::Action&& action) { later_.push_back(std::move(action)); }
  void AddFlush(std::shared_ptr<StreamWriter> writer) {
    // Messages of one frame mostly go to one stream.
    if (flush_.empty() || flush_.back() != writer) flush_.push_back(std::move(writer));
  }
  void AddEnd(std::shared_ptr<StreamWriter> writer, fleet::EndStream&& end) {
    ends_.emplace_back(std::move(writer), std::move(end));
  }

  void Perform() {
    FlushScope* const scope = FlushScope::Current();
    for (const auto& writer : flush_) {
      if (scope != nullptr) {
        scope->Add(writer);
      } else {
        writer->Flush();
      }
    }
    for (auto& [writer, end] : ends_) writer->End(end.code, end.reason);
    for (fleet::Action& action : later_) std::visit([this](auto& a) { Do(a); }, action);
    FlushEvents();
    for (size_t i = 0; i < results_.size(); ++i) {
      if (!results_[i].empty()) host_.shards_[i]->PostResults(std::move(results_[i]));
    }
    for (auto& [done, result] : drained_) done(result);
  }

 private:
  void Do(fleet::InventoryPage& page) {
    FlushEvents();
    std::vector<std::vector<rtpengine::v1::SessionRecord>> records(host_.shards_.size());
    for (auto& record : page.records) {
      records[fleet::ShardOf(host_.key_, record.id(), records.size())].push_back(std::move(record));
    }
    for (size_t i = 0; i < records.size(); ++i) {
      if (!records[i].empty()) host_.shards_[i]->PostInventory(page.worker, std::move(records[i]));
    }
  }
  void Do(fleet::InventoryDone& done) {
    FlushEvents();
    for (ShardPort* shard : host_.shards_) shard->PostInventoryDone(done.worker, done.stream);
  }
  void Do(fleet::SessionEvent& event) {
    if (event.worker != events_worker_) FlushEvents();
    events_worker_ = event.worker;
    if (events_.empty()) events_.resize(host_.shards_.size());
    const size_t shard = fleet::ShardOf(host_.key_, event.event.session(), events_.size());
    events_[shard].push_back(std::move(event.event));
  }
  void Do(fleet::WorkerGone& gone) {
    FlushEvents();
    for (ShardPort* shard : host_.shards_) shard->PostWorkerGone(gone.worker);
  }
  void Do(fleet::LogLine& line) {
    Log(line.warning ? Severity::kWarning : Severity::kInfo, Subsystem::kCore, {}, line.text);
  }
  // The others are dealt with under the lock.
  void Do(fleet::SendMessage&) {}
  void Do(fleet::EndStream&) {}
  void Do(fleet::DeliverResult&) {}

  void FlushEvents() {
    for (size_t i = 0; i < events_.size(); ++i) {
      if (!events_[i].empty()) host_.shards_[i]->PostEvents(events_worker_, std::move(events_[i]));
    }
    events_.clear();
  }

  FleetHost& host_;
  std::vector<std::shared_ptr<StreamWriter>> flush_;
  std::vector<std::pair<std::shared_ptr<StreamWriter>, fleet::EndStream>> ends_;
  std::vector<std::vector<CommandResult>> results_;
  std::vector<std::pair<DrainDone, CommandResult>> drained_;
  fleet::Actions later_;
  std::string events_worker_;
  std::vector<std::vector<rtpengine::v1::Event>> events_;
};

FleetHost::FleetHost(fleet::FleetSettings settings, fleet::HashKey key)
    : key_(key), fleet_(std::move(settings)) {}

void FleetHost::SetShards(std::vector<ShardPort*> shards) { shards_ = std::move(shards); }

void FleetHost::Sort(fleet::Actions* actions, Delivery* delivery) {
  for (fleet::Action& action : *actions) {
    if (auto* send = std::get_if<fleet::SendMessage>(&action)) {
      const auto it = writers_.find(send->stream);
      if (it == writers_.end()) continue;
      it->second->Append(std::move(send->message));
      delivery->AddFlush(it->second);
    } else if (auto* end = std::get_if<fleet::EndStream>(&action)) {
      const auto it = writers_.find(end->stream);
      if (it == writers_.end()) continue;
      delivery->AddEnd(std::move(it->second), std::move(*end));
      writers_.erase(it);
    } else if (auto* deliver = std::get_if<fleet::DeliverResult>(&action)) {
      if (deliver->issuer < shards_.size()) {
        delivery->Add(std::move(*deliver));
      } else if (auto it = drains_.find(deliver->result.id()); it != drains_.end()) {
        delivery->AddDrained(std::move(it->second), std::move(deliver->result));
        drains_.erase(it);
      }
    } else {
      delivery->AddLater(std::move(action));
    }
  }
}

fleet::StreamId FleetHost::OpenStream(std::shared_ptr<StreamWriter> writer, std::string peer) {
  {
    absl::MutexLock lock(&mutex_);
    if (!shutdown_) {
      const fleet::StreamId id = ++last_stream_;
      fleet_.StreamOpened(id, std::move(peer), base::ReadClocks());
      writers_.emplace(id, std::move(writer));
      return id;
    }
  }
  writer->End(fleet::EndCode::kShutdown, "the controller is shutting down");
  return 0;
}

void FleetHost::OnFrame(fleet::StreamId stream, rtpengine::v1::WorkerFrame* frame) {
  Delivery delivery(*this);
  {
    absl::MutexLock lock(&mutex_);
    fleet::Actions actions;
    fleet_.OnFrame(stream, frame, base::ReadClocks(), &actions);
    Sort(&actions, &delivery);
  }
  delivery.Perform();
}

void FleetHost::CloseStream(fleet::StreamId stream) {
  Delivery delivery(*this);
  {
    absl::MutexLock lock(&mutex_);
    fleet::Actions actions;
    writers_.erase(stream);
    fleet_.StreamClosed(stream, base::ReadClocks(), &actions);
    Sort(&actions, &delivery);
  }
  delivery.Perform();
}

void FleetHost::Tick() {
  Delivery delivery(*this);
  {
    absl::MutexLock lock(&mutex_);
    fleet::Actions actions;
    fleet_.Tick(base::ReadClocks(), &actions);
    Sort(&actions, &delivery);
  }
  delivery.Perform();
}

void FleetHost::Shutdown() {
  absl::flat_hash_map<fleet::StreamId, std::shared_ptr<StreamWriter>> writers;
  {
    absl::MutexLock lock(&mutex_);
    shutdown_ = true;
    writers.swap(writers_);
  }
  for (auto& [id, writer] : writers) {
    writer->End(fleet::EndCode::kShutdown, "the controller is shutting down");
  }
}

fleet::CommandId FleetHost::Issue(const std::string& worker, uint32_t shard,
                                  rtpengine::v1::Command command) {
  Delivery delivery(*this);
  fleet::CommandId id = 0;
  {
    absl::MutexLock lock(&mutex_);
    fleet::Actions actions;
    id = fleet_.Issue(worker, shard, std::move(command), base::ReadClocks(), &actions);
    Sort(&actions, &delivery);
  }
  delivery.Perform();
  return id;
}

void FleetHost::ReleaseWaiting(const std::string& worker, fleet::StreamId stream, uint32_t shard) {
  Delivery delivery(*this);
  {
    absl::MutexLock lock(&mutex_);
    fleet::Actions actions;
    ++released_;
    fleet_.ReleaseWaiting(worker, stream, shard, base::ReadClocks(), &actions);
    Sort(&actions, &delivery);
  }
  delivery.Perform();
}

call::Placement FleetHost::Place(const call::PlacementNeeds& needs, base::Random& random) {
  absl::MutexLock lock(&mutex_);
  return fleet_.Place(needs, random);
}

void FleetHost::Charge(const std::string& worker, unsigned streams) {
  absl::MutexLock lock(&mutex_);
  fleet_.Charge(worker, streams);
}

void FleetHost::Discharge(const std::string& worker, unsigned streams) {
  absl::MutexLock lock(&mutex_);
  fleet_.Discharge(worker, streams);
}

std::shared_ptr<const call::WorkerView> FleetHost::View(const std::string& worker) {
  absl::MutexLock lock(&mutex_);
  return fleet_.View(worker);
}

std::vector<rtpengine::v1::WorkerInfo> FleetHost::Describe() {
  absl::MutexLock lock(&mutex_);
  return fleet_.Describe();
}

std::vector<std::string> FleetHost::Warnings() {
  absl::MutexLock lock(&mutex_);
  return fleet_.Warnings();
}

fleet::FleetCounters FleetHost::counters() {
  absl::MutexLock lock(&mutex_);
  return fleet_.counters();
}

bool FleetHost::Settled() {
  absl::MutexLock lock(&mutex_);
  return released_ >= shards_.size() && !fleet_.Joining();
}

void FleetHost::Drain(const std::string& worker, bool drain, DrainDone done) {
  rtpengine::v1::Command command;
  command.mutable_drain()->set_drain(drain);
  Delivery delivery(*this);
  {
    absl::MutexLock lock(&mutex_);
    fleet::Actions actions;
    const fleet::CommandId id =
        fleet_.Issue(worker, admin_issuer(), std::move(command), base::ReadClocks(), &actions);
    drains_.emplace(id, std::move(done));
    Sort(&actions, &delivery);
  }
  delivery.Perform();
}

void FleetHost::SetLimits(const place::Limits& limits) {
  absl::MutexLock lock(&mutex_);
  fleet_.set_limits(limits);
}

}  // namespace controld::shard

#include "controld/shard/shard_pool.h"

#include <iterator>
#include <utility>

#include "controld/call/change.h"
#include "controld/shard/shard_directory.h"

namespace controld::shard {
namespace {

std::string_view CallIdOf(const ng::Request& request) {
  return request.call_id ? std::string_view(*request.call_id) : std::string_view();
}

// Commands whose call-id is ours to choose where the client gave none. It decides the shard, so it is
// chosen here.
void ChooseCallId(ng::Request* request) {
  switch (request->command) {
    case ng::Command::kPublish:
    case ng::Command::kCreate:
    case ng::Command::kTransform: {
      if (!CallIdOf(*request).empty()) return;
      base::SystemRandom random;
      request->call_id = call::GenerateId(random);
      return;
    }
    case ng::Command::kMesh:  // it names its calls elsewhere; the first takes in the others
      if (!request->calls.empty()) request->call_id = request->calls.front();
      return;
    default: return;
  }
}

}  // namespace

ShardPool::ShardPool(size_t shards, fleet::HashKey key, const call::Settings& settings,
                     call::Counters& counters, FleetHost& fleet)
    : key_(key) {
  std::vector<ShardPort*> ports;
  for (size_t i = 0; i < shards; ++i) {
    shards_.push_back(std::make_unique<Shard>(static_cast<uint32_t>(i), settings, counters, fleet));
    ports.push_back(shards_.back().get());
  }
  for (auto& shard : shards_) {
    shard->SetDirectory(std::make_unique<ShardDirectory>(*this, *shard));
  }
  fleet.SetShards(std::move(ports));
}

void ShardPool::Start() {
  for (auto& shard : shards_) shard->Start();
}

void ShardPool::Stop() {
  for (auto& shard : shards_) shard->Stop();
  shards_.clear();
  absl::MutexLock lock(&mutex_);
  held_.clear();
}

void ShardPool::Open() {
  absl::MutexLock lock(&mutex_);
  if (open_.load(std::memory_order_relaxed)) return;
  for (Held& held : held_) Post(std::move(held.request), held.origin, std::move(held.respond));
  held_.clear();
  // Under the lock: what Handle lets pass from now on comes after what was held.
  open_.store(true, std::memory_order_release);
}

Shard& ShardPool::ShardFor(std::string_view call_id) {
  return *shards_[fleet::ShardOf(key_, call_id, shards_.size())];
}

bool ShardPool::Handle(ng::Request&& request, const base::Endpoint& origin, Respond&& respond) {
  ChooseCallId(&request);
  if (!open_.load(std::memory_order_acquire)) {
    absl::MutexLock lock(&mutex_);
    if (!open_.load(std::memory_order_relaxed)) {
      if (held_.size() >= kMaxQueued) return false;
      held_.push_back({std::move(request), origin, std::move(respond)});
      return true;
    }
  }
  const Shard& shard = ShardFor(CallIdOf(request));
  if (shard.commands_queued.load(std::memory_order_relaxed) >= kMaxQueued) return false;
  Post(std::move(request), origin, std::move(respond));
  return true;
}

void ShardPool::Post(ng::Request&& request, const base::Endpoint& origin, Respond&& respond) {
  Shard& shard = ShardFor(CallIdOf(request));
  shard.commands_queued.fetch_add(1, std::memory_order_relaxed);
  shard.Post([&shard, request = std::make_unique<ng::Request>(std::move(request)), origin,
              respond = std::move(respond)](call::CallService& service) mutable {
    shard.commands_queued.fetch_sub(1, std::memory_order_relaxed);
    service.Handle(std::move(*request), origin, base::ReadClocks(), std::move(respond));
  });
}

void ShardPool::Batch(const std::function<void()>& receive) {
  const base::HelpScope help;
  receive();
}

void ShardPool::SetSettings(const call::Settings& settings, std::function<void()> done) {
  Gather<int>(
      [settings](call::CallService& service) {
        service.SetSettings(settings);
        return 0;
      },
      [done = std::move(done)](const std::vector<int>&) { done(); });
}

void ShardPool::List(size_t limit, Listed done) {
  using CallIds = std::vector<std::string>;
  Gather<CallIds>(
      [limit](call::CallService& service) {
        CallIds ids;
        if (limit > 0) service.List(limit, &ids);
        return ids;
      },
      [limit, done = std::move(done)](std::vector<CallIds> answers) {
        CallIds all;
        for (CallIds& ids : answers) {
          all.insert(all.end(), std::make_move_iterator(ids.begin()),
                     std::make_move_iterator(ids.end()));
        }
        if (all.size() > limit) all.resize(limit);
        done(std::move(all));
      });
}

}  // namespace controld::shard

#include "controld/shard/shard_pool.h"

#include <iterator>
#include <utility>

namespace controld::shard {

ShardPool::ShardPool(size_t shards, fleet::HashKey key, const call::Settings& settings,
                     call::Counters& counters, FleetHost& fleet)
    : key_(key) {
  std::vector<ShardPort*> ports;
  for (size_t i = 0; i < shards; ++i) {
    shards_.push_back(std::make_unique<Shard>(static_cast<uint32_t>(i), settings, counters, fleet));
    ports.push_back(shards_.back().get());
  }
  fleet.SetShards(std::move(ports));
}

void ShardPool::Start() {
  for (auto& shard : shards_) shard->Start();
}

void ShardPool::Stop() {
  for (auto& shard : shards_) shard->Stop();
}

Shard& ShardPool::ShardFor(std::string_view call_id) {
  return *shards_[fleet::ShardOf(key_, call_id, shards_.size())];
}

bool ShardPool::Handle(ng::Request&& request, const base::Endpoint& origin, Respond&& respond) {
  Shard& shard = ShardFor(request.call_id ? std::string_view(*request.call_id) : std::string_view());
  if (shard.commands_queued.load(std::memory_order_relaxed) >= kMaxQueued) return false;
  shard.commands_queued.fetch_add(1, std::memory_order_relaxed);
  shard.Post([&shard, request = std::make_unique<ng::Request>(std::move(request)), origin,
              respond = std::move(respond)](call::CallService& service) mutable {
    shard.commands_queued.fetch_sub(1, std::memory_order_relaxed);
    service.Handle(std::move(*request), origin, base::ReadClocks(), std::move(respond));
  });
  return true;
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
          all.insert(all.end(), std::make_move_iterator(ids.begin()), std::make_move_iterator(ids.end()));
        }
        if (all.size() > limit) all.resize(limit);
        done(std::move(all));
      });
}

}  // namespace controld::shard

// The fleet as the calls of one shard see it: commands out, results back on the shard's thread.
//
// Callbacks never leave the shard: only command ids and results cross threads. Single-threaded.
#pragma once

#include <functional>
#include <string>
#include <variant>

#include "absl/container/flat_hash_map.h"
#include "controld/call/worker_gateway.h"
#include "controld/shard/fleet_host.h"
#include "proto/base/clock.h"

namespace controld::shard {

class ShardGateway final : public call::WorkerGateway {
 public:
  // All outlive the gateway.
  ShardGateway(uint32_t shard, const std::string& controller_name, FleetHost& fleet,
               base::Random& random)
      : shard_(shard), controller_name_(controller_name), fleet_(fleet), random_(random) {}

  call::Placement Place(const call::PlacementNeeds& needs) override;
  void Release(const std::string& worker, unsigned streams) override;
  void Charge(const std::string& worker, unsigned streams) override;
  std::shared_ptr<const call::WorkerView> View(const std::string& worker) override;
  void Apply(const std::string& worker, rtpengine::v1::Session session,
             Callback<rtpengine::v1::ApplySessionResult> done) override;
  void Delete(const std::string& worker, const std::string& call_id,
              Callback<rtpengine::v1::SessionStatistics> done) override;
  void Query(const std::string& worker, const std::string& call_id, bool explain,
             Callback<rtpengine::v1::SessionStatistics> done) override;

  // Its answer follows a fresh load report of the worker (worker.proto). `done` likewise on failure.
  void Ping(const std::string& worker, std::function<void()> done);

  // Calls the callback that waits for this result.
  void Deliver(const rtpengine::v1::CommandResult& result);
  size_t waiting() const { return callbacks_.size(); }

 private:
  using ApplyDone = Callback<rtpengine::v1::ApplySessionResult>;
  using StatisticsDone = Callback<rtpengine::v1::SessionStatistics>;
  using PingDone = std::function<void()>;

  const uint32_t shard_;
  const std::string& controller_name_;
  FleetHost& fleet_;
  base::Random& random_;
  absl::flat_hash_map<fleet::CommandId, std::variant<ApplyDone, StatisticsDone, PingDone>>
      callbacks_;
};

}  // namespace controld::shard

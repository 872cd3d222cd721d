// One shard: calls, and a thread for what is done with them. Another thread may do some of its work
// (base::HelpScope), never two at a time.
//
// Post, Help, Wake and the ShardPort methods from any thread.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "controld/call/call_service.h"
#include "controld/call/directory.h"
#include "controld/shard/fleet_host.h"
#include "controld/shard/shard_gateway.h"
#include "controld/shard/task_queue.h"
#include "proto/base/clock.h"
#include "proto/base/help_scope.h"

namespace controld::shard {

class Shard final : public ShardPort, public base::Helped {
 public:
  // Has the calls to itself.
  using Task = absl::AnyInvocable<void(call::CallService& service)>;

  // All arguments outlive the shard.
  Shard(uint32_t index, const call::Settings& settings, call::Counters& counters, FleetHost& fleet);
  // Stops. Tasks that did not run are destroyed, and so are the calls' pending replies.
  ~Shard() override;

  // Before Start(): where this shard's commands find the calls of others.
  void SetDirectory(std::unique_ptr<call::CallDirectory> directory);
  void Start();
  void Stop();

  void Post(Task task);
  void Help() override;
  void Wake() override { queue_.Wake(); }

  // Has these workers report their load; `done` on the shard's thread once all have, or cannot.
  void PingWorkers(std::vector<std::string> workers, std::function<void()> done);

  void PostResults(std::vector<rtpengine::v1::CommandResult> results) override;
  void PostInventory(const std::string& worker,
                     std::vector<rtpengine::v1::SessionRecord> records) override;
  void PostInventoryDone(const std::string& worker, fleet::StreamId stream) override;
  void PostEvents(const std::string& worker, std::vector<rtpengine::v1::Event> events) override;
  void PostWorkerGone(const std::string& worker) override;

  // Commands of clients that were posted and not begun: the measure of overload.
  std::atomic<uint32_t> commands_queued{0};

 private:
  void Run();
  void RunBatch(std::vector<Task>& batch);

  const uint32_t index_;
  FleetHost& fleet_;
  base::SystemRandom random_;
  ShardGateway gateway_;
  TaskQueue<Task> queue_;
  std::unique_ptr<call::CallDirectory> directory_;
  std::unique_ptr<call::CallService> service_;  // destroyed before the gateway and the directory
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace controld::shard

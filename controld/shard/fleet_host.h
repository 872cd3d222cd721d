// The fleet with a lock around it, and the carrying out of its actions: messages to streams,
// results and events to shards, lines to the log.
//
// Thread-safe. The lock is held for bookkeeping only: messages are appended to streams under it (so
// that their order is the fleet's), written to the network and posted to shards after it. No gRPC
// here.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "controld/fleet/fleet.h"
#include "controld/fleet/keyed_hash.h"
#include "proto/base/clock.h"

namespace controld::shard {

// A worker's stream, as something to write to. All methods are thread-safe and never block; none
// may call back into the FleetHost.
class StreamWriter {
 public:
  virtual ~StreamWriter() = default;
  virtual void Append(rtpengine::v1::ControllerMessage&& message) = 0;
  virtual void Flush() = 0;  // sends what was appended, unless that is under way already
  virtual void End(fleet::EndCode code, const std::string& reason) = 0;
};

// A shard, as something to post to. Methods return at once.
class ShardPort {
 public:
  virtual ~ShardPort() = default;
  virtual void PostResults(std::vector<rtpengine::v1::CommandResult> results) = 0;
  virtual void PostInventory(const std::string& worker,
                             std::vector<rtpengine::v1::SessionRecord> records) = 0;
  // Answered by FleetHost::ReleaseWaiting.
  virtual void PostInventoryDone(const std::string& worker, fleet::StreamId stream) = 0;
  virtual void PostEvents(const std::string& worker, std::vector<rtpengine::v1::Event> events) = 0;
  virtual void PostWorkerGone(const std::string& worker) = 0;
};

// While one lives on a thread, what that thread gives workers to do is gathered and sent at its
// end: a batch of commands costs one write.
class FlushScope {
 public:
  FlushScope();
  ~FlushScope();
  FlushScope(const FlushScope&) = delete;
  FlushScope& operator=(const FlushScope&) = delete;

  // The scope of this thread, or null.
  static FlushScope* Current();
  void Add(const std::shared_ptr<StreamWriter>& writer);

 private:
  std::vector<std::shared_ptr<StreamWriter>> writers_;
};

class FleetHost {
 public:
  FleetHost(fleet::FleetSettings settings, fleet::HashKey key);

  // The shards exist after the host (they refer to it): called once, before any stream.
  void SetShards(std::vector<ShardPort*> shards);

  // ---- streams
  fleet::StreamId OpenStream(std::shared_ptr<StreamWriter> writer, std::string peer);
  void OnFrame(fleet::StreamId stream, rtpengine::v1::WorkerFrame* frame);
  void CloseStream(fleet::StreamId stream);
  void Tick();
  // Ends all streams; new ones are ended at once.
  void Shutdown();

  // ---- for shards
  fleet::CommandId Issue(const std::string& worker, uint32_t shard, rtpengine::v1::Command command);
  void ReleaseWaiting(const std::string& worker, fleet::StreamId stream, uint32_t shard);
  call::Placement Place(const call::PlacementNeeds& needs, base::Random& random);
  void Charge(const std::string& worker, unsigned streams);
  void Discharge(const std::string& worker, unsigned streams);
  std::shared_ptr<const call::WorkerView> View(const std::string& worker);

  // ---- for operators
  std::vector<rtpengine::v1::WorkerInfo> Describe();
  std::vector<std::string> Warnings();
  fleet::FleetCounters counters();
  // Some worker's calls are back in all shards, and no attached worker's are still on their way.
  bool Settled();
  // `done` with the worker's answer, on any thread.
  using DrainDone = std::function<void(const rtpengine::v1::CommandResult&)>;
  void Drain(const std::string& worker, bool drain, DrainDone done);
  void SetLimits(const place::Limits& limits);

 private:
  class Delivery;
  // Under the lock: what concerns streams. The rest is gathered in `delivery` for after it.
  void Sort(fleet::Actions* actions, Delivery* delivery) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  uint32_t admin_issuer() const { return static_cast<uint32_t>(shards_.size()); }

  const fleet::HashKey key_;
  std::vector<ShardPort*> shards_;  // constant once streams are open
  absl::Mutex mutex_;
  fleet::Fleet fleet_ ABSL_GUARDED_BY(mutex_);
  fleet::StreamId last_stream_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t released_ ABSL_GUARDED_BY(mutex_) = 0;  // answers of shards to InventoryDone
  bool shutdown_ ABSL_GUARDED_BY(mutex_) = false;
  absl::flat_hash_map<fleet::StreamId, std::shared_ptr<StreamWriter>> writers_
      ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<fleet::CommandId, DrainDone> drains_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace controld::shard

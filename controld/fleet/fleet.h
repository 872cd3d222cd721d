// The workers: who is attached, what they hold, which commands are under way, who is lost.
//
// Sans-IO: stream messages, commands and time come in; actions come out (action.h). Knows no gRPC
// and no threads: the shell calls it under one lock and carries the actions out after releasing it.
//
// A worker's life: Hello → Welcome, JOINING while its sessions are listed page by page and handed
// to the shards, then READY (or what it says itself). Its stream breaks: placement passes it over
// at once, and commands wait kReattachPatience for it. Nothing heard for kLostAfter: LOST. Away for
// worker-lost-timeout: WorkerGone, its calls end.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "controld/call/worker_gateway.h"
#include "controld/fleet/action.h"
#include "controld/fleet/worker.h"
#include "controld/place/place.h"
#include "proto/base/clock.h"
#include "rtpengine/v1/admin.pb.h"
#include "rtpengine/v1/worker.pb.h"

namespace controld::fleet {

struct FleetSettings {
  std::string controller_name;
  std::string build;
  uint64_t boot_epoch = 0;
  std::chrono::nanoseconds lost_timeout{std::chrono::seconds(60)};
  place::Limits limits;
};

struct FleetCounters {
  uint64_t attached = 0, detached = 0, lost = 0, gone = 0;
  uint64_t faults = 0;          // streams ended because the worker broke the protocol
  uint64_t timeouts = 0;        // commands without an answer in time
  uint64_t waited_in_vain = 0;  // commands whose worker did not come back in time
  uint64_t resent = 0;          // commands sent again after a re-attachment
};

class Fleet {
 public:
  using Duration = std::chrono::nanoseconds;
  static constexpr Duration kLostAfter = std::chrono::seconds(3);
  static constexpr Duration kCommandTimeout = std::chrono::seconds(5);
  static constexpr Duration kReattachPatience = std::chrono::seconds(2);
  static constexpr Duration kLateAnswers = std::chrono::seconds(60);  // tolerated after a timeout
  static constexpr Duration kHelloTimeout = std::chrono::seconds(5);
  static constexpr size_t kMaxWorkers = 1024;    // names ever seen
  static constexpr size_t kMaxFlights = 65'536;  // per worker; more are refused
  static constexpr size_t kMaxWaiting = 16'384;  // per worker; more are refused

  explicit Fleet(FleetSettings settings);

  // ---- streams. Ids that are not open (any more) are ignored.
  void StreamOpened(StreamId stream, std::string peer, base::Now now);
  // Takes the messages out of `frame`.
  void OnFrame(StreamId stream, rtpengine::v1::WorkerFrame* frame, base::Now now, Actions* actions);
  void StreamClosed(StreamId stream, base::Now now, Actions* actions);
  // Call about every 100 ms.
  void Tick(base::Now now, Actions* actions);

  // ---- commands
  // Sends the command (its id is set here), or keeps it while the worker is away. Exactly one
  // DeliverResult follows, perhaps among these actions.
  CommandId Issue(const std::string& worker, uint32_t issuer, rtpengine::v1::Command command,
                  base::Now now, Actions* actions);
  // The issuer has dealt with InventoryDone: its waiting commands go out.
  void ReleaseWaiting(const std::string& worker, StreamId stream, uint32_t issuer, base::Now now,
                      Actions* actions);

  // ---- placement
  call::Placement Place(const call::PlacementNeeds& needs, base::Random& random);
  void Charge(const std::string& worker, unsigned streams);
  void Discharge(const std::string& worker, unsigned streams);
  std::shared_ptr<const call::WorkerView> View(const std::string& worker) const;

  // ---- for operators
  std::vector<rtpengine::v1::WorkerInfo> Describe() const;
  // What an operator should know: workers that were cut off or are lost.
  std::vector<std::string> Warnings() const;
  // Some attached worker's inventory is still being taken.
  bool Joining() const;
  const FleetCounters& counters() const { return counters_; }
  void set_limits(const place::Limits& limits) { settings_.limits = limits; }

 private:
  struct Stream {
    std::string peer;
    base::Now opened;
    Worker* worker = nullptr;  // null until Hello
  };

  void OnMessage(StreamId id, Stream& stream, rtpengine::v1::WorkerMessage* message, base::Now now,
                 Actions* actions);
  void OnHello(StreamId id, Stream& stream, rtpengine::v1::Hello* hello, base::Now now,
               Actions* actions);
  void OnResult(Worker& worker, rtpengine::v1::CommandResult* result, base::Now now,
                Actions* actions);
  void OnInventory(Worker& worker, rtpengine::v1::CommandResult* result, base::Now now,
                   Actions* actions);
  void OnLoad(Worker& worker, rtpengine::v1::LoadReport* load, Actions* actions);
  Worker* FindOrAdd(const std::string& name);

  void Attach(Worker& worker, StreamId id, Stream& stream, rtpengine::v1::Hello* hello,
              base::Now now, Actions* actions);
  void RequestInventory(Worker& worker, std::string after, base::Now now, Actions* actions);
  // Takes the worker off its stream; commands under way wait for its return, or fail when it is
  // lost.
  void Detach(Worker& worker, base::Now now, Actions* actions);
  // Ends the stream because the worker broke the rules.
  void Fault(Worker& worker, std::string reason, base::Now now, Actions* actions);
  void CloseStream(StreamId stream, EndCode code, std::string reason, Actions* actions);
  void Lose(Worker& worker, base::Now now, Actions* actions);
  void Expire(Worker& worker, base::Now now, Actions* actions);
  void FailWaiting(Worker& worker, Duration now, bool all, Actions* actions);

  void Send(Worker& worker, uint32_t issuer, rtpengine::v1::Command command, base::Now now,
            Actions* actions);
  static void Fail(uint32_t issuer, CommandId id, std::string text, Actions* actions);
  void FailCommand(Worker& worker, uint32_t issuer, CommandId id, std::string text,
                   Actions* actions);

  FleetSettings settings_;
  FleetCounters counters_;
  CommandId last_command_ = 0;
  // Workers are never removed but when the cap is reached: calls and operators refer to them by
  // name.
  std::map<std::string, std::unique_ptr<Worker>, std::less<>> workers_;
  absl::flat_hash_map<StreamId, Stream> streams_;
};

}  // namespace controld::fleet

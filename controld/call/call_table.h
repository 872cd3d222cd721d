// The calls of one shard and the machinery that commands share: one command per call at a time, and the
// services around it. Shard thread only.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "controld/call/call_service.h"
#include "controld/call/call_state.pb.h"
#include "proto/base/log.h"

namespace controld::call {

class CallDirectory;

struct CallEntry {
  CallState state;
  bool busy = false;  // a command waits for the worker
  bool gone = false;  // deleted from the table while somebody still holds the entry
  bool seen_in_inventory = false;             // during reconciliation
  std::deque<std::function<void()>> waiting;  // commands that came meanwhile
  base::log::Following following;  // while state.debug() is set
};
using CallEntryPtr = std::shared_ptr<CallEntry>;

enum class EndReason : uint8_t {
  kRegular, kForced, kTimeout, kSilentTimeout, kOfferTimeout, kFinalTimeout, kWorkerLost, kFailed,
  kMerged,  // it goes on as part of another call
};

class CallTable {
 public:
  static constexpr size_t kMostUndeleted = 100'000;

  CallTable(const Settings& the_settings, Counters& the_counters, WorkerGateway& the_gateway,
            base::Random& the_random)
      : settings(the_settings), counters(the_counters), gateway(the_gateway), random(the_random) {}

  CallEntryPtr Find(const std::string& call_id) const;
  CallEntryPtr Insert(CallState state);
  // Takes the call out of the table and gives its charge back. Its worker session is not touched.
  void Remove(const CallEntryPtr& entry, EndReason reason);

  // The call has ended here, but its worker could not be told: when it comes back with the session, the
  // session is deleted there instead of being adopted again.
  void RememberUndeleted(const CallState& call);
  // The generation the worker still holds of a call that ended so; 0 = none. Forgets it.
  uint64_t TakeUndeleted(const std::string& call_id, const std::string& worker);

  // A command starts only when no other one is at work on the call: otherwise `retry` is kept and run once
  // the call is free. True: go on (and end with Release).
  bool Acquire(const CallEntryPtr& entry, std::function<void()> retry);
  // Its state may have changed since Acquire().
  void Release(const CallEntryPtr& entry);

  // Ends a call: deletes the worker's session, writes the final statistics to the log, removes it. `done`
  // gets the final statistics (empty if the worker did not answer).
  using EndDone = std::function<void(const CallState&, const rtpengine::v1::SessionStatistics&)>;
  void End(const CallEntryPtr& entry, EndReason reason, base::Now now, EndDone done);

  Settings settings;  // replaced between commands: keep no reference across one
  Counters& counters;
  WorkerGateway& gateway;
  base::Random& random;
  absl::flat_hash_map<std::string, CallEntryPtr> calls;
  struct Undeleted {
    std::string worker;
    uint64_t generation = 0;
  };
  absl::flat_hash_map<std::string, Undeleted> undeleted;  // by call-id; at most kMostUndeleted
  absl::flat_hash_map<std::string, std::string> forwards;  // call-id → the call that took that one in
  CallDirectory* directory = nullptr;  // calls of other shards; null: there are none
  std::multimap<int64_t, std::string> deadlines;  // unix µs → call-id; stale entries are harmless
};

// Logging context of a call.
inline base::log::Context LogContext(const CallState& call) {
  base::log::Context context;
  context.call_id = call.call_id();
  return context;
}

}  // namespace controld::call

// All calls of one shard: carries out NG commands, keeps timers, and puts calls back after restarts.
//
// Single-threaded: every method on the shard's thread. Commands about the same call are carried out one
// after the other; a command that waits for a worker does not hold up other calls.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "controld/call/settings.h"
#include "controld/call/worker_gateway.h"
#include "controld/ng/request.h"
#include "controld/ng/value.h"
#include "proto/base/clock.h"
#include "rtpengine/v1/admin.pb.h"

namespace controld::call {

class CallTable;

// How many calls there are, and by the families of the addresses that their parties signalled.
struct SessionCounts {
  int64_t calls = 0, ipv4 = 0, ipv6 = 0, mixed = 0;

  SessionCounts& operator+=(const SessionCounts& other) {
    calls += other.calls;
    ipv4 += other.ipv4;
    ipv6 += other.ipv6;
    mixed += other.mixed;
    return *this;
  }
};

class CallService {
 public:
  // All arguments outlive the service. `counters` is shared by all shards (atomics).
  CallService(const Settings& settings, Counters& counters, WorkerGateway& gateway, base::Random& random);
  ~CallService();

  // offer, answer, delete, query; `respond` is called exactly once, perhaps later. `origin` is the
  // control peer ("192.0.2.7:40000") for created_from and logs.
  using Respond = std::function<void(ng::Dictionary reply)>;
  void Handle(ng::Request request, const base::Endpoint& origin, base::Now now, Respond respond);

  // Call-ids for `list`, at most `limit` appended to `out`.
  void List(size_t limit, std::vector<std::string>* out) const;
  size_t size() const;

  // Timers; call about every 100 ms.
  void Tick(base::Now now);

  // ---- from the fleet
  void OnEvent(const std::string& worker, const rtpengine::v1::Event& event, base::Now now);
  // One page of a worker's inventory after it attached. Adopts unknown calls of a former life of this
  // controller, re-applies what the worker missed, deletes what was deleted meanwhile.
  void Reconcile(const std::string& worker, const rtpengine::v1::SessionRecord& record, base::Now now);
  // The inventory is complete: calls of this worker that were not in it are replayed with their ports.
  void ReconcileDone(const std::string& worker, base::Now now);
  // The worker is gone for longer than it may be: its calls end (reason: worker lost).
  void OnWorkerGone(const std::string& worker, base::Now now);

  // ---- for the admin interface
  void ListCalls(const rtpengine::v1::ListCallsRequest& filter, rtpengine::v1::ListCallsResponse* out) const;
  using DescribeDone = std::function<void(bool found, rtpengine::v1::CallInfo)>;
  void Describe(const std::string& call_id, bool explain, base::Now now, DescribeDone done);
  using ExplainDone = std::function<void(bool found, rtpengine::v1::ExplainCallResponse)>;
  void Explain(const std::string& call_id, base::Now now, ExplainDone done);
  SessionCounts CountSessions() const;
  // Time of creation (unix µs) and text, see session_text.h.
  std::vector<std::pair<int64_t, std::string>> SessionLines() const;
  using PrintDone = std::function<void(bool found, std::string text)>;
  void PrintSession(const std::string& call_id, base::Now now, PrintDone done);
  using DeleteDone = std::function<void(bool found, rtpengine::v1::SessionStatistics)>;
  void ForceDelete(const std::string& call_id, base::Now now, DeleteDone done);

 private:
  std::unique_ptr<CallTable> table_;
  base::Now last_tick_;
};

}  // namespace controld::call

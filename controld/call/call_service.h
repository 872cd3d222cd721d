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

class CallDirectory;
class CallTable;
struct Loan;

// How many calls there are, and, of those that were answered, the families of the addresses that their
// parties signalled.
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
  void Handle(ng::Request&& request, const base::Endpoint& origin, base::Now now, Respond respond);

  // Where calls of other shards are; outlives the service. Without it commands on several calls fail.
  void SetDirectory(CallDirectory* directory);
  // The other side of a CallDirectory: see there.
  void Lend(const std::string& call_id, std::function<void(Loan)> done);
  void TakeBack(const std::string& call_id, const std::string& merged_into);
  void Forward(const std::string& call_id, const std::string& target);

  // Call-ids for `list`, at most `limit` appended to `out`.
  void List(size_t limit, std::vector<std::string>* out) const;
  size_t size() const;

  // What the configuration says from now on. Calls there are take up new timeouts bit by bit, with
  // Tick: telling the workers all at once would hold up everything else.
  void SetSettings(const Settings& settings);

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
  // One party; `text` is empty if there is no such tag.
  void PrintParty(const std::string& call_id, const std::string& tag, base::Now now, PrintDone done);
  bool Has(const std::string& call_id) const;
  // Whether every line about the call is logged; `done` once its worker knows, too, or could not be told.
  void Debug(const std::string& call_id, bool on, std::function<void(bool found)> done);
  using DeleteDone = std::function<void(bool found, rtpengine::v1::CallInfo)>;  // as it ended
  void ForceDelete(const std::string& call_id, base::Now now, DeleteDone done);

 private:
  void RefreshSome();

  std::unique_ptr<CallTable> table_;
  base::Now last_tick_;
  std::vector<std::string> outdated_;  // calls whose workers know former timeouts
};

}  // namespace controld::call

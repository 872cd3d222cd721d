// The flows of one call: what is wanted, what is installed, and the way from one to the other. Sans-IO: operations come
// out, results go in; the shell (../relay/shard_offload.cc) carries them to the kernel and back.
//
// One batch of operations is under way at a time (busy). While it is, the shell keeps the sockets of sockets() unread:
// what arrives there waits, so that no packet is handled here with SRTP indices or sequence numbers that the kernel has
// moved on from, nor there with those from before the hand-over. Flows are removed before others are installed in
// their place. Whatever is applied to the session, its flows leave the kernel first (Leave, until empty()).
//
// Owner: the call's shard; one thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mediad/offload/flow.h"
#include "mediad/offload/merge.h"
#include "mediad/offload/plan.h"
#include "mediad/session/session.h"

namespace mediad::offload {

class CallFlows {
 public:
  bool empty() const { return entries_.empty(); }
  size_t size() const { return entries_.size(); }
  bool busy() const { return !batch_.empty(); }
  // An event or a report said that a flow has to go.
  bool wants_to_leave() const;

  // All flows shall go, and none come until Stay. The first reason counts.
  void Leave(std::string_view reason);
  void Stay() {
    leaving_.clear();
    holds_.clear();
  }

  // Compares. True: there is something to do, Begin says what. Also keeps the streams' notes. Precondition: not busy.
  bool Plan(session::Session* session, const Status& status, const base::Now& now);
  // Something may be wanted that Plan held back for a while.
  bool held_back() const;
  // To be left unread from before Begin until after Finish.
  std::vector<session::SocketIndex> sockets() const;
  // Now busy. `mark`: SessionMark.
  std::vector<Operation> Begin(session::Session* session, uint64_t mark);
  // Reads the counters of all flows. Precondition: neither busy nor empty.
  std::vector<Operation> BeginRead();
  // One result for each operation, in their order. Not busy any more.
  void Finish(const std::vector<Result>& results, const base::Now& now, session::Session* session,
              std::vector<Moved>* moved);
  // Flows that the last Finish brought into the kernel.
  const std::vector<FlowId>& installed() const { return installed_; }
  std::vector<session::SocketIndex> installed_sockets() const;
  // Flows that are no more ours, since the last call.
  std::vector<FlowId> TakeRemoved() { return std::exchange(removed_, {}); }
  // What came to the sockets after Begin and before the flows just installed took over has been handled: the kernel is
  // told of its SRTP indices, and marks of what was counted. Empty: nothing came; otherwise busy.
  std::vector<Operation> BeginSync(session::Session* session);

  // A flow that another process left, found at `local`, a port of the session. Busy until Finish.
  std::vector<Operation> Adopt(const std::vector<FlowReport>& found, session::Session* session,
                               const base::Now& now);

  // Counters of a flow; what is no flow of ours, or older than what is known, is ignored.
  void OnReport(const FlowReport& report, const base::Now& now, session::Session* session,
                std::vector<Moved>* moved);
  // A dump is complete. Flows that this one and the one before did not show are gone.
  void OnDumpEnd(session::Session* session);
  // The table is gone, with everything in it.
  void OnTableLost(std::string_view reason, session::Session* session);
  void OnEvent(const FlowEvent& event, const base::Now& now);

 private:
  struct Entry {
    FlowId id = 0;
    Flow flow;
    FlowReport last;        // what was merged already
    Mark mark;              // as the kernel has it
    std::vector<uint32_t> known;  // SSRCs received before it entered
    bool adopted = false;   // of another process: its settings are not known
    std::string leave;      // why it is to go; empty: it is not
    bool claimed = false;   // by a stream, in the last Plan
    unsigned missed = 0;    // dumps in a row that did not show it
  };
  // Not to be installed for a while.
  struct Hold {
    session::SocketIndex socket = session::kNoSocket;
    Flow flow;
    std::string refusal;                          // the kernel's words; empty: too much going in and out
    std::chrono::nanoseconds until{0};
  };

  Entry* FindSocket(session::SocketIndex socket);
  Entry* FindId(FlowId id);
  Hold* FindHold(session::SocketIndex socket);
  void PlanOne(session::Session* session, session::MediaIndex media, size_t stream, const Status& status,
               const base::Now& now);
  void PlanPort(session::Session* session, session::MediaIndex media, size_t stream, StreamPlan plan, Entry* entry,
                const Status& status, const base::Now& now);
  static void AddStates(const Flow& flow, session::Session* session, Operation* operation);
  void FinishOne(const Operation& operation, const Result& result, const base::Now& now,
                 session::Session* session, std::vector<Moved>* moved);
  void OnInstalled(const Operation& operation, const Result& result, const base::Now& now,
                   session::Session* session);
  void OnRefused(const Operation& operation, const Result& result, const base::Now& now,
                 session::Session* session);
  void Forget(FlowId id, std::string_view reason, session::Session* session);
  void HoldBack(session::SocketIndex socket, const base::Now& now);

  std::vector<Entry> entries_;
  std::vector<Hold> holds_;
  std::string leaving_;
  std::vector<Flow> wanted_;       // by the last Plan, to be installed
  std::vector<Operation> batch_;   // under way
  std::vector<FlowId> installed_, removed_;
  uint64_t mark_ = 0;              // of the session
};

}  // namespace mediad::offload

// offload::Kernel over generic netlink: one thread with the socket that owns the table, and one for events.
//
// Keeps the table open: when it cannot be opened, or is lost (the module is unloaded), it says so once, fails what is
// asked, and tries again. Once a second all flows are dumped, so that lost events and lost flows come to light.
// Not here: what flows mean to calls (../call_flows.h).
#pragma once

#include <atomic>
#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

#include "mediad/offload/kernel.h"
#include "mediad/offload/netlink/messages.h"
#include "mediad/offload/netlink/netlink_socket.h"

namespace mediad::offload {

class KernelLink final : public Kernel {
 public:
  explicit KernelLink(const TableSettings& settings);
  ~KernelLink() override;

  // The first try, on the caller's thread, before Start. Logs why not.
  Status Open();

  void Start(unsigned shards, Deliver deliver) override;
  void Stop() override;
  void Submit(unsigned shard, uint64_t transaction, std::vector<Operation> operations) override;
  std::optional<FlowReport> TakeFound(uint64_t mark, const base::Endpoint& local) override;
  bool has_found() const override { return has_found_.load(std::memory_order_relaxed); }
  Status status() const override;

 private:
  using Clock = std::chrono::steady_clock;

  struct Request {
    unsigned shard = 0;
    uint64_t transaction = 0;
    std::vector<Operation> operations;
  };
  // A request under way: results gather here.
  struct Transaction {
    unsigned shard = 0;
    Results results;
    size_t left = 0;
  };
  struct Pending {
    std::shared_ptr<Transaction> transaction;  // null: nobody wants to know
    size_t index = 0;
    Operation::Kind kind = Operation::Kind::kRead;
    FlowId id = 0;
    base::Endpoint local;                      // kInstall
    bool acknowledged = false;
    Clock::time_point deadline;
  };

  void Loop();
  bool TakeRequests();  // false: stop
  void Tick(Clock::time_point now);
  int TimeToWait(Clock::time_point now) const;
  void Begin(Request request);
  void Send(Pending pending, const Operation& operation);
  void ReadAnswers();
  void ReadEvents();
  void OnAnswer(const Message& message);
  void OnDump(const Message& message);
  void EndDump(bool complete);
  void Complete(uint32_t sequence, bool ok, int errno_value, std::string error);
  void Expire(Clock::time_point now);
  void RemoveUnclaimed();
  void Lose(const std::string& reason);
  // Opens sockets and table; the reason in words, empty: done.
  std::string TryOpen(std::string* log_line);
  void SetStatus(Status status);
  void DeliverStatus();
  uint32_t NextSequence() { return ++sequence_ == 0 ? ++sequence_ : sequence_; }

  const TableSettings settings_;
  Deliver deliver_;
  unsigned shards_ = 0;
  std::thread thread_;
  int wake_ = -1;

  mutable std::mutex mutex_;      // guards the four below
  std::deque<Request> queue_;
  bool stopping_ = false;
  Status status_;
  std::map<base::Endpoint, FlowReport> found_;
  std::atomic<bool> has_found_{false};

  // The thread's own (before Start: Open's caller).
  NetlinkSocket commands_, events_;
  FamilyInfo family_;
  uint32_t sequence_ = 0;
  uint64_t order_ = 0;
  std::map<uint32_t, Pending> pending_;
  std::unordered_map<FlowId, unsigned> shard_of_;
  uint32_t dump_ = 0;             // sequence of the dump under way; 0 = none
  bool dump_complete_ = true;
  std::vector<std::vector<FlowReport>> dumped_;  // by shard
  std::vector<uint8_t> buffer_;
  Clock::time_point next_dump_, next_open_, unclaimed_at_;
  bool logged_ = false;           // that it is not open
};

}  // namespace mediad::offload

// The kernel as relay shards see it: operations go, deliveries come. A seam that tests fill.
//
// Thread rule: a shard never waits for the kernel. Submit only queues; the work (system calls that may sleep: memory,
// ciphers, other users of generic netlink) is done by one thread of the process, because a table belongs to one socket.
// Answers come back through the shards' own queues.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <variant>
#include <vector>

#include "mediad/offload/flow.h"

namespace mediad::offload {

// Of one Submit: one result per operation.
struct Results {
  uint64_t transaction = 0;
  std::vector<Result> results;
};

// Counters of flows of this shard; a dump of all of them ends with `end`.
struct Reports {
  std::vector<FlowReport> flows;
  bool end = false;
};

using Delivery = std::variant<Results, Reports, FlowEvent, Status>;

class Kernel {
 public:
  using Deliver = std::function<void(unsigned shard, Delivery delivery)>;

  virtual ~Kernel() = default;
  // `deliver` is called on another thread and must not block. The first delivery to each shard is the status.
  virtual void Start(unsigned shards, Deliver deliver) = 0;
  // Nothing is delivered after it; the table is given up, with all flows.
  virtual void Stop() = 0;
  // The results come in the order of the calls of a shard, exactly once, whatever happens.
  virtual void Submit(unsigned shard, uint64_t transaction, std::vector<Operation> operations) = 0;
  // A flow that an earlier process left at this port, if it has this mark; it is the caller's then (kAdopt). One with
  // another mark is removed. Any thread.
  virtual std::optional<FlowReport> TakeFound(uint64_t mark, const base::Endpoint& local) = 0;
  // There may be such flows.
  virtual bool has_found() const = 0;
  // How it stands now. Any thread.
  virtual Status status() const = 0;
};

}  // namespace mediad::offload

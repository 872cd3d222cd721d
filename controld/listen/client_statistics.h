// Requests per client and command (metrics-and-state.md §1 requests_total, §2 controlstatistics).
//
// A client is an IP address. Entries are made when a client first speaks and are never removed, so that a
// pointer to one stays valid; their number is capped, and all further clients share one entry (the peer of
// a datagram is easily forged). Counters are relaxed atomics: any thread counts, readers sum up.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "controld/fleet/keyed_hash.h"
#include "controld/ng/request.h"
#include "proto/base/endpoint.h"

namespace controld::listen {

inline constexpr size_t kCommands = static_cast<size_t>(ng::Command::kCli) + 1;

struct CommandCounter {
  std::atomic<uint64_t> count{0};
  std::atomic<uint64_t> nanoseconds{0};  // from reception to reply
};

struct ClientCounters {
  std::array<CommandCounter, kCommands> commands;  // kUnknown: everything that is no known command
  std::atomic<uint64_t> errors{0};                 // error replies

  void Count(ng::Command command, std::chrono::nanoseconds elapsed, bool error);
};

// How long commands took, whosever they were: since the last Take, and how many there were ever. Any thread.
class CommandTimes {
 public:
  struct Taken {
    uint64_t count = 0, sum_ns = 0, least_ns = 0, most_ns = 0;
  };
  void Count(ng::Command command, std::chrono::nanoseconds elapsed);
  uint64_t count(size_t command) const { return all_[command].ever.load(std::memory_order_relaxed); }
  Taken Take(size_t command);

 private:
  struct One {
    std::atomic<uint64_t> ever{0}, count{0}, sum{0}, least{~uint64_t{0}}, most{0};
  };
  std::array<One, kCommands> all_;
};

class ClientStatistics {
 public:
  static constexpr size_t kMaxClients = 4096;

  explicit ClientStatistics(fleet::HashKey key);

  // Never null; valid as long as this object.
  ClientCounters* Get(const base::IpAddress& client);

  struct Client {
    std::string address;  // "other" for those beyond the cap
    const ClientCounters* counters;
  };
  std::vector<Client> clients() const;
  CommandTimes& times() { return times_; }

 private:
  struct Hash {
    fleet::HashKey key;
    size_t operator()(const base::IpAddress& address) const;
  };
  mutable absl::Mutex mutex_;
  absl::flat_hash_map<base::IpAddress, std::unique_ptr<ClientCounters>, Hash> clients_
      ABSL_GUARDED_BY(mutex_);
  ClientCounters other_;
  CommandTimes times_;
  std::atomic<bool> other_used_{false};
};

}  // namespace controld::listen

// DTMF events to those who want to know: syslog, a UDP address, the clients of NG over TCP (config.md §1.9). Any thread;
// never blocks: a datagram that the system does not take is lost and counted.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "controld/call/dtmf_report.h"
#include "proto/base/clock.h"
#include "proto/base/endpoint.h"
#include "proto/runtime/records.h"

namespace controld::exporting {

class DtmfTeller {
 public:
  struct Ways {
    runtime::RecordWriter write_line;                 // empty: not to syslog
    std::optional<base::Endpoint> destination;        // nullopt: only where calls have one of their own
    std::function<void(std::string message)> notify;  // empty: not to NG clients
  };

  explicit DtmfTeller(Ways ways);
  ~DtmfTeller();
  DtmfTeller(const DtmfTeller&) = delete;
  DtmfTeller& operator=(const DtmfTeller&) = delete;

  // Whether the events of all calls are wanted.
  bool wants_all() const;
  void Tell(const call::DtmfReport& report);

  uint64_t told() const { return told_.load(std::memory_order_relaxed); }        // events
  uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }  // datagrams

 private:
  void SendTo(const base::Endpoint& destination, const std::string& text);
  std::string Cookie() ABSL_LOCKS_EXCLUDED(mutex_);

  const Ways ways_;
  int sockets_[2] = {-1, -1};  // IPv4, IPv6
  absl::Mutex mutex_;
  base::SystemRandom random_ ABSL_GUARDED_BY(mutex_);
  std::atomic<uint64_t> told_{0}, dropped_{0};
};

}  // namespace controld::exporting

// Who may command us: the addresses of listen-ng-allow, or those near us where it is empty
// (docs/decisions/0009), the messages per second of one peer, and the secret of the transports that
// can carry one.
//
// A message that is refused is counted and gets no reply, so that a forged source address makes
// nobody send anything; a line in the log sums up what was refused, at most every 10 s.
// No I/O; time comes in. Thread-safe.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "controld/fleet/keyed_hash.h"
#include "proto/base/endpoint.h"

namespace controld::listen {

// "192.0.2.0/24", "2001:db8::/32", or an address alone.
struct AddressPrefix {
  base::IpAddress address;
  unsigned bits = 0;

  static std::optional<AddressPrefix> Parse(std::string_view text);
  bool Contains(const base::IpAddress& candidate) const;
};

class AccessControl {
 public:
  using Time = std::chrono::nanoseconds;  // monotonic
  static constexpr Time kReportInterval = std::chrono::seconds(10);
  // Peers with an account of their own; all others share one.
  static constexpr size_t kMaxPeers = 4096;

  struct Rules {
    std::vector<AddressPrefix> allow;  // empty: everybody
    bool near = false;                 // `allow` is what the configuration left to us
    uint32_t messages_per_second = 0;  // of one peer address; as many may come at once; 0: no limit
    std::string secret;                // empty: none is asked for
  };
  // kInvalidArgument names the option and the value.
  static absl::StatusOr<std::vector<AddressPrefix>> ParseAllow(
      const std::vector<std::string>& values);

  explicit AccessControl(fleet::HashKey key) : accounts_(0, Hash{key}) {}

  void SetRules(Rules rules);
  // Replaces `allow` where it is Rules::near; networks come and go.
  void SetNear(std::vector<AddressPrefix> networks);

  // For a connection: the address alone. For each message: address and rate.
  bool AdmitConnection(const base::IpAddress& peer, Time now);
  bool AdmitMessage(const base::IpAddress& peer, Time now);
  bool needs_secret() const { return needs_secret_.load(std::memory_order_relaxed); }
  // In constant time; true when none is asked for.
  bool AdmitSecret(std::string_view secret, const base::IpAddress& peer, Time now);

  struct Counters {
    std::atomic<uint64_t> address{0}, rate{0}, secret{0};
  };
  const Counters& counters() const { return counters_; }

 private:
  struct Account {
    double tokens = 0;
    Time filled{0};
  };
  struct Hash {
    fleet::HashKey key;
    size_t operator()(const base::IpAddress& address) const;
  };
  bool Allowed(const base::IpAddress& peer) const ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  bool TakeToken(const base::IpAddress& peer, Time now);
  Account* AccountOf(const base::IpAddress& peer, Time now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(accounts_mutex_);
  void Report(const base::IpAddress& peer, std::string_view why, Time now);

  mutable absl::Mutex mutex_;
  Rules rules_ ABSL_GUARDED_BY(mutex_);
  std::atomic<bool> open_{true};  // neither addresses nor rates are limited
  std::atomic<bool> needs_secret_{false};
  std::atomic<uint32_t> rate_{0};

  absl::Mutex accounts_mutex_;
  absl::flat_hash_map<base::IpAddress, Account, Hash> accounts_ ABSL_GUARDED_BY(accounts_mutex_);
  Account others_ ABSL_GUARDED_BY(accounts_mutex_);
  Time last_sweep_ ABSL_GUARDED_BY(accounts_mutex_){0};

  Counters counters_;
  std::atomic<int64_t> next_report_{0};
  std::atomic<uint64_t> reported_{0};
};

}  // namespace controld::listen

// Keeps the rules in place while mediad runs, and the ports of calls open in them.
//
// Two threads. The writer makes the transactions: what the shards opened and closed while the last one was under
// way goes into the next, so that a transaction serves as many calls as there are and nobody waits for more than two.
// The watcher hears what others do to the rules and has the writer put back what is missing; it also sees to it that
// no call waits longer than kPatience for a kernel that is busy with somebody else's rules.
//
// A crash leaves everything as it is. Whoever starts next finds it and goes on: ports that nobody claims are closed
// after kAdoption.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "mediad/nft/netlink.h"
#include "mediad/nft/settings.h"
#include "mediad/relay/pinhole.h"

namespace mediad::nft {

class Firewall final : public relay::PinholeKeeper {
 public:
  struct Report {
    bool in_place = false;
    std::string problem;    // why not
    uint64_t open = 0;      // ports
    uint64_t repairs = 0;   // times that somebody else's change was undone
    uint64_t failures = 0;  // transactions that failed
    uint64_t late = 0;      // commands answered before their ports were known to be open
  };

  explicit Firewall(Settings settings);
  ~Firewall() override;

  // Puts the rules in place; a failure says why they are not, and is tried again later. Starts the threads in any
  // case. Once.
  absl::Status Start();
  void Stop();  // takes the rules away
  Report report() const;

  void Open(const base::Endpoint& local, std::string_view call) override;
  void Close(const base::Endpoint& local) override;
  void WhenOpen(std::function<void()> done) override;

 private:
  using Clock = std::chrono::steady_clock;
  struct Port {
    int uses = 0;
    std::string comment;
  };
  struct Work {
    bool stop = false;
    bool check = false;  // all of the rules
    bool forget = false;  // close what nobody claimed
    std::vector<base::Endpoint> touched;
  };

  // The writer's.
  void Write();
  Work Await();
  void Update(const Work& work);
  absl::Status Check();
  absl::Status Prepare();
  void Judge(const absl::Status& status, const Plan& plan);
  void Finish();  // those who wait for the transaction under way
  Pinholes Wanted();
  void Remove();
  // The watcher's.
  void Watch();
  void Read(Socket& socket);
  void Hurry();
  void RequestCheck(std::string process);

  const Settings settings_;
  const std::function<bool(std::string_view)> tables_;
  std::thread writer_, watcher_;
  int stop_fd_ = -1;  // wakes the watcher
  std::atomic<uint32_t> port_{0};  // the writer's, by which its own doings are known

  // The writer's, and before it starts Start()'s.
  std::optional<KeeperLock> lock_;
  std::optional<Connection> connection_;
  std::vector<Target> targets_;
  Pinholes installed_;
  Clock::time_point forget_at_;
  bool forgotten_ = false;
  bool began_ = false;  // the rules were in place once

  // The watcher's.
  bool concerned_ = false;  // the transaction being heard of touches our tables

  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable wake_;
  bool stopping_ = false;
  std::unordered_map<base::Endpoint, Port, base::EndpointHash> ports_;
  std::vector<base::Endpoint> touched_;
  std::vector<std::function<void()>> waiting_;
  std::vector<std::function<void()>> under_way_;
  Clock::time_point waiting_since_;
  std::optional<Clock::time_point> check_at_;
  Clock::time_point checked_at_;
  std::string culprit_;  // whose change is to be checked
  Report report_;
};

}  // namespace mediad::nft

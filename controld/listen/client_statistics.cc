#include "controld/listen/client_statistics.h"

#include <algorithm>

namespace controld::listen {

void ClientCounters::Count(ng::Command command, std::chrono::nanoseconds elapsed, bool error) {
  CommandCounter& counter = commands[static_cast<size_t>(command)];
  counter.count.fetch_add(1, std::memory_order_relaxed);
  counter.nanoseconds.fetch_add(static_cast<uint64_t>(std::max<int64_t>(elapsed.count(), 0)),
                                std::memory_order_relaxed);
  if (error) errors.fetch_add(1, std::memory_order_relaxed);
}

void CommandTimes::Count(ng::Command command, std::chrono::nanoseconds elapsed) {
  constexpr auto kOrder = std::memory_order_relaxed;
  One& one = all_[static_cast<size_t>(command)];
  const auto took = static_cast<uint64_t>(std::max<int64_t>(elapsed.count(), 0));
  one.ever.fetch_add(1, kOrder);
  one.count.fetch_add(1, kOrder);
  one.sum.fetch_add(took, kOrder);
  for (uint64_t least = one.least.load(kOrder); took < least && !one.least.compare_exchange_weak(least, took, kOrder);) {
  }
  for (uint64_t most = one.most.load(kOrder); took > most && !one.most.compare_exchange_weak(most, took, kOrder);) {
  }
}

CommandTimes::Taken CommandTimes::Take(size_t command) {
  One& one = all_[command];
  return {one.count.exchange(0), one.sum.exchange(0), one.least.exchange(~uint64_t{0}), one.most.exchange(0)};
}

size_t ClientStatistics::Hash::operator()(const base::IpAddress& address) const {
  const std::string_view octets(reinterpret_cast<const char*>(address.data()), address.size());
  return static_cast<size_t>(fleet::KeyedHash(key, octets));
}

ClientStatistics::ClientStatistics(fleet::HashKey key) : clients_(0, Hash{key}) {}

ClientCounters* ClientStatistics::Get(const base::IpAddress& client) {
  absl::MutexLock lock(&mutex_);
  auto it = clients_.find(client);
  if (it != clients_.end()) return it->second.get();
  if (clients_.size() >= kMaxClients) {
    other_used_.store(true, std::memory_order_relaxed);
    return &other_;
  }
  return clients_.emplace(client, std::make_unique<ClientCounters>()).first->second.get();
}

std::vector<ClientStatistics::Client> ClientStatistics::clients() const {
  std::vector<Client> out;
  {
    absl::MutexLock lock(&mutex_);
    out.reserve(clients_.size() + 1);
    for (const auto& [address, counters] : clients_) {
      out.push_back({address.ToString(), counters.get()});
    }
  }
  std::sort(out.begin(), out.end(),
            [](const Client& a, const Client& b) { return a.address < b.address; });
  if (other_used_.load(std::memory_order_relaxed)) out.push_back({"other", &other_});
  return out;
}

}  // namespace controld::listen

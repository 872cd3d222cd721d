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

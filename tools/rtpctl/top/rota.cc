// See rota.h.
#include "tools/rtpctl/top/rota.h"

#include <algorithm>

namespace rtpctl::top {

std::vector<std::string> Rota::Pick(const std::vector<std::string>& listed,
                                    const std::vector<std::string>& first, size_t budget) {
  ++turn_;
  std::map<std::string, uint64_t> kept;
  for (const std::string& id : listed) {
    const auto known = last_.find(id);
    kept[id] = known == last_.end() ? 0 : known->second;
  }
  last_ = std::move(kept);
  std::vector<std::string> picked;
  const auto pick = [&](const std::string& id) {
    const auto found = last_.find(id);
    if (picked.size() >= budget || found == last_.end() || found->second == turn_) return;
    found->second = turn_;
    picked.push_back(id);
  };
  for (const std::string& id : first) pick(id);
  std::vector<std::pair<uint64_t, std::string>> waiting;
  for (const auto& [id, turn] : last_) waiting.emplace_back(turn, id);
  std::sort(waiting.begin(), waiting.end());
  for (const auto& [turn, id] : waiting) pick(id);
  return picked;
}

}  // namespace rtpctl::top

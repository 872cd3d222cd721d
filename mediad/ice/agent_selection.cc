// Where an agent's media goes, and whose media is let in; see agent.h.
#include <algorithm>

#include "mediad/ice/agent.h"

namespace mediad::ice {

void Agent::Admit(const Pair& pair) {
  const Address address{pair.local.component, pair.local.socket, pair.remote.endpoint};
  if (!Admits(address.component, address.socket, address.source)) admitted_.push_back(address);
}

void Agent::Select(const Pair& pair, Time now) {
  const unsigned index = pair.local.component - 1u;
  selected_[index] = SelectedPair{pair.local.component, pair.local.socket, pair.remote.endpoint,
                                  pair.remote.type, pair.nominated};
  outdated_[index] = false;
  selected_at_[index] = now;
  selected_event_[index] = true;
  // To the front: Admits meets it first.
  const auto place = std::find_if(admitted_.begin(), admitted_.end(), [&](const Address& address) {
    return address.Is(pair.local.component, pair.local.socket, pair.remote.endpoint);
  });
  if (place != admitted_.end()) std::rotate(admitted_.begin(), place, place + 1);
}

// `pair` has just become valid or nominated. A nominated one is preferred to one that is not, then
// the priority counts: an aggressive peer nominates several (RFC 5245 §8.1.1.2).
void Agent::OnBetterPair(const Pair& pair, Time now) {
  auto& selected = selected_[pair.local.component - 1u];
  if (!selected || outdated_[pair.local.component - 1u]) return Select(pair, now);
  if (selected->socket == pair.local.socket && selected->remote == pair.remote.endpoint) {
    selected->nominated = pair.nominated;
    return;
  }
  if (selected->nominated && !pair.nominated) return;
  const bool promotion = pair.nominated && !selected->nominated;
  const Pair* current = check_list_.Find(selected->component, selected->socket, selected->remote);
  if (promotion || current == nullptr || pair.priority > current->priority) Select(pair, now);
}

void Agent::FollowMedia(uint8_t component, uint16_t socket, const base::Endpoint& source,
                        Time now) {
  const unsigned index = component - 1u;
  const bool recent =
      selected_[index] && !outdated_[index] && now - selected_at_[index] < kRetargetInterval;
  if (recent) return;
  const Pair* pair = check_list_.Find(component, socket, source);
  if (pair != nullptr && pair->valid) Select(*pair, now);
}

}  // namespace mediad::ice

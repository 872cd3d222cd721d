// What signalling changes in an agent; see agent.h.
#include "mediad/ice/agent.h"

#include <algorithm>
#include <utility>

namespace mediad::ice {
namespace {

bool Multicast(const base::IpAddress& address) {
  if (address.family() == base::Family::kIpv4) return address.data()[0] >= 224;
  return address.data()[0] == 0xff;
}

}  // namespace

Agent::Agent(base::Random& random, std::string_view software)
    : random_(random), software_(software.substr(0, kMaxSoftware)) {}

void Agent::Apply(const Parameters& parameters, Time now) {
  const bool knew_remote = remote_known();
  const bool restart =
      applied_ && (parameters.local_ufrag != parameters_.local_ufrag ||
                   parameters.local_password != parameters_.local_password ||
                   (knew_remote && (parameters.remote_ufrag != parameters_.remote_ufrag ||
                                    parameters.remote_password != parameters_.remote_password)));
  const auto& candidates = parameters.remote_candidates;
  parameters_ = parameters;
  parameters_.remote_candidates.clear();
  parameters_.components = std::clamp<uint8_t>(parameters.components, 1, kMaxComponents);
  auto& local = parameters_.local_candidates;
  std::erase_if(local, [this](const LocalCandidate& candidate) {
    return candidate.component < 1 || candidate.component > parameters_.components;
  });
  if (local.size() > kMaxLocalCandidates) local.resize(kMaxLocalCandidates);

  if (restart) Restart();
  ApplyRole(parameters, !applied_ || restart || !knew_remote);
  applied_ = true;
  if (!knew_remote && remote_known()) ForgetOtherPeers();
  RemoveStale();
  TakeRemoteCandidates(candidates);
  FormPairs();
  if (state_ == State::kFailed) {
    for (Pair& pair : check_list_.pairs()) {
      if (pair.state == PairState::kFailed) pair.state = PairState::kWaiting;
    }
    checking_since_.reset();
  }
  if (remote_known() && !checking_since_) checking_since_ = now;
  if (parameters_.lite && parameters_.remote_lite) SelectWithoutChecks(now);
  Advance(now);
}

// Media goes on to the selected pair until there is a new one (RFC 8445 §9), but nobody is let in
// without a new check.
void Agent::Restart() {
  check_list_.Clear();
  remote_candidates_.clear();
  admitted_.clear();
  for (unsigned i = 0; i < kMaxComponents; ++i) outdated_[i] = selected_[i].has_value();
  usable_event_ = completed_event_ = failed_event_ = false;
  state_ = State::kWaiting;
  checking_since_.reset();
  nominate_at_.reset();
}

void Agent::ApplyRole(const Parameters& parameters, bool decide) {
  // One side lite: it is controlled, whoever offered (RFC 8445 §6.1.1).
  const bool given = parameters.lite != parameters.remote_lite;
  const bool wanted = given ? parameters.remote_lite : parameters.controlling;
  if (given) {
    if (controlling_ != wanted || !applied_) SwitchRole(wanted);
    wanted_controlling_ = wanted;
  } else if (decide && (!applied_ || wanted != wanted_controlling_)) {
    SwitchRole(wanted);
    wanted_controlling_ = wanted;
  }
}

// Sockets that are no longer ours, and the component that is multiplexed now.
void Agent::RemoveStale() {
  const auto gone = [this](uint8_t component, uint16_t socket) {
    const LocalCandidate* local = FindLocal(socket);
    return local == nullptr || local->component != component;
  };
  check_list_.RemoveIf(
      [&](const Pair& pair) { return gone(pair.local.component, pair.local.socket); });
  std::erase_if(admitted_,
                [&](const Address& address) { return gone(address.component, address.socket); });
  for (auto& selected : selected_) {
    if (selected && gone(selected->component, selected->socket)) selected.reset();
  }
  std::erase_if(remote_candidates_, [this](const RemoteCandidate& candidate) {
    return candidate.component > parameters_.components;
  });
}

// Several may have answered checks to one offer; the answer says whose peer this is.
void Agent::ForgetOtherPeers() {
  const auto other = [this](const Pair& pair) {
    return pair.peer_ufrag != parameters_.remote_ufrag;
  };
  for (const Pair& pair : check_list_.pairs()) {
    if (!other(pair)) continue;
    std::erase_if(admitted_, [&](const Address& address) {
      return address.Is(pair.local.component, pair.local.socket, pair.remote.endpoint);
    });
    auto& selected = selected_[pair.local.component - 1u];
    if (selected && pair.Is(selected->component, selected->socket, selected->remote))
      selected.reset();
  }
  check_list_.RemoveIf(other);
}

bool Agent::Usable(const RemoteCandidate& candidate) const {
  const base::IpAddress& address = candidate.endpoint.address;
  if (!candidate.endpoint.valid() || address.unspecified() || Multicast(address)) return false;
  if (address.family() == base::Family::kIpv6 && address.link_local())
    return false;  // of which link?
  const auto& local = parameters_.local_candidates;
  return std::any_of(local.begin(), local.end(), [&](const LocalCandidate& ours) {
    return ours.component == candidate.component &&
           ours.endpoint.address.family() == address.family();
  });
}

void Agent::TakeRemoteCandidates(const std::vector<RemoteCandidate>& candidates) {
  for (const RemoteCandidate& candidate : candidates) {
    if (remote_candidates_.size() == kMaxRemoteCandidates) return;
    if (!Usable(candidate)) continue;
    const auto known = std::find_if(
        remote_candidates_.begin(), remote_candidates_.end(), [&](const RemoteCandidate& other) {
          return other.component == candidate.component && other.endpoint == candidate.endpoint;
        });
    if (known == remote_candidates_.end()) remote_candidates_.push_back(candidate);
  }
  // Components first: a foundation is tried with the first one (RFC 8445 §6.1.2.6).
  std::stable_sort(remote_candidates_.begin(), remote_candidates_.end(),
                   [](const RemoteCandidate& a, const RemoteCandidate& b) {
                     if (a.component != b.component) return a.component < b.component;
                     return a.priority > b.priority;
                   });
}

void Agent::FormPairs() {
  for (const RemoteCandidate& remote : remote_candidates_) {
    for (const LocalCandidate& local : parameters_.local_candidates) {
      if (local.component != remote.component) continue;
      if (local.endpoint.address.family() != remote.endpoint.address.family()) continue;
      Pair* known = check_list_.Find(local.component, local.socket, remote.endpoint);
      if (known == nullptr) {
        check_list_.Add(local, remote);
      } else if (known->remote.type == CandidateType::kPeerReflexive) {
        check_list_.Update(*known, remote);
      }
    }
  }
}

// Two lite agents: nobody checks, the best pair counts (RFC 8445 §8.2).
void Agent::SelectWithoutChecks(Time now) {
  for (uint8_t component = 1; component <= parameters_.components; ++component) {
    if (check_list_.HasNominated(component)) continue;
    Pair* best = nullptr;
    for (Pair& pair : check_list_.pairs()) {
      const bool better = best == nullptr || pair.priority > best->priority;
      if (pair.local.component == component && better) best = &pair;
    }
    if (best == nullptr) continue;
    Admit(*best);
    Succeed(*best, /*nominates=*/true, now);
  }
}

const LocalCandidate* Agent::FindLocal(uint16_t socket) const {
  for (const LocalCandidate& local : parameters_.local_candidates) {
    if (local.socket == socket) return &local;
  }
  return nullptr;
}

std::optional<Event> Agent::NextEvent() {
  for (unsigned i = 0; i < kMaxComponents; ++i) {
    if (std::exchange(selected_event_[i], false) && selected_[i]) {
      return Event{Event::Kind::kSelected, *selected_[i]};
    }
  }
  if (std::exchange(usable_event_, false)) return Event{Event::Kind::kUsable, {}};
  if (std::exchange(completed_event_, false)) return Event{Event::Kind::kCompleted, {}};
  if (std::exchange(failed_event_, false)) return Event{Event::Kind::kFailed, {}};
  return std::nullopt;
}

std::vector<PairStatus> Agent::pairs() const {
  std::vector<const Pair*> sorted;
  for (const Pair& pair : check_list_.pairs()) sorted.push_back(&pair);
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Pair* a, const Pair* b) { return a->priority > b->priority; });
  std::vector<PairStatus> status;
  for (const Pair* pair : sorted) {
    status.push_back({pair->local.component, pair->local.socket, pair->local.endpoint,
                      pair->remote.endpoint, pair->remote.type, pair->state, pair->nominated,
                      pair->checks_sent});
  }
  return status;
}

}  // namespace mediad::ice

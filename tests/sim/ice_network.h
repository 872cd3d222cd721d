// Two ICE agents, their NATs and the network between them, in virtual time.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "mediad/ice/agent.h"
#include "mediad/ice/priority.h"
#include "tests/unit/mediad/ports/fake_random.h"

namespace mediad::ice::simulation {

using std::chrono::milliseconds;
using std::chrono::seconds;

inline base::Endpoint At(const std::string& text) { return *base::Endpoint::Parse(text); }

// RFC 3489 §5 for the names; all but the last map independently of the destination.
enum class NatKind { kNone, kFullCone, kAddressRestricted, kPortRestricted, kSymmetric };

class Nat {
 public:
  Nat(NatKind kind, const std::string& outside)
      : kind_(kind), outside_(At(outside + ":1").address) {}

  base::Endpoint Out(const base::Endpoint& inside, const base::Endpoint& to) {
    const base::Endpoint key = kind_ == NatKind::kSymmetric ? to : base::Endpoint();
    const auto [mapping, fresh] = ports_.try_emplace({inside, key}, next_port_);
    if (fresh) inside_[next_port_++] = inside;
    sent_to_.insert({mapping->second, to});
    return {outside_, mapping->second};
  }
  // The inside endpoint, if this is let through.
  std::optional<base::Endpoint> In(const base::Endpoint& to, const base::Endpoint& from) const {
    const auto inside = inside_.find(to.port);
    if (to.address != outside_ || inside == inside_.end()) return std::nullopt;
    const bool open = kind_ == NatKind::kFullCone ||
                      std::any_of(sent_to_.begin(), sent_to_.end(), [&](const auto& hole) {
                        const bool port =
                            kind_ == NatKind::kAddressRestricted || hole.second.port == from.port;
                        return hole.first == to.port && port && hole.second.address == from.address;
                      });
    return open ? std::optional(inside->second) : std::nullopt;
  }

 private:
  NatKind kind_;
  base::IpAddress outside_;
  uint16_t next_port_ = 61000;
  std::map<std::pair<base::Endpoint, base::Endpoint>, uint16_t> ports_;
  std::map<uint16_t, base::Endpoint> inside_;
  std::set<std::pair<uint16_t, base::Endpoint>> sent_to_;
};

// One party: an agent, its sockets, the NAT in front of those with a private address (10.x.y.z).
struct Party {
  Party(const std::string& party_name, uint64_t seed, NatKind kind, const std::string& outside)
      : name(party_name), random(seed), nat(kind, outside), natted(kind != NatKind::kNone) {
    parameters.tie_breaker = random.Next();
  }

  void Listen(const std::string& endpoint, uint8_t component = 1) {
    auto& local = parameters.local_candidates;
    const auto index = static_cast<uint16_t>(local.size());
    const auto preference = static_cast<uint16_t>(65535 - index / 2);
    local.push_back({index, component, At(endpoint),
                     CandidatePriority(CandidateType::kHost, preference, component)});
  }
  bool BehindNat(const base::Endpoint& endpoint) const {
    return natted && endpoint.address.family() == base::Family::kIpv4;
  }
  // What the party's SDP would list: its sockets, and how a STUN server sees them.
  std::vector<RemoteCandidate> Candidates() {
    std::vector<RemoteCandidate> candidates;
    for (const LocalCandidate& local : parameters.local_candidates) {
      const std::string foundation = local.endpoint.address.ToString();
      candidates.push_back(
          {local.component, local.endpoint, local.priority, CandidateType::kHost, foundation});
      if (!BehindNat(local.endpoint)) continue;
      const uint32_t priority =
          (local.priority & 0xffffff) | TypePreference(CandidateType::kServerReflexive) << 24;
      candidates.push_back({local.component, nat.Out(local.endpoint, At("192.0.2.250:3478")),
                            priority, CandidateType::kServerReflexive, "s" + foundation});
    }
    return candidates;
  }
  void NewCredentials(int generation) {
    parameters.local_ufrag = name + std::to_string(generation);
    parameters.local_password = name + "password" + std::to_string(generation) + "passwordpassword";
  }
  bool Happened(Event::Kind kind) const {
    return std::any_of(events.begin(), events.end(),
                       [&](const Event& event) { return event.kind == kind; });
  }

  std::string name;
  ports::test::FakeRandom random;
  Nat nat;
  bool natted;
  Parameters parameters;
  Agent agent{random, "simulation"};
  std::vector<Event> events;
};

class Network {
 public:
  Network(Party& a, Party& b) : parties_{&a, &b} {}

  void set_loss_percent(unsigned percent) { loss_percent_ = percent; }
  Agent::Time now() const { return now_; }
  uint64_t datagrams() const { return datagrams_; }

  // `to` learns the other's description.
  void Signal(Party& to, bool with_candidates = true) {
    Party& from = Other(to);
    to.parameters.remote_ufrag = from.parameters.local_ufrag;
    to.parameters.remote_password = from.parameters.local_password;
    to.parameters.remote_lite = from.parameters.lite;
    to.parameters.remote_candidates.clear();
    if (with_candidates) to.parameters.remote_candidates = from.Candidates();
    Apply(to);
  }
  void Apply(Party& party) {
    party.agent.Apply(party.parameters, now_);
    Collect(party);
  }

  void Pass(Agent::Time time) {
    const Agent::Time end = now_ + time;
    while (true) {
      Agent::Time next = end;
      if (!in_flight_.empty()) next = std::min(next, in_flight_.begin()->first);
      for (Party* party : parties_)
        next = std::min(next, party->agent.NextDeadline().value_or(end));
      now_ = std::max(now_, next);
      if (now_ >= end) return;
      for (Party* party : parties_) {
        if (party->agent.NextDeadline().value_or(end) > now_) continue;
        party->agent.OnTimer(now_);
        Collect(*party);
      }
      while (!in_flight_.empty() && in_flight_.begin()->first <= now_) {
        const Datagram datagram = in_flight_.extract(in_flight_.begin()).mapped();
        if (random_.Next() % 100 >= loss_percent_) Deliver(datagram);
      }
    }
  }

  // Whether what one sends on its selected pair arrives on the selected pair of the other.
  bool Agree(Party& one, uint8_t component = 1) {
    Party& other = Other(one);
    const auto& ours = one.agent.selected(component);
    const auto& theirs = other.agent.selected(component);
    if (!ours || !theirs) return false;
    const base::Endpoint source = Source(one, ours->socket, ours->remote);
    const LocalCandidate* socket = Destination(other, ours->remote, source);
    return socket != nullptr && socket->socket == theirs->socket && source == theirs->remote &&
           other.agent.Admits(component, socket->socket, source);
  }

 private:
  struct Datagram {
    Party* to;
    base::Endpoint source;
    base::Endpoint destination;
    std::vector<uint8_t> octets;
  };

  Party& Other(const Party& party) { return *parties_[&party == parties_[0] ? 1 : 0]; }

  base::Endpoint Source(Party& from, uint16_t socket, const base::Endpoint& to) {
    const base::Endpoint& local = from.parameters.local_candidates[socket].endpoint;
    return from.BehindNat(local) ? from.nat.Out(local, to) : local;
  }
  // The socket that a datagram reaches; null: none.
  const LocalCandidate* Destination(Party& party, const base::Endpoint& to,
                                    const base::Endpoint& from) {
    const auto inside = party.nat.In(to, from);
    for (const LocalCandidate& local : party.parameters.local_candidates) {
      if (party.BehindNat(local.endpoint) ? inside == local.endpoint : to == local.endpoint)
        return &local;
    }
    return nullptr;
  }
  void Collect(Party& party) {
    for (Transmit transmit; party.agent.NextTransmit(&transmit);) {
      const base::Endpoint source = Source(party, transmit.socket, transmit.destination);
      in_flight_.emplace(now_ + milliseconds(20 + static_cast<int64_t>(random_.Next() % 20)),
                         Datagram{&Other(party),
                                  source,
                                  transmit.destination,
                                  {transmit.octets.begin(), transmit.octets.end()}});
      ++datagrams_;
    }
    while (const auto event = party.agent.NextEvent()) party.events.push_back(*event);
  }
  void Deliver(const Datagram& datagram) {
    Party& party = *datagram.to;
    const LocalCandidate* local = Destination(party, datagram.destination, datagram.source);
    if (local == nullptr) return;
    party.agent.OnStun(local->socket, datagram.source, datagram.octets, now_);
    Collect(party);
  }

  std::array<Party*, 2> parties_;
  ports::test::FakeRandom random_{77};
  std::multimap<Agent::Time, Datagram> in_flight_;
  Agent::Time now_{seconds(100)};
  unsigned loss_percent_ = 0;
  uint64_t datagrams_ = 0;
};

}  // namespace mediad::ice::simulation

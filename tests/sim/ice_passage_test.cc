// Two ICE agents behind NATs of every kind that cannot reach each other but by a session their ICE passes through: what
// ICE=force-relay is for. Their keys are their own, the session only knows the credentials.
#include <gtest/gtest.h>

#include <tuple>

#include "mediad/session/session.h"
#include "mediad/session/validate.h"
#include "tests/sim/ice_network.h"

namespace mediad::ice::simulation {
namespace {

namespace v1 = rtpengine::v1;

constexpr char kForA[] = "203.0.113.1:30100", kForB[] = "203.0.113.1:30200";

class Relay {
 public:
  Relay() : session_("call", rtcp::QualityOptions()) {
    specification_.set_id("call");
    for (const uint32_t id : {1u, 2u}) {
      v1::PortSet* ports = specification_.add_port_sets();
      ports->set_id(id);
      ports->set_family(v1::IPV4);
      ports->set_count(2);
      v1::Media* media = specification_.add_media();
      media->set_id(id);
      media->set_port_set(id);
      media->set_transport(v1::OPAQUE);
      media->set_sends(true);
      media->set_receives(true);
      v1::Route* route = specification_.add_routes();
      route->set_from(id);
      route->set_to(3 - id);
    }
  }

  // As an offer (b unknown) or an answer has it.
  void Apply(const Party& a, const Party* b, Agent::Time now) {
    specification_.set_generation(specification_.generation() + 1);
    Describe(&a, b, specification_.mutable_media(0));
    Describe(b, &a, specification_.mutable_media(1));
    ASSERT_TRUE(session::Validate(specification_).ok());
    const session::BoundPortSet bound[] = {{1, At(kForA), 2}, {2, At(kForB), 2}};
    session_.Apply(specification_, bound, {now, 0});
  }
  template <typename Emit>
  void Receive(const base::Endpoint& source, const base::Endpoint& destination,
               std::vector<uint8_t> octets, Agent::Time now, Emit emit) {
    for (size_t i = 0; i < session_.sockets().size(); ++i) {
      if (!(session_.sockets()[i].local == destination)) continue;
      session_.OnPacket(static_cast<session::SocketIndex>(i), source, octets, 0, {now, 0},
                        sinks_.get());
      for (const session::Sink& sink : *sinks_) {
        emit(session_.sockets()[sink.socket].local, sink.destination,
             std::vector<uint8_t>(sink.bytes.begin(), sink.bytes.end()));
      }
    }
  }

 private:
  static void Describe(const Party* party, const Party* peer, v1::Media* media) {
    v1::IcePassage* passage = media->mutable_ice_passage();
    if (party != nullptr) {
      // What its c= says: where nobody reaches it from outside.
      const base::Endpoint& host = party->parameters.local_candidates[0].endpoint;
      media->mutable_rtp_remote()->set_address(host.address.ToBytes());
      media->mutable_rtp_remote()->set_port(host.port);
      passage->set_ufrag(party->parameters.local_ufrag);
      passage->set_password(party->parameters.local_password);
    }
    if (peer == nullptr) return;
    passage->set_peer_ufrag(peer->parameters.local_ufrag);
    passage->set_peer_password(peer->parameters.local_password);
    passage->set_peer_lite(peer->parameters.lite);
  }

  v1::Session specification_;
  session::Session session_;
  std::unique_ptr<session::SinkList> sinks_ = std::make_unique<session::SinkList>();
};

using Nats = std::tuple<NatKind, NatKind>;

class PassedCall : public ::testing::Test {
 protected:
  PassedCall(NatKind nat_a, NatKind nat_b)
      : a("a", 1, nat_a, "198.51.100.1"), b("b", 2, nat_b, "198.51.100.2") {
    a.parameters.controlling = true;
    a.NewCredentials(1);
    b.NewCredentials(1);
    a.Listen(a.natted ? "10.0.0.1:4000" : "198.51.100.10:4000");
    b.Listen(b.natted ? "10.0.0.2:5000" : "198.51.100.20:5000");
  }

  void Signal(Party& to, Party& from, const char* ours) {
    to.parameters.remote_ufrag = from.parameters.local_ufrag;
    to.parameters.remote_password = from.parameters.local_password;
    to.parameters.remote_lite = from.parameters.lite;
    to.parameters.remote_candidates = from.Candidates();
    to.parameters.remote_candidates.push_back({1, At(ours), 16777215, CandidateType::kRelay, "r"});
    to.agent.Apply(to.parameters, now);
    Collect(to);
  }
  void Negotiate() {
    a.agent.Apply(a.parameters, now);
    relay.Apply(a, nullptr, now);
    Signal(b, a, kForB);
    Pass(milliseconds(300));
    relay.Apply(a, &b, now);
    Signal(a, b, kForA);
  }
  void Pass(Agent::Time time) {
    const Agent::Time end = now + time;
    while (true) {
      Agent::Time next = end;
      if (!in_flight.empty()) next = std::min(next, in_flight.begin()->first);
      for (Party* party : {&a, &b})
        next = std::min(next, party->agent.NextDeadline().value_or(end));
      now = std::max(now, next);
      if (now >= end) return;
      for (Party* party : {&a, &b}) {
        if (party->agent.NextDeadline().value_or(end) > now) continue;
        party->agent.OnTimer(now);
        Collect(*party);
      }
      while (!in_flight.empty() && in_flight.begin()->first <= now) {
        Deliver(in_flight.extract(in_flight.begin()).mapped());
      }
    }
  }
  // Whether media that one sends arrives where the other takes it from.
  void ExpectMedia(Party& from, Party& to) {
    ASSERT_TRUE(from.agent.selected(1));
    media.clear();
    Post(from, from.agent.selected(1)->socket, from.agent.selected(1)->remote, {20, 1, 2, 3});
    Pass(milliseconds(200));
    ASSERT_EQ(media.size(), 1u) << from.name;
    EXPECT_EQ(media[0].party, &to);
    EXPECT_TRUE(to.agent.Admits(1, media[0].socket, media[0].source));
  }

  Party a, b;
  Relay relay;
  bool direct = false;  // there is a way past the relay
  Agent::Time now{seconds(100)};

 private:
  struct Datagram {
    base::Endpoint source, destination;
    std::vector<uint8_t> octets;
  };
  struct Arrived {
    Party* party;
    uint16_t socket;
    base::Endpoint source;
  };

  void Post(Party& from, uint16_t socket, const base::Endpoint& to, std::vector<uint8_t> octets) {
    const base::Endpoint& local = from.parameters.local_candidates[socket].endpoint;
    Send({from.BehindNat(local) ? from.nat.Out(local, to) : local, to, std::move(octets)});
  }
  void Send(Datagram datagram) { in_flight.emplace(now + milliseconds(15), std::move(datagram)); }
  void Collect(Party& party) {
    for (Transmit transmit; party.agent.NextTransmit(&transmit);) {
      Post(party, transmit.socket, transmit.destination,
           {transmit.octets.begin(), transmit.octets.end()});
    }
    while (const auto event = party.agent.NextEvent()) party.events.push_back(*event);
  }
  void Deliver(const Datagram& datagram) {
    if (datagram.destination.address == At(kForA).address) {
      relay.Receive(datagram.source, datagram.destination, datagram.octets, now,
                    [this](const base::Endpoint& source, const base::Endpoint& destination,
                           std::vector<uint8_t> octets) {
                      Send({source, destination, std::move(octets)});
                    });
      return;
    }
    if (!direct && datagram.source.address != At(kForA).address) return;
    for (Party* party : {&a, &b}) {
      const base::Endpoint& local = party->parameters.local_candidates[0].endpoint;
      const auto inside = party->nat.In(datagram.destination, datagram.source);
      if (!(party->BehindNat(local) ? inside == local : datagram.destination == local)) continue;
      if (datagram.octets[0] > 3) {
        media.push_back({party, 0, datagram.source});
        return;
      }
      party->agent.OnStun(0, datagram.source, datagram.octets, now);
      Collect(*party);
      return;
    }
  }

  std::multimap<Agent::Time, Datagram> in_flight;
  std::vector<Arrived> media;
};

class PassedNats : public PassedCall, public ::testing::WithParamInterface<Nats> {
 protected:
  PassedNats() : PassedCall(std::get<0>(GetParam()), std::get<1>(GetParam())) {}
};

TEST_P(PassedNats, TheRelayAlwaysWorks) {
  Negotiate();
  Pass(seconds(20));
  EXPECT_EQ(a.agent.state(), State::kCompleted);
  EXPECT_EQ(b.agent.state(), State::kCompleted);
  EXPECT_EQ(a.agent.selected(1)->remote, At(kForA));
  EXPECT_EQ(b.agent.selected(1)->remote, At(kForB));
  ExpectMedia(a, b);
  ExpectMedia(b, a);
}

constexpr NatKind kKinds[] = {NatKind::kNone, NatKind::kFullCone, NatKind::kAddressRestricted,
                              NatKind::kPortRestricted, NatKind::kSymmetric};
INSTANTIATE_TEST_SUITE_P(AllKinds, PassedNats,
                         ::testing::Combine(::testing::ValuesIn(kKinds),
                                            ::testing::ValuesIn(kKinds)));

class PassedPair : public PassedCall {
 protected:
  PassedPair() : PassedCall(NatKind::kPortRestricted, NatKind::kPortRestricted) {}
};

TEST_F(PassedPair, ABetterWayIsTaken) {
  direct = true;
  Negotiate();
  Pass(seconds(20));
  EXPECT_EQ(a.agent.state(), State::kCompleted);
  EXPECT_NE(a.agent.selected(1)->remote.address, At(kForA).address);
  ExpectMedia(a, b);
}

TEST_F(PassedPair, ARestartFromAnotherNetwork) {
  Negotiate();
  Pass(seconds(20));
  a.nat = Nat(NatKind::kSymmetric, "198.51.100.77");
  a.NewCredentials(2);
  b.NewCredentials(2);
  Negotiate();
  Pass(seconds(20));
  EXPECT_EQ(a.agent.state(), State::kCompleted);
  ExpectMedia(a, b);
  ExpectMedia(b, a);
}

}  // namespace
}  // namespace mediad::ice::simulation

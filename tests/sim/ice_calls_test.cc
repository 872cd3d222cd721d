// Calls between two ICE agents in virtual time: NATs of every kind, losses, several addresses and
// families, role conflicts, lite, restart and trickle. In the end both use the same pair.
#include <gtest/gtest.h>

#include <tuple>

#include "tests/sim/ice_network.h"

namespace mediad::ice::simulation {
namespace {

using Kind = Event::Kind;

// The caller is a; b answers.
class IceCall : public ::testing::Test {
 protected:
  explicit IceCall(NatKind nat_a = NatKind::kNone, NatKind nat_b = NatKind::kNone)
      : a("a", 1, nat_a, "198.51.100.1"), b("b", 2, nat_b, "198.51.100.2") {
    a.parameters.controlling = true;
    a.NewCredentials(1);
    b.NewCredentials(1);
  }
  void Listen() {
    a.Listen(a.natted ? "10.0.0.1:4000" : "198.51.100.10:4000");
    b.Listen(b.natted ? "10.0.0.1:5000" : "198.51.100.20:5000");
  }
  void ListenForRtcp() {
    Listen();
    a.Listen(a.natted ? "10.0.0.1:4001" : "198.51.100.10:4001", 2);
    b.Listen(b.natted ? "10.0.0.1:5001" : "198.51.100.20:5001", 2);
    a.parameters.components = b.parameters.components = 2;
  }
  // Offer and answer, and what is between them.
  void Negotiate(Agent::Time ringing = milliseconds(200)) {
    network.Apply(a);
    network.Signal(b);
    network.Pass(ringing);
    network.Signal(a);
  }
  void ExpectAgreement(uint8_t components = 1) {
    EXPECT_EQ(a.agent.state(), State::kCompleted);
    EXPECT_EQ(b.agent.state(), State::kCompleted);
    EXPECT_NE(a.agent.controlling(), b.agent.controlling());
    for (uint8_t component = 1; component <= components; ++component) {
      EXPECT_TRUE(network.Agree(a, component));
      EXPECT_TRUE(network.Agree(b, component));
    }
    for (const Party* party : {&a, &b}) {
      EXPECT_TRUE(party->Happened(Kind::kUsable));
      EXPECT_TRUE(party->Happened(Kind::kCompleted));
      EXPECT_FALSE(party->Happened(Kind::kFailed));
    }
  }

  Party a;
  Party b;
  Network network{a, b};
};

TEST_F(IceCall, CompletesWithinASecond) {
  Listen();
  Negotiate();
  network.Pass(seconds(1));
  ExpectAgreement();
  const uint64_t sent = network.datagrams();
  network.Pass(seconds(3600));
  EXPECT_EQ(network.datagrams(), sent) << "and is silent then";
}

TEST_F(IceCall, RingingForMinutes) {
  Listen();
  Negotiate(seconds(120));
  network.Pass(seconds(2));
  ExpectAgreement();
}

TEST_F(IceCall, TwoComponents) {
  ListenForRtcp();
  Negotiate();
  network.Pass(seconds(1));
  ExpectAgreement(2);
}

TEST_F(IceCall, RtcpIsMultiplexedByTheAnswer) {
  ListenForRtcp();
  network.Apply(a);
  network.Signal(b);
  network.Pass(milliseconds(200));
  for (Party* party : {&a, &b}) {
    party->parameters.components = 1;
    std::erase_if(party->parameters.local_candidates,
                  [](const auto& local) { return local.component == 2; });
  }
  network.Signal(a);
  network.Signal(b);
  network.Pass(seconds(1));
  ExpectAgreement();
  EXPECT_FALSE(a.agent.selected(2));
}

TEST_F(IceCall, OfSeveralAddressesTheBestThatWorks) {
  a.Listen("[2001:db8:1::1]:4000");
  a.Listen("198.51.100.10:4000");
  a.Listen("198.51.100.11:4000");
  b.Listen("198.51.100.20:5000");
  b.Listen("[2001:db8:2::1]:5000");
  Negotiate();
  network.Pass(seconds(1));
  ExpectAgreement();
  EXPECT_EQ(a.agent.selected(1)->remote.address.family(), base::Family::kIpv6);
}

TEST_F(IceCall, BothThinkTheyControl) {
  Listen();
  b.parameters.controlling = true;
  Negotiate();
  network.Pass(seconds(2));
  ExpectAgreement();
}

TEST_F(IceCall, NeitherThinksItControls) {
  Listen();
  a.parameters.controlling = false;
  Negotiate();
  network.Pass(seconds(2));
  ExpectAgreement();
}

TEST_F(IceCall, RoleConflictsUnderLoss) {
  for (const bool both : {true, false}) {
    for (uint64_t seed = 1; seed <= 20; ++seed) {
      SCOPED_TRACE(seed);
      Party one("a", seed, NatKind::kNone, "198.51.100.1");
      Party two("b", seed + 100, NatKind::kNone, "198.51.100.2");
      Network lossy(one, two);
      lossy.set_loss_percent(30);
      one.parameters.controlling = two.parameters.controlling = both;
      one.NewCredentials(1);
      two.NewCredentials(1);
      one.Listen("198.51.100.10:4000");
      two.Listen("198.51.100.20:5000");
      lossy.Signal(one);
      lossy.Signal(two);
      lossy.Pass(seconds(30));
      EXPECT_NE(one.agent.controlling(), two.agent.controlling());
      EXPECT_TRUE(lossy.Agree(one) && lossy.Agree(two));
      EXPECT_EQ(one.agent.state(), State::kCompleted);
      EXPECT_EQ(two.agent.state(), State::kCompleted);
    }
  }
}

TEST_F(IceCall, LiteAnswerer) {
  Listen();
  b.parameters.lite = true;
  b.parameters.controlling = true;  // nonsense that must not matter
  a.parameters.controlling = false;
  Negotiate();
  network.Pass(seconds(1));
  ExpectAgreement();
  EXPECT_TRUE(a.agent.controlling());
  EXPECT_EQ(b.agent.counters().checks_sent, 0u);
}

TEST_F(IceCall, NothingArrivesSoItFails) {
  Listen();
  network.set_loss_percent(100);
  Negotiate();
  network.Pass(seconds(60));
  for (Party* party : {&a, &b}) {
    EXPECT_EQ(party->agent.state(), State::kFailed);
    EXPECT_TRUE(party->Happened(Kind::kFailed));
    EXPECT_FALSE(party->agent.selected(1));
  }
  EXPECT_LT(network.datagrams(), 20u);
}

class IceCallBehindNats : public IceCall {
 protected:
  IceCallBehindNats() : IceCall(NatKind::kPortRestricted, NatKind::kAddressRestricted) { Listen(); }
};

TEST_F(IceCallBehindNats, Trickle) {
  a.parameters.trickle = b.parameters.trickle = true;
  network.Apply(a);
  network.Signal(b, /*with_candidates=*/false);
  network.Signal(a, /*with_candidates=*/false);
  const auto of_a = a.Candidates();
  const auto of_b = b.Candidates();
  for (size_t i = 0; i < of_a.size(); ++i) {
    network.Pass(milliseconds(700));
    EXPECT_NE(a.agent.state(), State::kFailed);
    b.parameters.remote_candidates.push_back(of_a[i]);
    network.Apply(b);
    network.Pass(milliseconds(300));
    a.parameters.remote_candidates.push_back(of_b[i]);
    network.Apply(a);
  }
  a.parameters.end_of_candidates = b.parameters.end_of_candidates = true;
  network.Apply(a);
  network.Apply(b);
  network.Pass(seconds(3));
  ExpectAgreement();
}

TEST_F(IceCallBehindNats, RestartInMidCallToANewAddress) {
  Negotiate();
  network.Pass(seconds(2));
  ExpectAgreement();
  const auto before = *b.agent.selected(1);

  // The caller moved to another network.
  a.nat = Nat(NatKind::kPortRestricted, "198.51.100.77");
  a.NewCredentials(2);
  a.parameters.remote_ufrag.clear();
  network.Apply(a);
  b.NewCredentials(2);
  network.Signal(b);
  EXPECT_EQ(b.agent.selected(1), before) << "media goes on where it went";
  EXPECT_FALSE(b.agent.Admits(1, before.socket, before.remote));
  network.Pass(milliseconds(500));
  a.events.clear();
  b.events.clear();
  network.Signal(a);
  network.Pass(seconds(3));
  ExpectAgreement();
  EXPECT_EQ(b.agent.selected(1)->remote.address, At("198.51.100.77:1").address);
}

TEST_F(IceCallBehindNats, LossesDelayButDoNotPrevent) {
  for (uint64_t seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE(seed);
    Party one("a", seed, NatKind::kPortRestricted, "198.51.100.1");
    Party two("b", seed + 100, NatKind::kPortRestricted, "198.51.100.2");
    Network lossy(one, two);
    lossy.set_loss_percent(static_cast<unsigned>(10 + seed));
    one.parameters.controlling = true;
    one.NewCredentials(1);
    two.NewCredentials(1);
    one.Listen("10.0.0.1:4000");
    two.Listen("10.0.0.1:5000");
    lossy.Signal(two);
    lossy.Signal(one);
    lossy.Pass(seconds(30));
    EXPECT_TRUE(lossy.Agree(one) && lossy.Agree(two));
    EXPECT_EQ(one.agent.state(), State::kCompleted);
    EXPECT_EQ(two.agent.state(), State::kCompleted);
  }
}

using Nats = std::tuple<NatKind, NatKind>;
class IceNats : public IceCall, public ::testing::WithParamInterface<Nats> {
 protected:
  IceNats() : IceCall(std::get<0>(GetParam()), std::get<1>(GetParam())) {}
};

TEST_P(IceNats, TraversedIfTheyCanBe) {
  const auto [nat_a, nat_b] = GetParam();
  Listen();
  Negotiate();
  network.Pass(seconds(60));
  // A mapping for each destination can be learned from a check, if that is let in.
  const auto strict = [](NatKind kind) {
    return kind == NatKind::kPortRestricted || kind == NatKind::kSymmetric;
  };
  const bool impossible = (nat_a == NatKind::kSymmetric && strict(nat_b)) ||
                          (nat_b == NatKind::kSymmetric && strict(nat_a));
  if (!impossible) return ExpectAgreement();
  EXPECT_EQ(a.agent.state(), State::kFailed);
  EXPECT_EQ(b.agent.state(), State::kFailed);
}

constexpr NatKind kKinds[] = {NatKind::kNone, NatKind::kFullCone, NatKind::kAddressRestricted,
                              NatKind::kPortRestricted, NatKind::kSymmetric};
INSTANTIATE_TEST_SUITE_P(AllKinds, IceNats,
                         ::testing::Combine(::testing::ValuesIn(kKinds),
                                            ::testing::ValuesIn(kKinds)));

}  // namespace
}  // namespace mediad::ice::simulation

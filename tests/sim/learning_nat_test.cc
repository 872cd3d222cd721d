// Two phones behind NATs talk through a Session, in virtual time, without sockets.
//
// The network: a NAT maps (inside port) to an outside port the first time a phone sends and lets in only what
// comes from where it has sent to. A phone knows only what SDP told it. What is asserted is what people hear.
#include <gtest/gtest.h>

#include <map>
#include <optional>

#include "tests/unit/mediad/session/fixture.h"

namespace mediad::session {
namespace {

using testing::At;
using testing::Call;
using testing::kA;
using testing::kB;
using testing::kPortA;
using testing::kPortB;
using testing::Rtp;
using testing::SetEndpoint;
namespace v1 = rtpengine::v1;
using std::chrono::milliseconds;

// Endpoint-independent mapping, endpoint-dependent filtering (RFC 4787).
class Nat {
 public:
  explicit Nat(const std::string& outside) : outside_(outside) {}
  base::Endpoint Out(uint16_t inside_port, const base::Endpoint& to) {
    auto [mapped, fresh] = ports_.try_emplace(inside_port, next_port_);
    if (fresh) ++next_port_;
    opened_[mapped->second].push_back(to);
    return At(outside_ + ":" + std::to_string(mapped->second));
  }
  bool In(const base::Endpoint& to, const base::Endpoint& from) const {
    const auto hole = opened_.find(to.port);
    if (hole == opened_.end() || to.address != At(outside_ + ":1").address) return false;
    return std::find(hole->second.begin(), hole->second.end(), from) != hole->second.end();
  }
  // The NAT forgets its mappings (a reboot, a new lease).
  void Reset(const std::string& outside) {
    outside_ = outside;
    ports_.clear();
    opened_.clear();
    next_port_ += 1000;
  }

 private:
  std::string outside_;
  uint16_t next_port_ = 61000;
  std::map<uint16_t, uint16_t> ports_;
  std::map<uint16_t, std::vector<base::Endpoint>> opened_;
};

class NatSimulation : public ::testing::Test {
 protected:
  // Private addresses in SDP: nothing could be sent there.
  NatSimulation() {
    for (const auto& [id, text] : {std::pair(kA, "10.0.0.1:4000"), std::pair(kB, "192.168.0.1:5000")}) {
      SetEndpoint(text, call_.media(id)->mutable_rtp_remote());
      call_.media(id)->clear_rtcp_remote();
    }
  }

  // Each party sends one packet each 20 ms.
  void Talk(milliseconds time) {
    heard_.clear();
    for (milliseconds passed{0}; passed < time; passed += milliseconds(20)) {
      SpeakA();
      SpeakB();
      call_.Pass(milliseconds(20));
    }
  }
  void SpeakA() { Speak(kPortA, nat_a_, 4000, kA); }
  void SpeakB() { Speak(kPortB, nat_b_, 5000, kB); }

  void Speak(SocketIndex port, Nat& nat, uint16_t inside_port, uint32_t ssrc) {
    const base::Endpoint ours = call_.session.sockets()[port].local;
    const base::Endpoint source = nat.Out(inside_port, ours);
    call_.Send(port, source.ToString(), Rtp(0, sequence_++, ssrc));
    for (const Sink& sink : *call_.sinks) {
      const base::Endpoint from = call_.session.sockets()[sink.socket].local;
      if (nat_a_.In(sink.destination, from)) ++heard_["A"];
      if (nat_b_.In(sink.destination, from)) ++heard_["B"];
      if (sink.destination == At(kAttacker)) ++heard_["attacker"];
    }
  }
  void Attack() { call_.Send(kPortA, kAttacker, Rtp(0, sequence_++, 666)); }

  static constexpr char kAttacker[] = "203.0.113.66:6666";
  Call call_;
  Nat nat_a_{"198.51.100.1"};
  Nat nat_b_{"198.51.100.2"};
  std::map<std::string, int> heard_;
  uint16_t sequence_ = 0;
};

TEST_F(NatSimulation, BothHearEachOtherInEveryLearningMode) {
  for (const auto mode : {v1::HEURISTIC, v1::DELAYED, v1::IMMEDIATE}) {
    SCOPED_TRACE(v1::EndpointLearning_Name(mode));
    for (const uint32_t id : {kA, kB}) call_.media(id)->set_learning(mode);
    call_.Signal();
    Talk(milliseconds(1000));
    EXPECT_GE(heard_["A"], 49);
    EXPECT_GE(heard_["B"], 49);
  }
}

TEST_F(NatSimulation, WithoutLearningNobodyHears) {
  for (const uint32_t id : {kA, kB}) call_.media(id)->set_learning(v1::OFF);
  call_.Signal();
  Talk(milliseconds(1000));
  EXPECT_EQ(heard_["A"], 0);
  EXPECT_EQ(heard_["B"], 0);
}

TEST_F(NatSimulation, ConfirmedCallsCannotBeTakenOver) {
  call_.Signal();
  Talk(milliseconds(4000));
  for (int i = 0; i < 100; ++i) {
    Attack();
    SpeakB();
  }
  EXPECT_EQ(heard_["attacker"], 0);
  // The attacker is heard, though, unless the source is filtered.
  EXPECT_EQ(call_.Send(kPortA, kAttacker, Rtp(0, 1, 666)), Drop::kNone);
  call_.media(kA)->set_strict_source(true);
  call_.Apply();
  EXPECT_EQ(call_.Send(kPortA, kAttacker, Rtp(0, 1, 666)), Drop::kStrictSource);
}

TEST_F(NatSimulation, NewMappingIsFollowedWithHandoverOrAfterSignalling) {
  call_.Signal();
  Talk(milliseconds(4000));
  nat_a_.Reset("198.51.100.77");
  Talk(milliseconds(1000));
  EXPECT_EQ(heard_["A"], 0) << "confirmed: the old address stays";
  EXPECT_GE(heard_["B"], 49);
  call_.Signal();  // a re-INVITE with the same SDP
  Talk(milliseconds(1000));
  EXPECT_GE(heard_["A"], 49);

  call_.media(kA)->set_media_handover(true);
  call_.Signal();
  Talk(milliseconds(4000));
  nat_a_.Reset("198.51.100.88");
  Talk(milliseconds(1000));
  EXPECT_GE(heard_["A"], 49);
}

TEST_F(NatSimulation, NatWaitAndPiercing) {
  call_.media(kA)->set_nat_wait(true);
  call_.Signal();
  for (int i = 0; i < 10; ++i) SpeakB();
  EXPECT_EQ(call_.Stream(kA, false).egress.packets, 0u);
  Talk(milliseconds(200));
  EXPECT_GE(heard_["A"], 9);
}

}  // namespace
}  // namespace mediad::session

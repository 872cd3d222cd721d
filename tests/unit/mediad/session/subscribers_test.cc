// One source, several sinks: what subscribers get, and what the call does not notice of them.
#include "tests/unit/mediad/session/fixture.h"

namespace mediad::session::testing {
namespace {

constexpr uint32_t kRecorderA = 11, kRecorderB = 12;  // media that hear A and B

class SubscribersTest : public ::testing::Test {
 protected:
  SubscribersTest() {
    AddListener(kRecorderA, "198.51.100.4:7000", "198.51.100.4:7001", kA);
    AddListener(kRecorderB, "198.51.100.4:7100", "198.51.100.4:7101", kB);
    call_.Apply();
  }

  void AddListener(uint32_t id, const std::string& rtp, const std::string& rtcp, uint32_t source) {
    v1::Media* media = call_.AddParty(id, rtp, rtcp, "rec/1");
    media->set_sends(false);
    media->set_liveness(v1::SILENT);
    call_.AddRoute(source, id);
  }

  Call call_;
};

TEST_F(SubscribersTest, EachPacketGoesToThePeerAndToWhoListens) {
  EXPECT_EQ(call_.Send(kPortA, "198.51.100.1:4000", Rtp(0, 1, 0xA1)), Drop::kNone);
  EXPECT_EQ(call_.Went(),
            "203.0.113.1:30200 > 198.51.100.2:5000 | 203.0.113.1:31100 > 198.51.100.4:7000");
  EXPECT_EQ(call_.Sent(0), call_.Sent(1));
  EXPECT_EQ(call_.Send(kPortB, "198.51.100.2:5000", Rtp(0, 1, 0xB1)), Drop::kNone);
  EXPECT_EQ(call_.Went(),
            "203.0.113.1:30100 > 198.51.100.1:4000 | 203.0.113.1:31200 > 198.51.100.4:7100");
}

TEST_F(SubscribersTest, RtcpGoesToTheListenersRtcpPort) {
  call_.Send(kRtcpPortA, "198.51.100.1:4001", Rtcp(201, 0xA1));
  EXPECT_EQ(call_.Went(),
            "203.0.113.1:30201 > 198.51.100.2:5001 | 203.0.113.1:31101 > 198.51.100.4:7001");
}

TEST_F(SubscribersTest, WhatAListenerSendsGoesNowhere) {
  EXPECT_EQ(call_.Send(4, "198.51.100.4:7000", Rtp(0, 1, 0xC1)), Drop::kSenderOnHold);
  EXPECT_EQ(call_.Send(5, "198.51.100.4:7001", Rtcp(201, 0xC1)), Drop::kNoRoute);
  EXPECT_EQ(call_.Went(), "");
}

TEST_F(SubscribersTest, AListenerThatCannotBeReachedTakesNothingFromTheOthers) {
  call_.media(kRecorderA)->clear_rtp_remote();
  call_.Apply();
  call_.media(kRecorderB)->set_receives(false);
  call_.Apply();
  EXPECT_EQ(call_.Send(kPortB, "198.51.100.2:5000", Rtp(0, 1, 0xB1)), Drop::kNone);
  EXPECT_EQ(call_.Went(), "203.0.113.1:30100 > 198.51.100.1:4000");
}

TEST_F(SubscribersTest, ABlockedRouteStopsOneOnly) {
  for (v1::Route& route : *call_.spec.mutable_routes()) route.set_block_rtp(route.to() == kB);
  call_.Apply();
  EXPECT_EQ(call_.Send(kPortA, "198.51.100.1:4000", Rtp(0, 1, 0xA1)), Drop::kNone);
  EXPECT_EQ(call_.Went(), "203.0.113.1:31100 > 198.51.100.4:7000");
}

TEST_F(SubscribersTest, AddressesAreLearnedOfEachLegAlone) {
  call_.Send(kPortA, "192.0.2.77:9000", Rtp(0, 1, 0xA1));
  EXPECT_EQ(call_.TargetOf(kA), "192.0.2.77:9000");
  EXPECT_EQ(call_.TargetOf(kRecorderA), "198.51.100.4:7000");
}

TEST_F(SubscribersTest, CountersSayWhoGotWhat) {
  call_.Send(kPortA, "198.51.100.1:4000", Rtp(0, 1, 0xA1));
  EXPECT_EQ(call_.Stream(kA, false).ingress.packets, 1u);
  EXPECT_EQ(call_.Stream(kB, false).egress.packets, 1u);
  EXPECT_EQ(call_.Stream(kRecorderA, false).egress.packets, 1u);
  EXPECT_EQ(call_.Stream(kRecorderB, false).egress.packets, 0u);
}

TEST_F(SubscribersTest, AListenerKeepsNoCallAlive) {
  call_.media(kRecorderA)->set_idle_limit_s(3600);
  call_.media(kRecorderB)->set_idle_limit_s(3600);
  call_.Apply();
  call_.Pass(std::chrono::seconds(61));
  call_.Send(5, "198.51.100.4:7001", Rtcp(201, 0xC1));
  EXPECT_TRUE(call_.session.Examine(call_.now).idle);
}

TEST_F(SubscribersTest, AbsorbedMediaKeepWhatTheyLearnedAndCounted) {
  Call other;
  other.Apply();
  other.Send(kPortA, "192.0.2.99:9000", Rtp(0, 1, 0xD1));
  ASSERT_EQ(other.TargetOf(kA), "192.0.2.99:9000");
  constexpr uint32_t kOffset = 20;
  call_.session.Absorb(&other.session, kOffset);
  call_.AddParty(kOffset + kA, "198.51.100.1:4000", "198.51.100.1:4001", "c/1");
  call_.AddRoute(kA, kOffset + kA);
  call_.Apply();
  EXPECT_EQ(call_.TargetOf(kOffset + kA), "192.0.2.99:9000");
  EXPECT_EQ(call_.Stream(kOffset + kA, false).ingress.packets, 1u);
  call_.Send(kPortA, "198.51.100.1:4000", Rtp(0, 2, 0xA1));
  EXPECT_NE(call_.Went().find("192.0.2.99:9000"), std::string::npos) << call_.Went();
}

TEST_F(SubscribersTest, AbsorptionCanBeUndone) {
  Call other;
  other.Apply();
  other.Send(kPortA, "192.0.2.99:9000", Rtp(0, 1, 0xD1));
  call_.session.Absorb(&other.session, 20);
  call_.session.GiveBack(&other.session, 20);
  EXPECT_EQ(call_.session.media().size(), 4u);
  EXPECT_EQ(other.session.media().size(), 2u);
  other.Send(kPortA, "192.0.2.99:9000", Rtp(0, 2, 0xD1));
  EXPECT_EQ(other.Stream(kA, false).ingress.packets, 2u);
  EXPECT_EQ(other.Went(), "203.0.113.1:30200 > 198.51.100.2:5000");
}

}  // namespace
}  // namespace mediad::session::testing

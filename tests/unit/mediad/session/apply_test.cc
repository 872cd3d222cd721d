// From one specification to the next: what stays, what starts again, what is refused.
#include <gtest/gtest.h>

#include "tests/unit/mediad/session/fixture.h"

namespace mediad::session {
namespace {

using testing::Call;
using testing::kA;
using testing::kB;
using testing::kPortA;
using testing::kPortB;
using testing::Rtp;
using testing::SetEndpoint;
namespace v1 = rtpengine::v1;
using std::chrono::milliseconds;

constexpr char kPartyA[] = "198.51.100.1:4000";
constexpr char kPartyB[] = "198.51.100.2:5000";

TEST(ApplyTest, SameSpecificationKeepsAddressesAndCounters) {
  Call call;
  call.Signal();
  call.Send(kPortA, "198.51.100.1:4444", Rtp(0, 1, 1));
  call.Apply();  // same epoch: not even the window opens again
  EXPECT_EQ(call.TargetOf(kA), "198.51.100.1:4444");
  EXPECT_EQ(call.Stream(kA, false).ingress.packets, 1u);
  EXPECT_EQ(call.session.media()[0].ingress.sources().size(), 1u);
  EXPECT_EQ(call.session.generation(), 2u);
}

TEST(ApplyTest, WindowClosesThreeSecondsAfterTheLastSignalling) {
  Call call;
  call.media(kA)->set_learning(v1::DELAYED);
  call.Signal();
  call.Pass(milliseconds(2000));
  call.Signal();
  call.Pass(milliseconds(2999));
  call.Send(kPortA, "198.51.100.9:9999", Rtp(0, 1, 1));
  EXPECT_FALSE(call.Stream(kA, false).peer.confirmed());
  call.Pass(milliseconds(1));
  call.Send(kPortA, kPartyA, Rtp(0, 2, 1));
  EXPECT_TRUE(call.Stream(kA, false).peer.confirmed());
  EXPECT_EQ(call.TargetOf(kA), kPartyA);
}

TEST(ApplyTest, SignallingReopensLearningWithTheLearnedAddressAsTarget) {
  Call call;
  call.Signal();
  call.Pass(milliseconds(3200));
  call.Send(kPortA, kPartyA, Rtp(0, 1, 1));
  EXPECT_TRUE(call.Stream(kA, false).peer.confirmed());
  call.Signal();
  EXPECT_FALSE(call.Stream(kA, false).peer.confirmed());
  call.Send(kPortA, "198.51.100.9:9999", Rtp(0, 2, 1));
  EXPECT_EQ(call.TargetOf(kA), "198.51.100.9:9999");
}

TEST(ApplyTest, ChangedEndpointIsTheTargetAtOnce) {
  Call call;
  call.Signal();
  call.Pass(milliseconds(3200));
  call.Send(kPortA, kPartyA, Rtp(0, 1, 1));
  SetEndpoint("198.51.100.7:4600", call.media(kA)->mutable_rtp_remote());
  call.Signal();
  call.Send(kPortB, kPartyB, Rtp(0, 1, 2));
  EXPECT_EQ(call.Went(), "203.0.113.1:30100 > 198.51.100.7:4600");
  call.Send(kPortA, "198.51.100.1:4444", Rtp(0, 2, 1));
  EXPECT_EQ(call.TargetOf(kA), "198.51.100.1:4444");
}

TEST(ApplyTest, LatePortsAreHeardButNotSpokenFrom) {
  Call call;
  call.Signal();
  call.AddPorts(7, 2);  // sockets 4 and 5
  call.media(kB)->set_port_set(7);
  call.media(kB)->add_late_port_sets(kB);
  call.Signal();
  EXPECT_EQ(call.Send(kPortB, kPartyB, Rtp(0, 1, 2)), Drop::kNone);
  EXPECT_EQ(call.Send(4, kPartyB, Rtp(0, 2, 2)), Drop::kNone);
  call.Send(kPortB, kPartyB, Rtp(0, 3, 2));
  call.Send(kPortA, kPartyA, Rtp(0, 1, 1));
  EXPECT_EQ(call.Went(), "203.0.113.1:30700 > 198.51.100.2:5000");
  EXPECT_EQ(call.Stream(kB, false).ingress.packets, 3u);
}

TEST(ApplyTest, LateRtcpPortOfALegThatMultiplexesNow) {
  Call call;
  call.Signal();
  call.AddPorts(7, 1);
  call.media(kB)->set_port_set(7);
  call.media(kB)->add_late_port_sets(kB);
  call.media(kB)->set_rtcp_mux(true);
  call.Signal();
  EXPECT_EQ(call.Send(testing::kRtcpPortB, "198.51.100.2:5001", testing::Rtcp(201, 2)), Drop::kNone);
  EXPECT_EQ(call.Went(), "203.0.113.1:30101 > 198.51.100.1:4001");
}

TEST(ApplyTest, RemovedMediaAndRoutesAreGone) {
  Call call;
  call.Signal();
  call.spec.mutable_media()->RemoveLast();
  call.spec.mutable_port_sets()->RemoveLast();
  call.spec.clear_routes();
  call.Signal();
  EXPECT_EQ(call.session.sockets().size(), 2u);
  EXPECT_EQ(call.Send(kPortA, kPartyA, Rtp(0, 1, 1)), Drop::kNoRoute);
  EXPECT_EQ(call.Send(kPortB, kPartyB, Rtp(0, 1, 2)), Drop::kNoRoute);
}

TEST(ApplyTest, MediaKeepTheirStateWhenTheirOrderChanges) {
  Call call;
  call.Signal();
  call.Send(kPortB, "198.51.100.2:5555", Rtp(0, 1, 2));
  call.spec.mutable_media()->SwapElements(0, 1);
  call.Apply();
  EXPECT_EQ(call.TargetOf(kB), "198.51.100.2:5555");
  EXPECT_EQ(call.TargetOf(kA), kPartyA);
  call.Send(kPortA, kPartyA, Rtp(0, 1, 1));
  EXPECT_EQ(call.Went(), "203.0.113.1:30200 > 198.51.100.2:5555");
}

TEST(ApplyTest, TosIsThatOfTheReceivingLeg) {
  Call call;
  call.media(kB)->set_tos(184);
  call.Signal();
  EXPECT_EQ(call.session.sockets()[kPortA].tos, 0);
  EXPECT_EQ(call.session.sockets()[kPortB].tos, 184);
  EXPECT_EQ(call.session.sockets()[testing::kRtcpPortB].tos, 184);
}

TEST(ApplyTest, AsymmetricLateInTheCallSendsToTheSignalledAddressAgain) {
  Call call;
  call.Signal();
  call.Send(kPortA, "198.51.100.1:4444", Rtp(0, 1, 1));
  call.media(kA)->set_asymmetric(true);
  call.Signal();
  EXPECT_EQ(call.TargetOf(kA), kPartyA);
}

TEST(ApplyTest, ExplainRemembersTheLastEightSteps) {
  Call call;
  for (int i = 0; i < 20; ++i) call.Signal();
  const v1::SessionStatistics statistics = call.Statistics(true);
  const v1::Explain& explain = statistics.media(0).streams(0).explain();
  ASSERT_EQ(explain.learned_size(), 8);
  EXPECT_EQ(explain.learned(7).reason(), v1::LEARN_REOPENED);
}

using Change = void (*)(v1::Session&);

TEST(ValidateTest, RefusesContradictions) {
  const std::pair<const char*, Change> changes[] = {
      {"port set id 0", [](v1::Session& s) { s.mutable_port_sets(0)->set_id(0); }},
      {"port set id twice", [](v1::Session& s) { s.mutable_port_sets(0)->set_id(kB); }},
      {"no ports", [](v1::Session& s) { s.mutable_port_sets(0)->set_count(0); }},
      {"too many ports", [](v1::Session& s) { s.mutable_port_sets(0)->set_count(33); }},
      {"ports beyond the end", [](v1::Session& s) { s.mutable_port_sets(0)->set_port(65535); }},
      {"port number that wraps", [](v1::Session& s) { s.mutable_port_sets(0)->set_port(0xffffffff); }},
      {"no family", [](v1::Session& s) { s.mutable_port_sets(0)->clear_family(); }},
      {"local address of 5 octets", [](v1::Session& s) { s.mutable_port_sets(0)->set_address("12345"); }},
      {"media id twice", [](v1::Session& s) { s.mutable_media(0)->set_id(kB); }},
      {"unknown port set", [](v1::Session& s) { s.mutable_media(0)->set_port_set(77); }},
      {"unknown late port set", [](v1::Session& s) { s.mutable_media(0)->add_late_port_sets(77); }},
      {"remote address of 5 octets",
       [](v1::Session& s) { s.mutable_media(0)->mutable_rtp_remote()->set_address("12345"); }},
      {"remote port 0", [](v1::Session& s) { s.mutable_media(0)->mutable_rtcp_remote()->set_port(0); }},
      {"tos 256", [](v1::Session& s) { s.mutable_media(0)->set_tos(256); }},
      {"payload type 128",
       [](v1::Session& s) { s.mutable_media(0)->mutable_codecs(0)->set_payload_type(128); }},
      {"route to nowhere", [](v1::Session& s) { s.mutable_routes(0)->set_to(77); }},
  };
  Call call;
  ASSERT_TRUE(Validate(call.spec).ok());
  for (const auto& [name, change] : changes) {
    SCOPED_TRACE(name);
    v1::Session broken = call.spec;
    change(broken);
    EXPECT_TRUE(absl::IsInvalidArgument(Validate(broken)));
  }
}

TEST(ValidateTest, RefusesTooMuch) {
  Call call;
  v1::Session copies = call.spec;
  for (size_t i = 0; i < kMaxRoutesFrom; ++i) *copies.add_routes() = copies.routes(0);
  EXPECT_TRUE(absl::IsResourceExhausted(Validate(copies)));
  v1::Session pairs = call.spec;
  pairs.mutable_media(0)->set_port_pairs(17);
  EXPECT_TRUE(absl::IsResourceExhausted(Validate(pairs)));
  v1::Session id = call.spec;
  id.set_id(std::string(8193, 'x'));
  EXPECT_TRUE(absl::IsResourceExhausted(Validate(id)));
}

}  // namespace
}  // namespace mediad::session

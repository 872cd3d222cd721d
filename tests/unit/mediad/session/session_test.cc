// The path of a packet through a session: order of the steps, routes, directions, what counts and what not.
#include "mediad/session/session.h"

#include <gtest/gtest.h>

#include "tests/unit/mediad/session/fixture.h"

namespace mediad::session {
namespace {

using testing::Bytes;
using testing::Call;
using testing::kA;
using testing::kB;
using testing::kPortA;
using testing::kPortB;
using testing::kRtcpPortA;
using testing::kRtcpPortB;
using testing::Rtcp;
using testing::Rtp;
using testing::SetEndpoint;
namespace v1 = rtpengine::v1;

constexpr char kPartyA[] = "198.51.100.1:4000";
constexpr char kPartyB[] = "198.51.100.2:5000";

Bytes Text(const std::string& text) { return Bytes(text.begin(), text.end()); }

TEST(SessionTest, RelaysRtpBothWaysUnchanged) {
  Call call;
  call.Signal();
  const Bytes packet = Rtp(0, 1, 4096);
  EXPECT_EQ(call.Send(kPortA, kPartyA, packet), Drop::kNone);
  EXPECT_EQ(call.Went(), "203.0.113.1:30200 > 198.51.100.2:5000");
  EXPECT_EQ(call.Sent(), packet);
  EXPECT_EQ(call.Send(kPortB, kPartyB, Rtp(0, 900, 8192)), Drop::kNone);
  EXPECT_EQ(call.Went(), "203.0.113.1:30100 > 198.51.100.1:4000");
}

TEST(SessionTest, RtcpLeavesOnTheRtcpPortWhicheverItCameInOn) {
  Call call;
  call.Signal();
  call.Send(kRtcpPortA, "198.51.100.1:4001", Rtcp(201, 1));
  EXPECT_EQ(call.Went(), "203.0.113.1:30201 > 198.51.100.2:5001");
  call.Send(kPortA, kPartyA, Rtcp(201, 1));
  EXPECT_EQ(call.Went(), "203.0.113.1:30201 > 198.51.100.2:5001");
  EXPECT_EQ(call.Send(kRtcpPortA, kPartyA, Rtp(0, 1, 1)), Drop::kRtpOnRtcpPort);
}

TEST(SessionTest, MuxedRtcpLeavesOnTheRtpPort) {
  Call call;
  call.media(kB)->set_rtcp_mux(true);
  call.Signal();
  call.Send(kRtcpPortA, "198.51.100.1:4001", Rtcp(201, 1));
  EXPECT_EQ(call.Went(), "203.0.113.1:30200 > 198.51.100.2:5000");
  call.Send(kPortB, kPartyB, Rtcp(201, 2));
  EXPECT_EQ(call.Went(), "203.0.113.1:30101 > 198.51.100.1:4001");
  // The former RTCP port is as good as closed.
  EXPECT_EQ(call.Send(kRtcpPortB, "198.51.100.2:5001", Rtcp(201, 2)), Drop::kNoRoute);
}

TEST(SessionTest, RtcpWithNowhereToGoIsDropped) {
  Call call;  // B has one port, but does not multiplex
  call.spec.mutable_port_sets(1)->set_count(1);
  call.Signal();
  EXPECT_EQ(call.Send(kRtcpPortA, "198.51.100.1:4001", Rtcp(201, 1)), Drop::kNoRemote);
  EXPECT_EQ(call.Send(kPortB, kPartyB, Rtcp(201, 2)), Drop::kNone);
  EXPECT_EQ(call.Went(), "203.0.113.1:30101 > 198.51.100.1:4001");
}

struct Datagram {
  const char* name;
  Bytes bytes;
  Drop drop;
};

TEST(SessionTest, WhatIsNotMediaTeachesNothingAndKeepsNothingAlive) {
  const std::vector<Datagram> datagrams = {
      {"empty", {}, Drop::kNotRtp},
      {"one octet", {0x00}, Drop::kNotRtp},
      {"text", Text("GET / HTTP/1.1\r\n\r\n"), Drop::kNotRtp},
      {"short RTP", {0x80, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0x10}, Drop::kNotRtp},
      {"extension beyond the end", {0x90, 0, 0, 3, 0, 0, 1, 0x40, 0, 0, 0x10, 0, 0x10, 0, 0xff, 0xff}, Drop::kNotRtp},
      {"version 3", Bytes(40, 0xff), Drop::kNotRtp},
      {"STUN", Bytes(20, 0x00), Drop::kStunUnexpected},
      {"DTLS", {0x16, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, Drop::kDtlsUnexpected},
      {"unknown RTCP type", Rtcp(208, 1), Drop::kRtcpUnknownType},
      {"RTCP without room for its reports", {0x81, 0xc9, 0, 1, 0, 0, 0x10, 0}, Drop::kNotRtp},
  };
  for (const Datagram& one : datagrams) {
    SCOPED_TRACE(one.name);
    Call call;
    call.media(kA)->set_learning(v1::IMMEDIATE);
    call.Signal();
    EXPECT_EQ(call.Send(kPortA, "198.51.100.9:9999", one.bytes), one.drop);
    EXPECT_TRUE(call.sinks->empty());
    EXPECT_EQ(call.TargetOf(kA), kPartyA);
    EXPECT_FALSE(call.Stream(kA, false).peer.confirmed());
    EXPECT_EQ(call.Stream(kA, false).last_activity.count(), 0);
    // Counted where it came in, an error where it would have gone.
    EXPECT_EQ(call.Stream(kA, false).ingress.packets, 1u);
    EXPECT_EQ(call.Stream(kA, false).ingress.bytes, one.bytes.size());
    EXPECT_EQ(call.Stream(kA, false).ingress.errors, 0u);
    EXPECT_EQ(call.Stream(kB, false).ingress.errors, 1u);
  }
}

TEST(SessionTest, SecondOctetsOfRtcp) {
  Call call;
  call.Signal();
  for (int octet = 128; octet < 256; ++octet) {
    Bytes packet(28, 0);
    packet[0] = 0x80;
    packet[1] = static_cast<uint8_t>(octet);
    const Drop drop = call.Send(kPortA, kPartyA, packet);
    SCOPED_TRACE(octet);
    if (octet >= 200 && octet <= 207) {
      EXPECT_EQ(call.Went(), "203.0.113.1:30201 > 198.51.100.2:5001");
    } else if (octet >= 194 && octet <= 223) {
      EXPECT_EQ(drop, Drop::kRtcpUnknownType);
    } else {
      EXPECT_EQ(call.Went(), "203.0.113.1:30200 > 198.51.100.2:5000");
    }
  }
}

TEST(SessionTest, RtpAndRtcpLearnApart) {
  Call call;
  call.Signal();
  call.Send(kRtcpPortA, "198.51.100.1:4445", Rtcp(201, 1));
  EXPECT_EQ(call.TargetOf(kA), kPartyA);
  EXPECT_EQ(call.Stream(kA, true).peer.target().ToString(), "198.51.100.1:4445");
  call.Send(kPortA, "198.51.100.1:4444", Rtp(0, 1, 1));
  EXPECT_EQ(call.TargetOf(kA), "198.51.100.1:4444");
  EXPECT_EQ(call.Stream(kA, true).peer.target().ToString(), "198.51.100.1:4445");
}

TEST(SessionTest, StrayRtcpOnTheRtpPortDoesNotTeachUnlessApplicationDefined) {
  Call call;
  call.Signal();
  call.Send(kPortA, "198.51.100.1:4444", Rtcp(201, 1));
  EXPECT_EQ(call.TargetOf(kA), kPartyA);
  Bytes application = Rtcp(204, 1);
  application.insert(application.end(), {'T', 'E', 'S', 'T'});
  call.Send(kPortA, "198.51.100.1:4444", application);
  EXPECT_EQ(call.TargetOf(kA), "198.51.100.1:4444");
}

TEST(SessionTest, RtpOnTheRtcpPortDoesNotTeach) {
  Call call;
  call.Signal();
  call.Send(kRtcpPortA, "198.51.100.1:4444", Rtp(0, 1, 1));
  EXPECT_EQ(call.Stream(kA, true).peer.target().ToString(), "198.51.100.1:4001");
}

TEST(SessionTest, StrictSourceComesBeforeEverythingElse) {
  Call call;
  call.media(kA)->set_strict_source(true);
  call.Signal();
  call.Send(kPortA, kPartyA, Rtp(0, 1, 4096));
  EXPECT_EQ(call.Send(kPortA, "198.51.100.9:9999", Rtp(0, 2, 666)), Drop::kStrictSource);
  const Stream& stream = call.Stream(kA, false);
  EXPECT_EQ(stream.ingress.packets, 1u);  // not counted as a packet
  EXPECT_EQ(stream.ingress.errors, 1u);
  EXPECT_EQ(call.session.media()[0].ingress.Find(666), nullptr);
  EXPECT_EQ(call.Send(kPortA, "198.51.100.9:9999", Bytes(1, 0)), Drop::kStrictSource);
  ASSERT_EQ(stream.explanation.drops().size(), 1u);
  EXPECT_EQ(stream.explanation.drops()[0].count, 2u);
  EXPECT_EQ(stream.explanation.drops()[0].last_source.ToString(), "198.51.100.9:9999");
}

TEST(SessionTest, BeforeTheAnswerAnySourceIsForwardedAndNoneLearned) {
  Call call;
  call.media(kB)->clear_rtp_remote();
  call.media(kB)->clear_rtcp_remote();
  call.media(kA)->set_learn(false);
  call.Signal();
  EXPECT_EQ(call.Send(kPortB, "198.51.100.9:9000", Rtp(0, 2, 12288)), Drop::kNone);
  EXPECT_EQ(call.Went(), "203.0.113.1:30100 > 198.51.100.1:4000");
  EXPECT_EQ(call.Send(kPortA, kPartyA, Rtp(0, 1, 1)), Drop::kNoRemote);
  SetEndpoint(kPartyB, call.media(kB)->mutable_rtp_remote());
  call.media(kA)->set_learn(true);
  call.Signal();
  call.Send(kPortA, kPartyA, Rtp(0, 1, 1));
  EXPECT_EQ(call.Went(), "203.0.113.1:30200 > 198.51.100.2:5000");
  call.Send(kPortB, "198.51.100.9:9000", Rtp(0, 3, 12288));
  call.Send(kPortA, kPartyA, Rtp(0, 2, 1));
  EXPECT_EQ(call.Went(), "203.0.113.1:30200 > 198.51.100.9:9000");
}

TEST(SessionTest, DirectionsHoldRtpButNotRtcp) {
  Call call;
  call.media(kA)->set_receives(false);
  call.media(kB)->set_sends(false);
  call.Signal();
  EXPECT_EQ(call.Send(kPortA, kPartyA, Rtp(0, 1, 1)), Drop::kNone);
  EXPECT_EQ(call.Send(kPortB, "198.51.100.2:6000", Rtp(0, 1, 2)), Drop::kSenderOnHold);
  EXPECT_EQ(call.Stream(kB, false).ingress.packets, 1u);  // accepted and counted,
  EXPECT_EQ(call.TargetOf(kB), "198.51.100.2:6000");      // and it teaches
  EXPECT_EQ(call.Send(kRtcpPortB, "198.51.100.2:5001", Rtcp(201, 2)), Drop::kNone);
  call.media(kB)->set_sends(true);
  call.Signal();
  EXPECT_EQ(call.Send(kPortB, kPartyB, Rtp(0, 1, 2)), Drop::kReceiverOnHold);
}

TEST(SessionTest, LegacyHoldSendsNothingAndRemembersTheAddress) {
  Call call;
  call.Signal();
  call.Send(kPortA, "198.51.100.1:4444", Rtp(0, 1, 1));
  v1::Media* held = call.media(kA);
  held->set_muted_by_zero_address(true);
  held->set_receives(false);
  held->clear_rtp_remote();
  held->clear_rtcp_remote();
  call.Signal();
  EXPECT_EQ(call.Send(kPortA, kPartyA, Rtp(0, 1, 1)), Drop::kNone);
  EXPECT_EQ(call.Send(kPortB, kPartyB, Rtp(0, 1, 2)), Drop::kReceiverOnHold);
  EXPECT_EQ(call.Send(kRtcpPortB, "198.51.100.2:5001", Rtcp(201, 2)), Drop::kReceiverOnHold);
  held->set_muted_by_zero_address(false);
  held->set_receives(true);
  SetEndpoint(kPartyA, held->mutable_rtp_remote());
  call.Signal();
  EXPECT_EQ(call.Send(kPortB, kPartyB, Rtp(0, 2, 2)), Drop::kNone);
  EXPECT_EQ(call.Went(), "203.0.113.1:30100 > 198.51.100.1:4000");
}

TEST(SessionTest, BlockedRoutesHoldRtpOnly) {
  Call call;
  call.spec.mutable_routes(0)->set_block_rtp(true);
  call.Signal();
  EXPECT_EQ(call.Send(kPortA, kPartyA, Rtp(0, 1, 1)), Drop::kBlocked);
  EXPECT_EQ(call.Send(kRtcpPortA, "198.51.100.1:4001", Rtcp(201, 1)), Drop::kNone);
  EXPECT_EQ(call.session.media()[0].ingress.Find(1)->packets, 1u);
}

TEST(SessionTest, EverySubscriberGetsACopy) {
  Call call;
  call.AddParty(3, "198.51.100.3:6000", "198.51.100.3:6001", "tc/1");
  call.AddRoute(kA, 3);
  call.Signal();
  EXPECT_EQ(call.Send(kPortA, kPartyA, Rtp(0, 1, 1)), Drop::kNone);
  EXPECT_EQ(call.Went(),
            "203.0.113.1:30200 > 198.51.100.2:5000 | 203.0.113.1:30300 > 198.51.100.3:6000");
  // One of them on hold: no drop, the other one was served.
  call.media(kB)->set_receives(false);
  call.Signal();
  EXPECT_EQ(call.Send(kPortA, kPartyA, Rtp(0, 2, 1)), Drop::kNone);
  EXPECT_EQ(call.Went(), "203.0.113.1:30300 > 198.51.100.3:6000");
  EXPECT_TRUE(call.Stream(kA, false).explanation.drops().empty());
}

TEST(SessionTest, FeedbackIsFilteredForEachReceiverApart) {
  Call call;
  call.AddParty(3, "198.51.100.3:6000", "198.51.100.3:6001", "tc/1");
  call.AddRoute(kA, 3);
  call.media(kB)->set_feedback_filter(true);
  call.Signal();
  const Bytes report = Rtcp(201, 1);
  Bytes feedback = {0x81, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2};
  Bytes both = report;
  both.insert(both.end(), feedback.begin(), feedback.end());
  call.Send(kRtcpPortA, "198.51.100.1:4001", both);
  ASSERT_EQ(call.sinks->size(), 2u);
  EXPECT_EQ(call.Sent(0), report);
  EXPECT_EQ(call.Sent(1), both);
  EXPECT_EQ(call.Stream(kB, true).egress.bytes, report.size());
  call.spec.mutable_routes()->RemoveLast();
  call.Signal();
  EXPECT_EQ(call.Send(kRtcpPortA, "198.51.100.1:4001", feedback), Drop::kFeedbackFiltered);
}

TEST(SessionTest, OpaqueDatagramsPassAsTheyAre) {
  Call call;
  for (const uint32_t id : {kA, kB}) call.media(id)->set_transport(v1::OPAQUE);
  call.Signal();
  for (const Bytes& one : {Bytes{0, 0, 6, 1}, Rtcp(201, 1), Bytes{0x16, 0xfe}, Bytes{0xff}, Bytes{}}) {
    EXPECT_EQ(call.Send(kPortA, "198.51.100.1:4444", one), Drop::kNone);
    EXPECT_EQ(call.Went(), "203.0.113.1:30200 > 198.51.100.2:5000");
    EXPECT_EQ(call.Sent(), one);
  }
  EXPECT_EQ(call.TargetOf(kA), "198.51.100.1:4444");
  EXPECT_TRUE(call.session.media()[0].ingress.sources().empty());
}

TEST(SessionTest, OtherAddressFamilyIsNotSentTo) {
  Call call;
  SetEndpoint("[2001:db8:4322::2]:5000", call.media(kB)->mutable_rtp_remote());
  call.Signal();
  EXPECT_EQ(call.Send(kPortA, kPartyA, Rtp(0, 1, 1)), Drop::kFamilyMismatch);
  EXPECT_EQ(call.Send(kPortB, kPartyB, Rtp(0, 1, 2)), Drop::kNone);
}

// As recorded: the stream does not count it; the worker's totals and the drop counter do.
TEST(SessionTest, DropTrafficDropsEverything) {
  Call call;
  call.spec.set_drop_traffic(true);
  call.Signal();
  EXPECT_EQ(call.Send(kPortA, "198.51.100.9:9999", Rtp(0, 1, 1)), Drop::kTraffic);
  EXPECT_EQ(call.Stream(kA, false).ingress.packets, 0u);
  EXPECT_EQ(call.Statistics().media(0).ingress_size(), 0);
  EXPECT_EQ(call.Stream(kA, false).explanation.drops().size(), 1u);
  EXPECT_EQ(call.TargetOf(kA), kPartyA);
}

TEST(SessionTest, NatWaitHoldsBackUntilSomethingArrived) {
  Call call;
  call.media(kA)->set_nat_wait(true);
  call.Signal();
  EXPECT_EQ(call.Send(kPortB, kPartyB, Rtp(0, 1, 2)), Drop::kNatWait);
  call.Send(kPortA, kPartyA, Rtp(0, 1, 1));
  EXPECT_EQ(call.Send(kPortB, kPartyB, Rtp(0, 2, 2)), Drop::kNone);
}

TEST(SessionTest, PiercesNatUntilSomethingArrived) {
  Call call;
  call.media(kA)->set_pierce_nat(true);
  call.Signal();
  const auto pierced = [&] {
    std::vector<std::string> to;
    call.session.OnTick([&](const Sink& sink) {
      EXPECT_EQ(Bytes(sink.bytes.begin(), sink.bytes.end()),
                (Bytes{0x80, 0x7f, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0}));
      to.push_back(sink.destination.ToString());
    });
    return to;
  };
  EXPECT_EQ(pierced(), (std::vector<std::string>{"198.51.100.1:4000", "198.51.100.1:4001"}));
  call.Send(kPortA, kPartyA, Rtp(0, 1, 1));
  EXPECT_EQ(pierced(), (std::vector<std::string>{"198.51.100.1:4001"}));
}

TEST(SessionTest, PortPairsGoSideBySide) {
  Call call;
  for (const uint32_t id : {kA, kB}) {
    call.media(id)->set_port_pairs(2);
    call.spec.mutable_port_sets(static_cast<int>(id) - 1)->set_count(4);
  }
  call.Signal();
  call.Send(2, "198.51.100.1:4002", Rtp(0, 1, 1));
  EXPECT_EQ(call.Went(), "203.0.113.1:30202 > 198.51.100.2:5002");
  call.Send(3, "198.51.100.1:4003", Rtcp(201, 1));
  EXPECT_EQ(call.Went(), "203.0.113.1:30203 > 198.51.100.2:5003");
}

TEST(SessionTest, ReportsConfirmationsOnce) {
  Call call;
  call.Signal();
  call.Send(kPortA, kPartyA, Rtp(0, 1, 1));
  const auto event = call.session.TakeEvent();
  ASSERT_TRUE(event);
  EXPECT_EQ(event->media, kA);
  EXPECT_FALSE(event->rtcp);
  EXPECT_EQ(event->endpoint.ToString(), kPartyA);
  call.Send(kPortA, kPartyA, Rtp(0, 2, 1));
  EXPECT_FALSE(call.session.TakeEvent());
}

TEST(SessionTest, FailedSendsAreErrorsOfTheSink) {
  Call call;
  call.Signal();
  const Bytes packet = Rtp(0, 1, 1);  // the sink refers to it
  call.Send(kPortA, kPartyA, packet);
  call.session.OnSendFailed((*call.sinks)[0], call.now);
  EXPECT_EQ(call.Stream(kB, false).egress.packets, 0u);
  EXPECT_EQ(call.Stream(kB, false).egress.bytes, 0u);
  EXPECT_EQ(call.Stream(kB, false).egress.errors, 1u);
  EXPECT_EQ(call.Statistics().media(1).egress(0).packets(), 0u);
}

TEST(SessionTest, SocketsNobodyOwnsAreHarmless) {
  Call call;
  call.AddPorts(9, 2);
  call.Signal();
  EXPECT_EQ(call.Send(4, kPartyA, Rtp(0, 1, 1)), Drop::kNoRoute);
  EXPECT_EQ(call.Send(1000, kPartyA, Rtp(0, 1, 1)), Drop::kNoRoute);
}

}  // namespace
}  // namespace mediad::session

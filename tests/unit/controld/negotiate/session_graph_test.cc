// What the worker is told about a call (session.proto).
#include "controld/negotiate/session_graph.h"

#include <gmock/gmock.h>

#include "tests/unit/controld/negotiate/exchange.h"

namespace controld::negotiate {
namespace {

namespace v1 = rtpengine::v1;
using ng::Flag;
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

class SessionGraphTest : public Exchange {
 protected:
  SessionGraphTest() {
    settings_.timeout_s = 61;
    settings_.silent_timeout_s = 3601;
    settings_.offer_timeout_s = 3602;
  }
  v1::Session Session(bool pinned = false) { return BuildSession(call_, settings_, pinned); }
};

TEST_F(SessionGraphTest, AfterTheOffer) {
  Send(OfferFromA());
  const v1::Session session = Session();
  EXPECT_EQ(session.id(), "c");
  EXPECT_EQ(session.owner(), "c1");
  ASSERT_EQ(session.media_size(), 2);
  const v1::Media a = session.media(0), b = session.media(1);
  EXPECT_EQ(a.label(), "A/1");
  EXPECT_EQ(a.liveness(), v1::CHECKED);
  EXPECT_EQ(a.idle_limit_s(), 61u);
  EXPECT_EQ(a.rtp_remote().port(), 4000u);
  EXPECT_EQ(a.rtcp_remote().port(), 4001u);
  EXPECT_EQ(b.liveness(), v1::UNANSWERED);
  EXPECT_EQ(b.idle_limit_s(), 3602u);
  EXPECT_EQ(b.idle_limit_active_s(), 61u);
  EXPECT_FALSE(b.has_rtp_remote());
  // Nothing is learned before our SDP with the port was issued and the party has spoken itself.
  EXPECT_FALSE(a.learn());
  EXPECT_FALSE(b.learn());
  call::CallState record;
  ASSERT_TRUE(record.ParseFromString(session.record()));
  EXPECT_EQ(record.parties_size(), 2);
}

TEST_F(SessionGraphTest, AfterTheAnswer) {
  Send(OfferFromA());
  const uint32_t epoch = Session().signalling_epoch();
  Send(AnswerFromB());
  const v1::Session session = Session();
  EXPECT_GT(session.signalling_epoch(), epoch);
  for (const v1::Media& media : session.media()) {
    EXPECT_TRUE(media.learn());
    EXPECT_EQ(media.liveness(), v1::CHECKED);
    EXPECT_TRUE(media.sends());
    EXPECT_TRUE(media.receives());
    EXPECT_EQ(media.transport(), v1::RTP);
  }
  std::vector<std::pair<uint32_t, uint32_t>> routes;
  for (const v1::Route& route : session.routes()) routes.emplace_back(route.from(), route.to());
  const uint32_t a = session.media(0).id(), b = session.media(1).id();
  EXPECT_THAT(routes, UnorderedElementsAre(std::pair(a, b), std::pair(b, a)));
}

TEST_F(SessionGraphTest, Hold) {
  Send(OfferFromA());
  Send(AnswerFromB());
  Send(ReofferFromA("a=sendonly\r\n"));
  EXPECT_FALSE(SessionMedia("A").receives());
  EXPECT_EQ(SessionMedia("A").liveness(), v1::CHECKED);
  EXPECT_FALSE(SessionMedia("B").sends());
  EXPECT_EQ(SessionMedia("B").liveness(), v1::SILENT);
  EXPECT_EQ(SessionMedia("B").idle_limit_s(), 3601u);
}

TEST_F(SessionGraphTest, LegacyHoldIsMuted) {
  Send(OfferFromA());
  Send(AnswerFromB());
  Send(call::Reoffer("c", "A", "B", call::Sdp("0.0.0.0", 4000)));
  const v1::Media media = SessionMedia("A");
  EXPECT_TRUE(media.muted_by_zero_address());
  EXPECT_FALSE(media.has_rtp_remote());
  EXPECT_EQ(media.liveness(), v1::CHECKED);
}

TEST_F(SessionGraphTest, RejectedSectionsAreNotExamined) {
  Send(call::Offer("c", "A", call::Sdp("192.0.2.10", 4000, "m=video 0 RTP/AVP 96\r\n")));
  const v1::Session session = Session();
  ASSERT_EQ(session.media_size(), 4);
  EXPECT_EQ(session.media(1).liveness(), v1::LIVENESS_NONE);
  EXPECT_EQ(session.media(1).port_set(), 0u);
}

// The worker refuses port 0 (validate.cc): there is no port behind the last one.
TEST_F(SessionGraphTest, NoRtcpPortBehindTheLastOne) {
  Send(OfferFromA("", 65535));
  EXPECT_EQ(SessionMedia("A").rtp_remote().port(), 65535u);
  EXPECT_FALSE(SessionMedia("A").has_rtcp_remote());
}

TEST_F(SessionGraphTest, OtherProtocolsAreOpaque) {
  Send(call::Offer("c", "A", call::Sdp("192.0.2.10", 4000, "", "udptl", "t38")));
  EXPECT_EQ(SessionMedia("A").transport(), v1::OPAQUE);
}

TEST_F(SessionGraphTest, FeedbackIsFilteredTowardsAvp) {
  const std::string avpf = call::Sdp("192.0.2.10", 4000, "", "RTP/AVPF");
  ng::Request request = call::Offer("c", "A", avpf);
  request.transport_protocol = "RTP/AVP";
  EXPECT_FALSE(call::LinesOf(Send(request), "m=audio 30000 RTP/AVP ").empty());
  Send(AnswerFromB());
  EXPECT_TRUE(SessionMedia("B").feedback_filter());
  EXPECT_FALSE(SessionMedia("A").feedback_filter());
  // A party that signals feedback itself gets it.
  Send(AnswerFromB("a=rtcp-fb:8 nack\r\n"));
  EXPECT_FALSE(SessionMedia("B").feedback_filter());
}

TEST_F(SessionGraphTest, FeedbackPassesBetweenEqualProfiles) {
  Send(call::Offer("c", "A", call::Sdp("192.0.2.10", 4000, "", "RTP/AVPF")));
  Send(call::Answer("c", "A", "B", call::Sdp("198.51.100.20", 5000, "", "RTP/AVPF")));
  EXPECT_FALSE(SessionMedia("A").feedback_filter());
  EXPECT_FALSE(SessionMedia("B").feedback_filter());
}

TEST_F(SessionGraphTest, ReportsOfOursGoToBothUntilTurnedOff) {
  settings_.rtcp_interval_ms = 1234;
  Send(call::With(OfferFromA(), {Flag::kGenerateRtcp, Flag::kMirrorRtcp}));
  Send(AnswerFromB());
  for (const char* tag : {"A", "B"}) {
    EXPECT_TRUE(SessionMedia(tag).generate_rtcp());
    EXPECT_EQ(SessionMedia(tag).rtcp_interval_ms(), 1234u);
    EXPECT_EQ(SessionMedia(tag).cname(), "0123456789ab");
    // Mirroring has to be repeated in the answer, as recorded.
    EXPECT_FALSE(SessionMedia(tag).mirror_rtcp());
  }
  Send(call::With(ReofferFromA(), {Flag::kMirrorRtcp}));
  EXPECT_TRUE(SessionMedia("B").generate_rtcp());
  EXPECT_TRUE(SessionMedia("B").mirror_rtcp());
  Send(call::With(AnswerFromB(), {Flag::kNoGenerateRtcp}));
  EXPECT_FALSE(SessionMedia("A").generate_rtcp());
  EXPECT_FALSE(SessionMedia("B").generate_rtcp());
}

TEST_F(SessionGraphTest, RemovedHeaderExtensionsAreCutOutOfPackets) {
  ng::Request request = OfferFromA("a=extmap:1 urn:x\r\na=extmap:2 urn:y\r\na=extmap:3 urn:z\r\n");
  request.extmap_strip = {"urn:x"};
  request.extmap_mask = {"urn:z"};
  Send(request);
  EXPECT_THAT(SessionMedia("A").strip_extensions(), ElementsAre(1, 3));
  EXPECT_TRUE(warnings_.empty());
  Send(AnswerFromB("a=extmap:2 urn:y\r\n"));
  EXPECT_THAT(SessionMedia("B").strip_extensions(), ElementsAre());
}

TEST_F(SessionGraphTest, PinnedAsksForTheVeryPorts) {
  Send(OfferFromA());
  EXPECT_EQ(Session().port_sets(0).port(), 0u);
  EXPECT_TRUE(Session().port_sets(0).address().empty());
  const v1::Session pinned = Session(true);
  ASSERT_EQ(pinned.port_sets_size(), 2);
  EXPECT_EQ(pinned.port_sets(0).port(), 30000u);
  EXPECT_EQ(pinned.port_sets(1).port(), 30002u);
  EXPECT_EQ(pinned.port_sets(0).address(), base::IpAddress::Parse("203.0.113.5")->ToBytes());
}

TEST_F(SessionGraphTest, PinnedNamesTheMemberOfAGroup) {
  worker_.interfaces = {call::FakeInterface("pool:1", "10.1.0.1", "", "pool"),
                        call::FakeInterface("pool:2", "10.1.0.2", "", "pool")};
  Send(OfferFromA());
  EXPECT_EQ(Session().port_sets(0).interface(), "pool");
  EXPECT_EQ(Session(true).port_sets(0).interface(), "pool:1");
}

TEST_F(SessionGraphTest, DeadlineAndTos) {
  Send(OfferFromA());
  settings_.tos = 184;
  EXPECT_EQ(Session().deadline_unix(), 0);
  EXPECT_EQ(Session().media(0).tos(), 184u);
  settings_.final_timeout_s = 7200;
  EXPECT_EQ(Session().deadline_unix(), call::At(0).unix_s() + 7200);
  ng::Request request = OfferFromA();
  request.tos = 46;
  Send(request);
  EXPECT_EQ(Session().media(0).tos(), 46u);
}

TEST_F(SessionGraphTest, RemovedPartiesAreNotThere) {
  Send(OfferFromA());
  Send(AnswerFromB());
  call_.mutable_parties(1)->set_removed(true);
  const v1::Session session = Session();
  EXPECT_EQ(session.media_size(), 1);
  EXPECT_EQ(session.routes_size(), 0);
}

}  // namespace
}  // namespace controld::negotiate

// subscribe request, subscribe answer, unsubscribe (ng-protocol.md §6.15).
#include <gmock/gmock.h>

#include "tests/unit/controld/call/session_commands_fixture.h"

namespace controld::call {
namespace {

using ng::Flag;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

class SubscribeTest : public SessionCommandTest {
 protected:
  SubscribeTest() { Establish("c"); }
};

TEST_F(SubscribeTest, TheSubscriberIsOfferedEachMediumAndGetsIt) {
  const ng::Dictionary reply = Do(SubscribeFor("rec"));
  EXPECT_THAT(Texts(reply, "from-tags"), ElementsAre("A", "B"));
  EXPECT_EQ(reply.Find("from-tag"), nullptr);
  EXPECT_EQ(Text(reply, "to-tag"), "rec");
  EXPECT_THAT(LinesOf(Text(reply, "sdp"), "m="),
              ElementsAre("m=audio 30004 RTP/AVP 8 0", "m=audio 30006 RTP/AVP 8 0"));
  EXPECT_THAT(LinesOf(Text(reply, "sdp"), "a=sendonly"), ElementsAre("a=sendonly", "a=sendonly"));
  EXPECT_EQ(ResultOf(SubscriberAnswer("rec", {7000, 7100})), "ok");
  EXPECT_THAT(Routes(), UnorderedElementsAre(Pair("A", "B"), Pair("B", "A"), Pair("A", "rec"),
                                             Pair("B", "rec")));
  const rtpengine::v1::Media recorder = Running("rec");
  EXPECT_TRUE(recorder.receives());
  EXPECT_FALSE(recorder.sends());
  EXPECT_EQ(recorder.rtp_remote().port(), 7000u);
}

TEST_F(SubscribeTest, NothingGoesToWhomHasNotAnswered) {
  Do(SubscribeFor("rec"));
  EXPECT_FALSE(Running("rec").has_rtp_remote());
  EXPECT_FALSE(Running("rec").learn());
}

TEST_F(SubscribeTest, OnePartyAlone) {
  ng::Request request = SubscribeFor("rec", {});
  request.from_tag = "B";
  const ng::Dictionary reply = Do(request);
  EXPECT_EQ(Text(reply, "from-tag"), "B");
  EXPECT_THAT(Texts(reply, "from-tags"), ElementsAre("B"));
  EXPECT_THAT(Routes(), UnorderedElementsAre(Pair("A", "B"), Pair("B", "A"), Pair("B", "rec")));
}

TEST_F(SubscribeTest, EgressIsWhatThePartyHears) {
  ng::Request request = SubscribeFor("rec", {Flag::kEgress});
  request.from_tag = "B";
  EXPECT_EQ(ResultOf(request), "ok");
  EXPECT_THAT(Routes(), UnorderedElementsAre(Pair("A", "B"), Pair("B", "A"), Pair("A", "rec")));
}

TEST_F(SubscribeTest, SiprecNamesEachMediumByANumberThatStays) {
  const ng::Dictionary first = Do(SubscribeFor("rec", {Flag::kAll, Flag::kSiprec}));
  EXPECT_THAT(Keys(first, "media-labels"), ElementsAre("0", "1"));
  EXPECT_THAT(LinesOf(Text(first, "sdp"), "a=label"), ElementsAre("a=label:0", "a=label:1"));
  ng::Request other = SubscribeFor("rec2", {Flag::kSiprec});
  other.from_tag = "B";
  EXPECT_THAT(Keys(Do(other), "media-labels"), ElementsAre("1"));
}

TEST_F(SubscribeTest, InactiveStartsWithoutMedia) {
  const ng::Dictionary reply = Do(SubscribeFor("rec", {Flag::kAll, Flag::kInactive}));
  EXPECT_THAT(LinesOf(Text(reply, "sdp"), "a=inactive"), ElementsAre("a=inactive", "a=inactive"));
  EXPECT_FALSE(Running("rec").receives());
}

TEST_F(SubscribeTest, TheSubscriberSeesTheSourcesLines) {
  ng::Request offer = Offer("d", "A", Sdp("192.0.2.10", 4000, "a=x-own:1\r\na=ptime:30\r\n"));
  ASSERT_EQ(ResultOf(offer), "ok");
  ng::Request request = Message(ng::Command::kSubscribeRequest, "d");
  request.from_tag = "A";
  request.to_tag = "rec";
  const std::string sdp = Text(Do(request), "sdp");
  EXPECT_THAT(LinesOf(sdp, "o="), ElementsAre("o=alice 7 7 IN IP4 192.0.2.10"));
  EXPECT_THAT(LinesOf(sdp, "a=x-own"), ElementsAre("a=x-own:1"));
  EXPECT_THAT(LinesOf(sdp, "a=ptime"), ElementsAre("a=ptime:30"));
}

TEST_F(SubscribeTest, AnAnswerHasToTakeEverythingTheSourceMaySend) {
  Do(SubscribeFor("rec"));
  const CallState before = Record();
  EXPECT_EQ(ErrorOf(SubscriberAnswer("rec", {7000, 7100}, "a=recvonly\r\n", "8")),
            "Failed to process subscription answer");
  EXPECT_EQ(ErrorOf(SubscriberAnswer("rec", {0, 0})), "Failed to process subscription answer");
  EXPECT_EQ(ErrorOf(SubscriberAnswer("rec", {7000, 7100, 7200})),
            "Failed to process subscription answer");
  EXPECT_EQ(Record().SerializeAsString(), before.SerializeAsString());
  EXPECT_EQ(ResultOf(SubscriberAnswer("rec", {7000, 7100}, "a=recvonly\r\n", "0 8 101")), "ok");
}

TEST_F(SubscribeTest, ASecondRequestReplacesTheFirst) {
  Do(SubscribeFor("rec"));
  ng::Request request = SubscribeFor("rec", {});
  request.from_tag = "B";
  const ng::Dictionary reply = Do(request);
  // The port stays, and no section may vanish from an offer.
  EXPECT_THAT(LinesOf(Text(reply, "sdp"), "m="),
              ElementsAre("m=audio 30004 RTP/AVP 8 0", "m=audio 0 RTP/AVP 8 0"));
  EXPECT_THAT(Routes(), UnorderedElementsAre(Pair("A", "B"), Pair("B", "A"), Pair("B", "rec")));
}

TEST_F(SubscribeTest, APartyOfTheDialogueIsNoSubscriber) {
  ng::Request request = SubscribeFor("B", {});
  request.from_tag = "A";
  EXPECT_EQ(ErrorOf(request), "Failed to request subscription");
}

TEST_F(SubscribeTest, FlagsLeftToUsDoNotMakeTheSipTagTheSubscriber) {
  ng::Request request = SubscribeFor("B");
  request.rtpp_flags = true;
  EXPECT_EQ(Text(Do(request), "to-tag").size(), 64u);
  request.Set(Flag::kToTag);  // to-tag=… among those flags
  request.to_tag = "rec";
  EXPECT_EQ(Text(Do(request), "to-tag"), "rec");
}

TEST_F(SubscribeTest, UnsubscribingForgetsTheSubscriberAndItsPorts) {
  Do(SubscribeFor("rec"));
  Do(SubscriberAnswer("rec", {7000, 7100}));
  EXPECT_EQ(ResultOf(UnsubscribeFor("rec")), "ok");
  EXPECT_EQ(Record().parties_size(), 2);
  EXPECT_EQ(gateway_.held["c"].session.port_sets_size(), 2);
  EXPECT_EQ(ErrorOf(UnsubscribeFor("rec")), "To-tag not found");
}

TEST_F(SubscribeTest, DirectionalUnsubscribeEndsOneSourceOnly) {
  Do(SubscribeFor("rec"));
  ng::Request request = With(UnsubscribeFor("rec"), {Flag::kDirectional});
  request.from_tag = "A";
  EXPECT_EQ(ResultOf(request), "ok");
  EXPECT_THAT(Routes(), UnorderedElementsAre(Pair("A", "B"), Pair("B", "A"), Pair("B", "rec")));
  request.from_tag = "nobody";
  EXPECT_EQ(ErrorOf(request), "From-tag not found");
}

TEST_F(SubscribeTest, ARefusalLeavesTheCallAsItWas) {
  const CallState before = Record();
  gateway_.FailNextApply(rtpengine::v1::Error::PORTS_EXHAUSTED, "no ports left");
  EXPECT_EQ(ErrorOf(SubscribeFor("rec")), "Ran out of ports");
  EXPECT_EQ(ErrorOf(SubscriberAnswer("rec", {7000, 7100})), "To-tag not found");
  EXPECT_EQ(Record().SerializeAsString(), before.SerializeAsString());
  EXPECT_EQ(ResultOf(SubscribeFor("rec")), "ok");
}

TEST_F(SubscribeTest, SubscriptionsSurviveARestart) {
  Do(SubscribeFor("rec", {Flag::kAll, Flag::kSiprec}));
  Restart();
  for (const auto& record : gateway_.Inventory()) service_->Reconcile("w1", record, now_);
  service_->ReconcileDone("w1", now_);
  gateway_.AnswerAll();
  EXPECT_EQ(ResultOf(SubscriberAnswer("rec", {7000, 7100})), "ok");
  EXPECT_THAT(Routes(), UnorderedElementsAre(Pair("A", "B"), Pair("B", "A"), Pair("A", "rec"),
                                             Pair("B", "rec")));
  // The next label is not given out twice.
  ng::Request again = SubscribeFor("rec2", {Flag::kAll, Flag::kSiprec});
  EXPECT_THAT(Keys(Do(again), "media-labels"), ElementsAre("0", "1"));
}

TEST_F(SubscribeTest, TheCallEndsWithItsPartiesNotWithItsSubscriber) {
  Do(SubscribeFor("rec"));
  ng::Request subscriber = DeleteFor("c");
  subscriber.from_tag = "rec";
  EXPECT_EQ(ResultOf(subscriber), "ok");
  EXPECT_EQ(service_->size(), 1u);
  Do(SubscribeFor("rec2"));
  EXPECT_EQ(ResultOf(DeleteFor("c")), "ok");
  EXPECT_EQ(service_->size(), 0u);
}

TEST_F(SubscribeTest, BothMediaOnOnePortIfBothSidesBundle) {
  ng::Request request = SubscribeFor("rec", {Flag::kAll, Flag::kGenerateMid});
  request.bundle = {"offer"};
  const std::string offer = Text(Do(request), "sdp");
  EXPECT_THAT(LinesOf(offer, "a=group"), ElementsAre("a=group:BUNDLE 1 2"));
  EXPECT_THAT(LinesOf(offer, "m="),
              ElementsAre("m=audio 30004 RTP/AVP 8 0", "m=audio 30006 RTP/AVP 8 0"));
  ng::Request answer = SubscriberAnswer("rec", {7000, 7100});
  answer.sdp =
      "v=0\r\no=- 1 1 IN IP4 198.51.100.30\r\ns=-\r\nc=IN IP4 198.51.100.30\r\nt=0 "
      "0\r\na=group:BUNDLE 1 2\r\n"
      "m=audio 7000 RTP/AVP 8 0\r\na=mid:1\r\nm=audio 7000 RTP/AVP 8 0\r\na=mid:2\r\n";
  EXPECT_EQ(ResultOf(answer), "ok");
  const CallState call = Record();
  const Party& recorder = *FindPartyByTag(call, "rec");
  EXPECT_EQ(recorder.media(0).port_set(), recorder.media(1).port_set());
  EXPECT_TRUE(Running("rec").has_bundled());
}

// A source that has sent no SDP names no session.
TEST_F(SubscribeTest, TheSessionIsOursIfItIsNobodys) {
  ng::Request create = Message(ng::Command::kCreate, "c");
  create.from_tag = "made";
  ASSERT_EQ(ResultOf(create), "ok");
  ng::Request request = SubscribeFor("rec", {});
  request.from_tag = "made";
  EXPECT_THAT(LinesOf(Text(Do(request), "sdp"), "o="),
              ElementsAre(::testing::MatchesRegex("o=- [0-9]+ 0 IN IP4 203.0.113.5")));
}

}  // namespace
}  // namespace controld::call

// publish, create, create answer, transform (ng-protocol.md §6.14, §6.18, §6.20).
#include <gmock/gmock.h>

#include "tests/unit/controld/call/session_commands_fixture.h"

namespace controld::call {
namespace {

using ng::Command;
using ng::Flag;
using ::testing::ElementsAre;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

class SingleTest : public SessionCommandTest {
 protected:
  SingleTest() {
    settings_.software_id = "software";
    service_->SetSettings(settings_);
  }

  ng::Request PublishFor(const std::string& tag, int port = 4000,
                         std::string_view lines = "a=sendonly\r\n",
                         std::string_view formats = "8 0") {
    ng::Request request = Message(Command::kPublish, "c");
    request.from_tag = tag;
    request.sdp = Sdp("192.0.2.10", port, lines, "RTP/AVP", formats);
    return request;
  }
  ng::Request CreateFor(const std::string& tag, std::vector<ng::MediaSpec> media = {}) {
    ng::Request request = Message(Command::kCreate, "c");
    request.from_tag = tag;
    request.media = std::move(media);
    return request;
  }
  ng::Request CreateAnswerFor(const std::string& tag, int port,
                              std::string_view lines = "a=sendrecv\r\n") {
    ng::Request request = Message(Command::kCreateAnswer, "c");
    request.from_tag = tag;
    request.sdp = Sdp("198.51.100.20", port, lines);
    return request;
  }
};

TEST_F(SingleTest, APublisherIsAnsweredWithOneCodecAndListenedTo) {
  const ng::Dictionary reply = Do(PublishFor(
      "pub", 4000, "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=sendonly\r\n",
      "8 0 101"));
  EXPECT_EQ(Text(reply, "call-id"), "c");
  EXPECT_EQ(Text(reply, "from-tag"), "pub");
  const std::string sdp = Text(reply, "sdp");
  EXPECT_THAT(LinesOf(sdp, "m="), ElementsAre("m=audio 30000 RTP/AVP 8 101"));
  EXPECT_THAT(LinesOf(sdp, "a=recvonly"), ElementsAre("a=recvonly"));
  EXPECT_THAT(LinesOf(sdp, "s="), ElementsAre("s=software"));
  EXPECT_TRUE(Running("pub").sends());
  EXPECT_FALSE(Running("pub").receives());
  EXPECT_EQ(Running("pub").rtp_remote().port(), 4000u);
}

TEST_F(SingleTest, ACodecNobodyKnowsIsAcceptedAsItIs) {
  const ng::Dictionary reply =
      Do(PublishFor("pub", 4000, "a=rtpmap:97 vendor/16000\r\n", "97"));
  EXPECT_THAT(LinesOf(Text(reply, "sdp"), "a=rtpmap"), ElementsAre("a=rtpmap:97 vendor/16000"));
}

TEST_F(SingleTest, PublishingAgainKeepsPortAndVersion) {
  const std::string first = Text(Do(PublishFor("pub")), "sdp");
  EXPECT_EQ(Text(Do(PublishFor("pub", 4100)), "sdp"), first);
  EXPECT_EQ(Running("pub").rtp_remote().port(), 4100u);
  EXPECT_NE(LinesOf(Text(Do(PublishFor("pub", 4100, "a=inactive\r\n")), "sdp"), "o="),
            LinesOf(first, "o="));
}

TEST_F(SingleTest, PublisherAndSubscriber) {
  Do(PublishFor("pub"));
  ng::Request request = SubscribeFor("sub", {});
  request.from_tag = "pub";
  EXPECT_THAT(LinesOf(Text(Do(request), "sdp"), "m="), ElementsAre("m=audio 30002 RTP/AVP 8"));
  EXPECT_EQ(ResultOf(SubscriberAnswer("sub", {7000})), "ok");
  EXPECT_THAT(Routes(), UnorderedElementsAre(Pair("pub", "sub")));
  // Who leaves first takes the call along only if it is the last to speak.
  ng::Request leave = DeleteFor("c");
  leave.from_tag = "sub";
  Do(leave);
  EXPECT_EQ(service_->size(), 1u);
  leave.from_tag = "pub";
  Do(leave);
  EXPECT_EQ(service_->size(), 0u);
}

TEST_F(SingleTest, ARefusedPublisherLeavesNoCall) {
  EXPECT_EQ(ErrorOf(PublishFor("pub", 0)), "Failed to create SDP");
  gateway_.FailNextApply(rtpengine::v1::Error::PORTS_EXHAUSTED, "no ports left");
  EXPECT_EQ(ErrorOf(PublishFor("pub")), "Ran out of ports");
  EXPECT_EQ(service_->size(), 0u);
  EXPECT_EQ(gateway_.charges["w1"], 0);
  EXPECT_TRUE(gateway_.held.empty());
}

TEST_F(SingleTest, LimitsAreForOffers) {
  settings_.max_sessions = 0;
  service_->SetSettings(settings_);
  EXPECT_EQ(ErrorOf(OfferFor("d")), "Parallel session limit reached");
  EXPECT_EQ(ResultOf(PublishFor("pub")), "ok");
  EXPECT_TRUE(gateway_.placements.back().beyond_limits);
}

TEST_F(SingleTest, CreateOffersTheNamedCodecs) {
  const ng::Dictionary reply =
      Do(CreateFor("cr", {{"audio", {"PCMA", "opus/48000/2", "FOO"}, ""}, {"video", {"VP8/90000"}, ""}}));
  const std::string sdp = Text(reply, "sdp");
  EXPECT_THAT(LinesOf(sdp, "m="),
              ElementsAre("m=audio 30000 RTP/AVP 8 96", "m=video 30002 RTP/AVP 96"));
  EXPECT_THAT(LinesOf(sdp, "a=rtpmap"),
              ElementsAre("a=rtpmap:8 PCMA/8000", "a=rtpmap:96 opus/48000/2", "a=rtpmap:96 VP8/90000"));
  // Whoever sends before the answer is not taken for the party.
  EXPECT_FALSE(Running("cr").learn());
}

TEST_F(SingleTest, CreateWithoutSectionsOffersTelephony) {
  EXPECT_THAT(LinesOf(Text(Do(CreateFor("cr")), "sdp"), "m="),
              ElementsAre("m=audio 30000 RTP/AVP 0 8"));
}

TEST_F(SingleTest, CreateAnswerSaysWhereThePartyIs) {
  Do(CreateFor("cr"));
  EXPECT_EQ(ErrorOf(CreateAnswerFor("nobody", 5000)), "from-tag not found");
  EXPECT_EQ(ResultOf(CreateAnswerFor("cr", 5000, "a=recvonly\r\n")), "ok");
  EXPECT_EQ(Running("cr").rtp_remote().port(), 5000u);
  EXPECT_FALSE(Running("cr").sends());
  EXPECT_TRUE(Running("cr").learn());
}

TEST_F(SingleTest, TransformSaysThatItCannot) {
  ng::Request request = Message(Command::kTransform, "c");
  request.from_tag = "t";
  EXPECT_EQ(ResultOf(request), "ok");  // nothing was asked for
  request.media.push_back({"audio", {}, "x"});
  EXPECT_EQ(ErrorOf(request), "Failed to set up transform");
  request.instance = settings_.instance_id;
  EXPECT_EQ(ErrorOf(request), "Transform loop detected");
}

class SingleBundleTest : public SingleTest {
 protected:
  static std::string Two(std::string_view address, bool group = true) {
    std::string text =
        base::StrCat("v=0\r\no=- 1 1 IN IP4 ", address, "\r\ns=-\r\nc=IN IP4 ", address,
                     "\r\nt=0 0\r\n", group ? "a=group:BUNDLE 1 2\r\n" : "");
    for (int i = 1; i <= 2; ++i) {
      base::StrAppend(&text, "m=audio ", 4000 + 10 * i, " RTP/AVP 8\r\na=mid:", i, "\r\n");
    }
    return text;
  }
  // Ports of the two sections in the worker's session.
  std::vector<uint32_t> PortSets() {
    std::vector<uint32_t> sets;
    for (const rtpengine::v1::Media& media : gateway_.last_session().media())
      sets.push_back(media.port_set());
    return sets;
  }
  void ExpectShared(bool shared) {
    const std::vector<uint32_t> sets = PortSets();
    ASSERT_EQ(sets.size(), 2u);
    EXPECT_EQ(sets[0] == sets[1], shared);
    EXPECT_EQ(gateway_.last_session().media(1).has_bundled(), shared);
  }
};

TEST_F(SingleBundleTest, APublishersBundleIsAcceptedOnRequest) {
  ng::Request request = Message(Command::kPublish, "c");
  request.from_tag = "pub";
  request.sdp = Two("192.0.2.10");
  const std::string plain = Text(Do(request), "sdp");
  EXPECT_EQ(plain.find("a=group"), std::string::npos);
  ExpectShared(false);
  request.call_id = "d";
  request.bundle = {"accept"};
  const std::string bundled = Text(Do(request), "sdp");
  EXPECT_NE(bundled.find("a=group:BUNDLE 1 2\r\n"), std::string::npos) << bundled;
  ExpectShared(true);
}

TEST_F(SingleBundleTest, ACreatedOfferBundles) {
  ng::Request create = CreateFor("t", {{"audio", {"PCMA"}, ""}, {"audio", {"PCMA"}, ""}});
  create.bundle = {"offer"};
  create.Set(Flag::kGenerateMid);
  const std::string offer = Text(Do(create), "sdp");
  EXPECT_NE(offer.find("a=group:BUNDLE 1 2\r\n"), std::string::npos) << offer;
  ExpectShared(false);
  ng::Request answer = CreateAnswerFor("t", 0);
  answer.sdp = Two("198.51.100.20");
  EXPECT_EQ(Text(Do(answer), "result"), "ok");
  ExpectShared(true);
}

TEST_F(SingleBundleTest, OneSectionIsNoBundle) {
  ng::Request create = CreateFor("t", {{"audio", {"PCMA"}, ""}});
  create.bundle = {"require"};
  create.Set(Flag::kGenerateMid);
  EXPECT_EQ(Text(Do(create), "sdp").find("a=group"), std::string::npos);
}

TEST_F(SingleBundleTest, ACreatedOfferThatIsNotBundledHasItsPorts) {
  ng::Request create = CreateFor("t", {{"audio", {"PCMA"}, ""}, {"audio", {"PCMA"}, ""}});
  create.bundle = {"offer"};
  create.Set(Flag::kGenerateMid);
  Do(create);
  ng::Request answer = CreateAnswerFor("t", 0);
  answer.sdp = Two("198.51.100.20", false);
  Do(answer);
  ExpectShared(false);
  // Required, the second section has no port of its own from the start.
  create.call_id = "d";
  create.bundle = {"require"};
  const std::string offer = Text(Do(create), "sdp");
  EXPECT_NE(offer.find("a=mid:2\r\na=bundle-only\r\n"), std::string::npos) << offer;
  ExpectShared(true);
}

}  // namespace
}  // namespace controld::call

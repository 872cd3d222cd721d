// Block, silence and DTMF commands, echo and drop-traffic: from the request to the routes that the worker is told.
#include "controld/negotiate/manipulate.h"

#include <gmock/gmock.h>

#include "tests/unit/controld/negotiate/exchange.h"

namespace controld::negotiate {
namespace {

namespace v1 = rtpengine::v1;
using ng::Command;
using ng::Flag;
using ::testing::UnorderedElementsAre;

class ManipulateTest : public Exchange {
 protected:
  ManipulateTest() {
    Send(OfferFromA());
    Send(AnswerFromB());
  }

  // `tag` empty: the whole call. `directional` is what the block commands want with a tag.
  ng::Request Make(Command command, const std::string& tag = "") {
    ng::Request request = call::Message(command, "c");
    if (!tag.empty()) {
      request.from_tag = tag;
      request.Set(Flag::kDirectional);
    }
    return request;
  }
  std::string Do(const ng::Request& request) { return Manipulate(&call_, request); }

  // "A>B silence", one entry per route.
  std::vector<std::string> Routes() {
    std::vector<std::string> out;
    const v1::Session session = BuildSession(call_, settings_, false);
    for (const v1::Route& route : session.routes()) {
      std::string text = base::StrCat(call::PartyOfMedia(call_, route.from())->tag(), ">",
                                      call::PartyOfMedia(call_, route.to())->tag());
      if (route.block_rtp()) text += " block";
      if (route.silence_rtp()) text += " silence";
      if (route.block_dtmf()) text += " dtmf";
      out.push_back(text);
    }
    return out;
  }
  // S hears A, without offer and answer.
  void AddSubscriber() {
    call::Party* party = call::AddParty(&call_, 0, 0);
    party->set_tag("S");
    party->set_label("recorder");
    call::Media* media = party->add_media();
    media->set_id(call::NewId(&call_));
    media->add_subscriptions()->set_media(PartyOf("A").media(0).id());
  }
};

TEST_F(ManipulateTest, WholeCallAndBack) {
  EXPECT_EQ(Do(Make(Command::kBlockMedia)), "");
  EXPECT_THAT(Routes(), UnorderedElementsAre("A>B block", "B>A block"));
  EXPECT_EQ(Do(Make(Command::kSilenceMedia)), "");
  EXPECT_EQ(Do(Make(Command::kBlockDtmf)), "");
  EXPECT_THAT(Routes(), UnorderedElementsAre("A>B block silence dtmf", "B>A block silence dtmf"));
  Do(Make(Command::kUnblockMedia));
  Do(Make(Command::kUnsilenceMedia));
  EXPECT_THAT(Routes(), UnorderedElementsAre("A>B dtmf", "B>A dtmf"));
  Do(Make(Command::kUnblockDtmf));
  EXPECT_THAT(Routes(), UnorderedElementsAre("A>B", "B>A"));
}

TEST_F(ManipulateTest, OnePartyMeansWhatItSends) {
  AddSubscriber();
  EXPECT_EQ(Do(Make(Command::kBlockMedia, "A")), "");
  EXPECT_THAT(Routes(), UnorderedElementsAre("A>B block", "A>S block", "B>A"));
  EXPECT_EQ(Do(Make(Command::kBlockDtmf, "B")), "");
  EXPECT_THAT(Routes(), UnorderedElementsAre("A>B block", "A>S block", "B>A dtmf"));
}

TEST_F(ManipulateTest, WithoutDirectionalABlockIsOfTheWholeCall) {
  ng::Request request = Make(Command::kBlockMedia);
  request.from_tag = "A";
  request.to_tag = "nobody";  // proxies send it along; nothing is selected, so it says nothing
  EXPECT_EQ(Do(request), "");
  EXPECT_THAT(Routes(), UnorderedElementsAre("A>B block", "B>A block"));
  request.command = Command::kSilenceMedia;
  EXPECT_EQ(Do(request), "Media flow not found (to-tag not found)");
  request.to_tag.reset();
  EXPECT_EQ(Do(request), "");
  EXPECT_THAT(Routes(), UnorderedElementsAre("A>B block silence", "B>A block"));
}

TEST_F(ManipulateTest, CallAndPartyAreIndependentUnlessAllIsSaid) {
  Do(Make(Command::kBlockMedia));
  Do(Make(Command::kBlockMedia, "A"));
  Do(Make(Command::kUnblockMedia));
  EXPECT_THAT(Routes(), UnorderedElementsAre("A>B block", "B>A"));
  ng::Request flow = Make(Command::kBlockMedia, "B");
  flow.to_tag = "A";
  Do(flow);
  ng::Request all = Make(Command::kUnblockMedia);
  all.Set(Flag::kAll);
  EXPECT_EQ(Do(all), "");
  EXPECT_THAT(Routes(), UnorderedElementsAre("A>B", "B>A"));
  EXPECT_EQ(PartyOf("B").flows_size(), 0);
}

TEST_F(ManipulateTest, OneFlow) {
  AddSubscriber();
  ng::Request request = Make(Command::kSilenceMedia, "A");
  request.to_tag = "B";
  EXPECT_EQ(Do(request), "");
  EXPECT_THAT(Routes(), UnorderedElementsAre("A>B silence", "A>S", "B>A"));
  request.command = Command::kUnsilenceMedia;
  EXPECT_EQ(Do(request), "");
  EXPECT_THAT(Routes(), UnorderedElementsAre("A>B", "A>S", "B>A"));
  request.command = Command::kBlockMedia;
  request.to_tag.reset();
  request.to_label = "recorder";
  EXPECT_EQ(Do(request), "");
  EXPECT_THAT(Routes(), UnorderedElementsAre("A>B", "A>S block", "B>A"));
}

TEST_F(ManipulateTest, FlowsThatAreNotThere) {
  ng::Request request = Make(Command::kBlockMedia, "A");
  request.to_tag = "A";
  EXPECT_EQ(Do(request), "Media flow not found (to-tag not subscribed)");
  request.to_label = "zz";
  EXPECT_EQ(Do(request), "Media flow not found (to-label not found)");
  request = Make(Command::kBlockMedia, "A");
  request.all = "except-offer-answer";
  EXPECT_EQ(Do(request), "No eligible media subscriptions found");
  // DTMF is that of a party: a destination says nothing.
  request = Make(Command::kBlockDtmf, "A");
  request.to_tag = "nobody";
  EXPECT_EQ(Do(request), "");
}

TEST_F(ManipulateTest, FlowsByTheirKind) {
  AddSubscriber();
  const struct {
    const char* all;
    std::vector<std::string> routes;
  } cases[] = {
      {"offer-answer", {"A>B block", "A>S", "B>A"}},
      {"except-offer-answer", {"A>B", "A>S block", "B>A"}},
      {"flows", {"A>B block", "A>S block", "B>A"}},
  };
  for (const auto& test : cases) {
    ng::Request request = Make(Command::kBlockMedia, "A");
    request.all = test.all;
    EXPECT_EQ(Do(request), "");
    EXPECT_THAT(Routes(), ::testing::UnorderedElementsAreArray(test.routes)) << test.all;
    request.command = Command::kUnblockMedia;
    EXPECT_EQ(Do(request), "");
    EXPECT_EQ(PartyOf("A").flows_size(), 0);
  }
}

TEST_F(ManipulateTest, ABlockStaysOverReoffersAndNewSections) {
  ng::Request flow = Make(Command::kBlockMedia, "A");
  flow.to_tag = "B";
  Do(flow);
  const char* two = "m=audio 4002 RTP/AVP 0\r\n";
  Send(ReofferFromA(two));
  Send(AnswerFromB("m=audio 5002 RTP/AVP 0\r\n"));
  EXPECT_THAT(Routes(), UnorderedElementsAre("A>B block", "A>B block", "B>A", "B>A"));
}

TEST_F(ManipulateTest, FlagsOfAnOffer) {
  ng::Request offer = ReofferFromA();
  offer.Set(Flag::kBlockDtmf);
  offer.Set(Flag::kDropTrafficStart);
  Send(offer);
  EXPECT_THAT(Routes(), UnorderedElementsAre("A>B dtmf", "B>A"));
  EXPECT_TRUE(BuildSession(call_, settings_, false).drop_traffic());
  Send(AnswerFromB());
  EXPECT_TRUE(BuildSession(call_, settings_, false).drop_traffic());
  offer = ReofferFromA();
  offer.Set(Flag::kDropTrafficStop);
  Send(offer);
  EXPECT_FALSE(BuildSession(call_, settings_, false).drop_traffic());
}

TEST_F(ManipulateTest, Echo) {
  const struct {
    const char* value;
    std::vector<std::string> routes;
  } cases[] = {
      {"forward", {"B>B"}},
      {"backward", {"A>A"}},
      {"both", {"A>A", "B>B"}},
      {"blackhole", {}},
  };
  for (const auto& test : cases) {
    ng::Request offer = ReofferFromA();
    offer.media_echo = test.value;
    Send(offer);
    Send(AnswerFromB());
    EXPECT_THAT(Routes(), ::testing::UnorderedElementsAreArray(test.routes)) << test.value;
  }
}

TEST_F(ManipulateTest, ShortPackets) {
  ng::Request offer = ReofferFromA("a=ptime:30\r\n");
  offer.Set(Flag::kBlockShort);
  Send(offer);
  const v1::Media a = SessionMedia("A"), b = SessionMedia("B");
  for (const v1::Codec& codec : a.codecs()) EXPECT_EQ(codec.min_payload(), 240u);
  for (const v1::Codec& codec : b.codecs()) EXPECT_EQ(codec.min_payload(), 0u);
  call::SdpCodec codec;
  codec.set_name("l16");
  codec.set_clock_rate(44100);
  codec.set_channels(2);
  EXPECT_EQ(LeastPayload(codec, 0), 3520u);
  codec.set_name("opus");
  EXPECT_EQ(LeastPayload(codec, 20), 0u);
}

}  // namespace
}  // namespace controld::negotiate

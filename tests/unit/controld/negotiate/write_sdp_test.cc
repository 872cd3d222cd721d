// The layout of the outgoing SDP to the byte (sdp-rewriting.md §2, §13.1).
#include "controld/negotiate/write_sdp.h"

#include <gmock/gmock.h>

#include "tests/unit/controld/negotiate/exchange.h"

namespace controld::negotiate {
namespace {

using call::LinesOf;
using ng::Flag;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class WriteSdpTest : public Exchange {};

constexpr char kPlainOffer[] =
    "v=0\r\n"
    "o=alice 7 7 IN IP4 192.0.2.10\r\n"
    "s=-\r\n"
    "c=IN IP4 192.0.2.10\r\n"
    "t=0 0\r\n"
    "a=x-sess:1\r\n"
    "m=audio 4000 RTP/AVP 8 0 101\r\n"
    "a=ptime:20\r\n"
    "a=rtpmap:101 telephone-event/8000\r\n"
    "a=fmtp:101 0-15\r\n"
    "a=x-med:2\r\n";

TEST_F(WriteSdpTest, PlainOffer) {
  const ng::Request request =
      call::With(call::Offer("c", "A", kPlainOffer), {Flag::kReplaceOrigin});
  EXPECT_EQ(Send(request),
            "v=0\r\n"
            "o=alice 7 7 IN IP4 203.0.113.5\r\n"
            "s=-\r\n"
            "t=0 0\r\n"
            "a=x-sess:1\r\n"
            "m=audio 30000 RTP/AVP 8 0 101\r\n"
            "c=IN IP4 203.0.113.5\r\n"
            "a=rtpmap:8 PCMA/8000\r\n"
            "a=rtpmap:0 PCMU/8000\r\n"
            "a=rtpmap:101 telephone-event/8000\r\n"
            "a=fmtp:101 0-15\r\n"
            "a=x-med:2\r\n"
            "a=sendrecv\r\n"
            "a=rtcp:30001\r\n"
            "a=ptime:20\r\n");
}

// Every optional line at its place.
TEST_F(WriteSdpTest, EverythingInOrder) {
  ng::Request request = call::Offer(
      "c", "A",
      "v=0\r\no=- 1 2 IN IP4 192.0.2.10\r\ns=talk\r\ni=about\r\nu=http://u\r\ne=e@x\r\np=+1\r\n"
      "c=IN IP4 192.0.2.10\r\nb=TIAS:64000\r\nb=AS:64\r\nt=1 2\r\na=tool:t\r\n"
      "m=audio 4000 RTP/AVPF 96\r\ni=title\r\nb=RR:0\r\na=mid:m0\r\na=label:9\r\na=rtcp-mux\r\n"
      "a=maxptime:40\r\na=ptime:20\r\na=sendonly\r\na=extmap:3/sendonly urn:x\r\n"
      "a=rtcp-fb:96 nack\r\na=fmtp:96 useinbandfec=1\r\na=rtpmap:96 opus/48000/2\r\na=x\r\n");
  request.Set(Flag::kLoopProtect);
  request.sdp_attr = {{"global", {{"g:1"}, {}, {}}}, {"audio", {{"add:1"}, {}, {}}}};
  EXPECT_EQ(
      Send(request),
      "v=0\r\no=- 1 2 IN IP4 192.0.2.10\r\ns=talk\r\ni=about\r\nu=http://u\r\ne=e@x\r\np=+1\r\n"
      "b=AS:64\r\nb=TIAS:64000\r\nt=1 2\r\na=rtpengine:0123456789ab\r\na=tool:t\r\na=g:1\r\n"
      "m=audio 30000 RTP/AVPF 96\r\ni=title\r\nc=IN IP4 203.0.113.5\r\nb=RR:0\r\n"
      "a=mid:m0\r\na=label:9\r\na=rtpmap:96 opus/48000/2\r\na=fmtp:96 useinbandfec=1\r\n"
      "a=rtcp-fb:96 nack\r\na=extmap-allow-mixed\r\na=extmap:3 urn:x\r\na=x\r\na=sendonly\r\n"
      "a=rtcp:30001\r\na=rtcp-mux\r\na=ptime:20\r\na=maxptime:40\r\na=add:1\r\n");
}

TEST_F(WriteSdpTest, RejectedSectionKeepsMidAndLabelOnly) {
  const std::string offered = Send(call::Offer(
      "c", "A",
      call::Sdp("192.0.2.10", 4000, "m=video 0 RTP/AVP 96\r\na=mid:v\r\na=x\r\na=sendonly\r\n")));
  const size_t at = offered.find("m=video");
  ASSERT_NE(at, std::string::npos);
  EXPECT_EQ(offered.substr(at), "m=video 0 RTP/AVP 96\r\nc=IN IP4 0.0.0.0\r\na=mid:v\r\n");
}

struct FlagCase {
  const char* name;
  Flag flag;
  std::vector<std::string> rtcp;
};

TEST_F(WriteSdpTest, RtcpAttribute) {
  const FlagCase cases[] = {
      {"default", Flag::kTrustAddress, {"a=rtcp:30001"}},
      {"full", Flag::kFullRtcpAttribute, {"a=rtcp:30001 IN IP4 203.0.113.5"}},
      {"none", Flag::kNoRtcpAttribute, {}},
  };
  for (const FlagCase& test : cases) {
    EXPECT_THAT(LinesOf(Send(call::With(OfferFromA(), {test.flag})), "a=rtcp"),
                ::testing::ElementsAreArray(test.rtcp))
        << test.name;
  }
}

TEST_F(WriteSdpTest, OriginalSendrecvPrintsWhatWasThere) {
  EXPECT_THAT(LinesOf(Send(call::With(OfferFromA(), {Flag::kOriginalSendrecv})), "a=send"),
              IsEmpty());
  EXPECT_THAT(
      LinesOf(Send(call::With(OfferFromA("a=sendonly\r\n"), {Flag::kOriginalSendrecv})), "a=send"),
      ElementsAre("a=sendonly"));
}

TEST_F(WriteSdpTest, LegacyHold) {
  Send(OfferFromA());
  Send(AnswerFromB());
  struct Case {
    const char* lines;
    const char* direction;
  };
  for (const Case& test : {Case{"", "a=sendonly"}, Case{"a=sendrecv\r\n", "a=sendonly"},
                           Case{"a=recvonly\r\n", "a=inactive"}}) {
    const std::string held =
        Send(call::Reoffer("c", "A", "B", call::Sdp("0.0.0.0", 4000, test.lines)));
    EXPECT_THAT(LinesOf(held, "c="), ElementsAre("c=IN IP4 0.0.0.0"));
    EXPECT_EQ(call::MediaPort(held), 30000);
    EXPECT_FALSE(LinesOf(held, test.direction).empty()) << held;
  }
  const std::string shown = Send(call::With(
      call::Reoffer("c", "A", "B", call::Sdp("0.0.0.0", 4000)), {Flag::kReplaceZeroAddress}));
  EXPECT_THAT(LinesOf(shown, "c="), ElementsAre("c=IN IP4 203.0.113.5"));
}

TEST_F(WriteSdpTest, MediaAddressReplacesConnectionButNotOrigin) {
  ng::Request request = call::With(OfferFromA(), {Flag::kReplaceOrigin});
  request.media_address = base::IpAddress::Parse("2001:db8::9");
  const std::string offered = Send(request);
  EXPECT_THAT(LinesOf(offered, "c="), ElementsAre("c=IN IP6 2001:db8::9"));
  EXPECT_THAT(LinesOf(offered, "o="), ElementsAre("o=alice 7 7 IN IP4 203.0.113.5"));
}

TEST_F(WriteSdpTest, MessageSectionsAreNotProxied) {
  const std::string offered = Send(call::Offer(
      "c", "A",
      call::Sdp("192.0.2.10", 4000,
                "m=message 2855 TCP/MSRP *\r\na=path:msrp://192.0.2.10:2855/x;tcp\r\n")));
  const size_t at = offered.find("m=message");
  ASSERT_NE(at, std::string::npos);
  EXPECT_EQ(offered.substr(at),
            "m=message 2855 TCP/MSRP *\r\nc=IN IP4 192.0.2.10\r\n"
            "a=path:msrp://192.0.2.10:2855/x;tcp\r\n");
}

// A section that a re-offer leaves out is shown as it was, with the rules for its own type.
TEST_F(WriteSdpTest, LeftOutSectionHasItsOwnRules) {
  const char kVideo[] = "m=video 4100 RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\n";
  Send(OfferFromA(kVideo));
  Send(AnswerFromB("m=video 5100 RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\n"));
  ng::Request request = ReofferFromA();
  request.sdp_attr = {{"audio", {{"for-audio"}, {}, {}}}, {"video", {{"for-video"}, {}, {}}}};
  const std::string offered = Send(request);
  const size_t at = offered.find("m=video");
  ASSERT_NE(at, std::string::npos) << offered;
  EXPECT_THAT(LinesOf(offered.substr(0, at), "a=for"), ElementsAre("a=for-audio"));
  EXPECT_THAT(LinesOf(offered.substr(at), "a=for"), ElementsAre("a=for-video"));
}

}  // namespace
}  // namespace controld::negotiate

// Flags of a medium in the reply to query that no recorded answer shows (ng-protocol.md §7).
#include <gtest/gtest.h>

#include "controld/ng/framing.h"
#include "tests/unit/controld/call/service_fixture.h"

namespace controld::call {
namespace {

class QueryFlagsTest : public ServiceTest {
 protected:
  // How many media of the call have the flag.
  int Shown(const std::string& flag) {
    const std::string reply = ng::EncodePayload(ng::Encoding::kJson, Do(QueryFor("c")));
    const std::string text = base::StrCat("\"", flag, "\"");
    int count = 0;
    for (size_t at = reply.find(text); at != reply.npos; at = reply.find(text, at + 1)) ++count;
    return count;
  }

  static constexpr char kCrypto[] =
      "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n"
      "a=crypto:2 AES_CM_128_HMAC_SHA1_32 inline:BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB\r\n";
};

TEST_F(QueryFlagsTest, GeneratedRtcp) {
  Establish("c");
  EXPECT_EQ(Shown("RTCP generator"), 0);
  Do(With(Reoffer("c", "A", "B", Sdp("192.0.2.10", 4000)), {ng::Flag::kGenerateRtcp}));
  EXPECT_EQ(Shown("RTCP generator"), 2);
}

// Whoever is said to be at one of our own addresses.
TEST_F(QueryFlagsTest, LoopCheck) {
  ASSERT_EQ(ResultOf(Offer("c", "A", Sdp("203.0.113.5", 4000))), "ok");
  ASSERT_EQ(ResultOf(AnswerFor("c")), "ok");
  EXPECT_EQ(Shown("loop check"), 1);
  Do(Reoffer("c", "A", "B", Sdp("192.0.2.10", 4000)));
  EXPECT_EQ(Shown("loop check"), 0);
}

TEST_F(QueryFlagsTest, ReorderedSuites) {
  ng::Request offer = Offer("c", "A", Sdp("192.0.2.10", 4000, kCrypto, "RTP/SAVP"));
  ASSERT_EQ(ResultOf(offer), "ok");
  EXPECT_EQ(Shown("SDES reordered"), 0);
  offer.sdes = {"offerer_pref:AES_CM_128_HMAC_SHA1_32"};
  ASSERT_EQ(ResultOf(offer), "ok");
  EXPECT_EQ(Shown("SDES reordered"), 1);
}

TEST_F(QueryFlagsTest, LegacyOpportunisticSrtp) {
  const std::string secure = base::StrCat("m=audio 4000 RTP/SAVP 8 0\r\n", kCrypto);
  const std::string plain = "m=audio 4000 RTP/AVP 8 0\r\n";
  const std::string head = "v=0\r\no=a 7 7 IN IP4 192.0.2.10\r\ns=-\r\nc=IN IP4 192.0.2.10\r\nt=0 0\r\n";
  ng::Request offer = Offer("c", "A", head + secure + plain);
  offer.osrtp = {"accept-legacy"};
  ASSERT_EQ(ResultOf(offer), "ok");
  EXPECT_EQ(Shown("legacy OSRTP"), 1);
  EXPECT_EQ(Shown("reverse legacy OSRTP"), 0);
  offer.sdp = head + plain + secure;
  ASSERT_EQ(ResultOf(offer), "ok");
  EXPECT_EQ(Shown("legacy OSRTP"), 0);
  EXPECT_EQ(Shown("reverse legacy OSRTP"), 1);
}

}  // namespace
}  // namespace controld::call

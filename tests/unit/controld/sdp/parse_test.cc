// The line loop: which bodies parse, what session lines become, several sessions, limits.
// sdp-rewriting.md §1.
#include "controld/sdp/parse.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/controld/sdp/bodies.h"

namespace controld::sdp {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

SessionDescription ParseOrDie(std::string_view text) {
  absl::StatusOr<SessionDescription> parsed = Parse(text);
  EXPECT_TRUE(parsed.ok()) << parsed.status() << "\n" << text;
  return parsed.ok() ? *std::move(parsed) : SessionDescription();
}

constexpr std::string_view kConnection = "c=IN IP4 198.51.100.10\r\n";

TEST(Parse, TakesAndRefusesTheRepresentativeBodies) {
  for (const testing::Body& body : testing::kBodies) {
    SCOPED_TRACE(body.name);
    const absl::StatusOr<SessionDescription> parsed = Parse(body.text);
    ASSERT_EQ(parsed.ok(), body.valid) << parsed.status();
    if (body.valid) {
      EXPECT_EQ(parsed->media.size(), body.sections);
    } else {
      EXPECT_EQ(parsed.status().code(), absl::StatusCode::kInvalidArgument);
    }
  }
}

TEST(Parse, ErrorNamesTheLine) {
  const absl::StatusOr<SessionDescription> parsed = Parse("v=0\r\ns=-\r\nx=1\r\n");
  EXPECT_THAT(std::string(parsed.status().message()), HasSubstr("line 3"));
}

TEST(Parse, KeepsTheOriginAsText) {
  struct Case {
    std::string_view line, session_id;
    uint64_t version;
    std::string_view address_type, address;
  };
  const Case cases[] = {
      {"o=alice 7 8 IN IP4 192.0.2.1", "7", 8, "IP4", "192.0.2.1"},
      {"o=alice x 8 IN IP4 192.0.2.1", "x", 8, "IP4", "192.0.2.1"},
      {"o=alice 7 x IN IP4 192.0.2.1", "7", 0, "IP4", "192.0.2.1"},
      {"o=alice 7 -1 IN IP4 192.0.2.1", "7", 18446744073709551615ull, "IP4", "192.0.2.1"},
      {"o=alice 18446744073709551615 9223372036854775807 IN IP4 a.example", "18446744073709551615",
       9223372036854775807ull, "IP4", "a.example"},
      {"o=alice 7 99999999999999999999 ATM IP5 x more", "7", 18446744073709551615ull, "IP5", "x"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.line);
    const SessionDescription session = ParseOrDie("v=0\r\n" + std::string(c.line) + "\r\n");
    ASSERT_TRUE(session.origin.has_value());
    EXPECT_EQ(session.origin->username, "alice");
    EXPECT_EQ(session.origin->session_id, c.session_id);
    EXPECT_EQ(session.origin->version, c.version);
    EXPECT_EQ(session.origin->net_type, "IN");
    EXPECT_EQ(session.origin->address_type, c.address_type);
    EXPECT_EQ(session.origin->address, c.address);
  }
  EXPECT_FALSE(ParseOrDie("v=0\r\n").origin.has_value());
}

TEST(Parse, SessionLinesAndTheirDefaults) {
  const SessionDescription full = ParseOrDie(
      "v=0\r\ns=A call\r\ni=about\r\nu=http://x\r\ne=a@b (A)\r\np=+44 20\r\nt=1 2\r\nt=3 4\r\n");
  EXPECT_EQ(full.name, "A call");
  EXPECT_EQ(full.information, "about");
  EXPECT_EQ(full.uri, "http://x");
  EXPECT_EQ(full.email, "a@b (A)");
  EXPECT_EQ(full.phone, "+44 20");
  EXPECT_EQ(full.timing, "3 4");
  const SessionDescription bare = ParseOrDie("v=0\r\nt=\r\n");
  EXPECT_EQ(bare.name, "");
  EXPECT_EQ(bare.timing, "0 0");
  EXPECT_FALSE(bare.information || bare.uri || bare.email || bare.phone || bare.connection);
  EXPECT_EQ(ParseOrDie("v=0\r\nt=x y\r\n").timing, "x y");
}

TEST(Parse, Bandwidth) {
  const SessionDescription session = ParseOrDie(
      "v=0\r\nb=CT:1000\r\nb=AS:900\r\nm=audio 4000 RTP/AVP 8\r\nb=X-foo:5\r\nb=AS:abc\r\n"
      "b=RR:-1\r\nb=TIAS:12.5\r\nb=RS\r\nc=IN IP4 192.0.2.1\r\nb=CT:0\r\n");
  EXPECT_EQ(session.bandwidth.ct, 1000);
  EXPECT_EQ(session.bandwidth.as, 900);
  EXPECT_EQ(session.bandwidth.tias, -1);
  const Bandwidth& media = session.media.at(0).bandwidth;
  EXPECT_EQ(media.as, 0);
  EXPECT_EQ(media.rr, -1);
  EXPECT_EQ(media.rs, -1);
  EXPECT_EQ(media.tias, 12);
  EXPECT_EQ(media.ct, 0);
}

TEST(Parse, ConnectionTakesEveryFormOfTheAddress) {
  const SessionDescription session =
      ParseOrDie("v=0\r\nc=IN IP6 2001:0DB8:4322:0000::0010\r\nm=audio 1 RTP/AVP 0\r\n");
  ASSERT_TRUE(session.connection.has_value());
  EXPECT_EQ(session.connection->ToString(), "2001:db8:4322::10");
  EXPECT_FALSE(session.media.at(0).connection.has_value());
}

TEST(Parse, EmptyLineEndsTheBodyUnlessStrict) {
  const std::string body =
      "v=0\r\n" + std::string(kConnection) + "m=audio 1 RTP/AVP 8\r\n\r\nm=video 2 RTP/AVP 31\r\n";
  EXPECT_EQ(ParseOrDie(body).media.size(), 1u);
  EXPECT_FALSE(Parse(body, /*strict=*/true).ok());
  EXPECT_FALSE(Parse("v=0\r\n\r\n", /*strict=*/true).ok());
  EXPECT_TRUE(Parse("v=0\r\n", /*strict=*/true).ok());
  EXPECT_TRUE(Parse("v=0\r\na=x\r", /*strict=*/true).ok());
}

TEST(Parse, MixedLineEndsLeaveNoCarriageReturn) {
  const SessionDescription session =
      ParseOrDie("v=0\ns=x\r\nc=IN IP4 192.0.2.1\nm=audio 1 RTP/AVP 8\r\na=x:1\na=y:2\r");
  EXPECT_EQ(session.name, "x");
  const MediaSection& media = session.media.at(0);
  EXPECT_EQ(media.formats, "8");
  ASSERT_EQ(media.attributes.size(), 2u);
  EXPECT_EQ(media.attributes[0].value, "1");
  EXPECT_EQ(media.attributes[1].value, "2");
}

TEST(Parse, SessionsInOneBodyKeepWhatTheyHandDown) {
  const SessionDescription session = ParseOrDie(
      "v=0\r\no=first 1 1 IN IP4 192.0.2.1\r\ns=one\r\nc=IN IP4 192.0.2.1\r\na=sendonly\r\n"
      "a=setup:active\r\na=extmap:3 urn:a\r\nm=audio 1 RTP/AVP 0\r\na=setup:passive\r\n"
      "v=0\r\no=second 1 1 IN IP4 192.0.2.2\r\nc=IN IP4 192.0.2.2\r\na=recvonly\r\n"
      "m=audio 2 RTP/AVP 0\r\nm=audio 3 RTP/AVP 0\r\nc=IN IP4 192.0.2.3\r\n");
  EXPECT_EQ(session.origin->username, "first");
  EXPECT_EQ(session.name, "");
  EXPECT_FALSE(session.connection.has_value());
  ASSERT_EQ(session.media.size(), 3u);
  EXPECT_EQ(session.media[0].connection->ToString(), "192.0.2.1");
  EXPECT_EQ(session.media[1].connection->ToString(), "192.0.2.2");
  EXPECT_EQ(session.media[2].connection->ToString(), "192.0.2.3");
  EXPECT_EQ(EffectiveDirection(session, session.media[0]), Direction::kSendonly);
  EXPECT_EQ(EffectiveDirection(session, session.media[1]), Direction::kRecvonly);
  EXPECT_EQ(session.media[0].setup, "passive");
  EXPECT_EQ(session.media[1].setup, "");
  EXPECT_EQ(session.media[0].extmap.size(), 1u);
  EXPECT_TRUE(session.media[1].extmap.empty());
}

TEST(Parse, FragmentNeedsNoVersionLine) {
  constexpr std::string_view kFragment =
      "a=ice-ufrag:ufa1\r\na=ice-pwd:goldenapwd0123456789abcd\r\nm=audio 9 RTP/AVP 0\r\na=mid:0\r\n"
      "a=candidate:1 1 UDP 2130706431 198.51.100.10 4000 typ host\r\na=end-of-candidates\r\n";
  EXPECT_FALSE(Parse(kFragment).ok());
  const absl::StatusOr<SessionDescription> parsed = ParseFragment(kFragment);
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->ice_ufrag, "ufa1");
  EXPECT_EQ(parsed->media.at(0).mid, "0");
  EXPECT_THAT(parsed->media[0].candidates,
              ElementsAre("1 1 UDP 2130706431 198.51.100.10 4000 typ host"));
  EXPECT_TRUE(parsed->media[0].end_of_candidates);
  EXPECT_TRUE(ParseFragment(testing::kPhoneOffer).ok());
}

TEST(Parse, BoundsTheBody) {
  std::string sections = "v=0\r\n";
  for (size_t i = 0; i < kMaxMediaSections; ++i) sections += "m=audio 1 RTP/AVP 0\r\n";
  EXPECT_TRUE(Parse(sections).ok());
  EXPECT_FALSE(Parse(sections + "m=audio 1 RTP/AVP 0\r\n").ok());
  std::string body = "v=0\r\n";
  while (body.size() + 1'010 < kMaxBodySize) body += "a=" + std::string(996, 'x') + "\r\n";
  body += "a=" + std::string(kMaxBodySize - body.size() - 2, 'x');
  EXPECT_TRUE(Parse(body).ok());
  EXPECT_FALSE(Parse(body + "x").ok());
}

}  // namespace
}  // namespace controld::sdp

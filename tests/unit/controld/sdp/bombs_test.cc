// Bodies that are made to be expensive: refused by the limits of parse.h, or kept small by those of
// parse_attributes.h. What is counted is what was kept, never time.
#include <gtest/gtest.h>

#include <string>

#include "controld/sdp/parse.h"
#include "controld/sdp/parse_attributes.h"
#include "controld/sdp/parse_lines.h"
#include "proto/base/text.h"

namespace controld::sdp {
namespace {

constexpr std::string_view kHead =
    "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n";
constexpr std::string_view kAudio = "m=audio 4000 RTP/AVP 8\r\n";

std::string Times(size_t count, std::string_view line) {
  std::string text;
  text.reserve(count * line.size());
  for (size_t i = 0; i < count; ++i) text += line;
  return text;
}

absl::StatusOr<SessionDescription> ParseWith(const std::string& lines) {
  return Parse(base::StrCat(kHead, lines));
}

TEST(Bombs, TenThousandSections) {
  EXPECT_FALSE(ParseWith(Times(10'000, kAudio)).ok());
  EXPECT_FALSE(ParseWith(Times(kMaxMediaSections + 1, kAudio)).ok());
  const auto most = ParseWith(Times(kMaxMediaSections, kAudio));
  ASSERT_TRUE(most.ok()) << most.status();
  EXPECT_EQ(most->media.size(), kMaxMediaSections);
}

TEST(Bombs, TenThousandAttributes) {
  EXPECT_FALSE(ParseWith(base::StrCat(kAudio, Times(10'000, "a=x\r\n"))).ok());
  EXPECT_FALSE(ParseWith(base::StrCat(Times(10'000, "a=x\r\n"), kAudio)).ok());
  const auto most = ParseWith(base::StrCat(kAudio, Times(kMaxLines - 6, "a=x\r\n")));
  ASSERT_TRUE(most.ok()) << most.status();
  EXPECT_EQ(most->media[0].attributes.size(), static_cast<size_t>(kMaxLines - 6));
}

TEST(Bombs, TenThousandCodecs) {
  std::string formats;
  for (int i = 0; i < 10'000; ++i) base::StrAppend(&formats, " ", i % 128);
  EXPECT_FALSE(ParseWith(base::StrCat("m=audio 4000 RTP/AVP", formats, "\r\n")).ok());

  formats.clear();
  for (int i = 0; i < 128 * kMaxPayloadTypeRepeats; ++i) base::StrAppend(&formats, " ", i % 128);
  const auto most = ParseWith(base::StrCat("m=audio 4000 RTP/AVP", formats, "\r\n",
                                           Times(7'000, "a=rtpmap:96 opus/48000/2\r\n")));
  ASSERT_TRUE(most.ok()) << most.status();
  EXPECT_EQ(most->media[0].codecs.size(), size_t{128} * kMaxPayloadTypeRepeats);
}

TEST(Bombs, ThousandsOfCandidatesKeysAndFeedback) {
  const auto parsed = ParseWith(base::StrCat(
      "a=group:BUNDLE a\r\n", Times(1'000, "a=group:LS b\r\n"), "m=audio 4000 RTP/AVP 96\r\n",
      Times(2'000, "a=candidate:1 1 UDP 1 192.0.2.1 4000 typ host\r\n"),
      Times(1'000, "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x\r\n"),
      Times(1'000, "a=remote-candidates:1 192.0.2.1 4000\r\n"),
      Times(1'000, "a=rtcp-fb:96 nack\r\n"), Times(600, "a=extmap:1 urn:x\r\n")));
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  const MediaSection& media = parsed->media[0];
  EXPECT_EQ(parsed->groups.size(), kMaxListed);
  EXPECT_EQ(media.candidates.size(), kMaxListed);
  EXPECT_EQ(media.crypto.size(), kMaxListed);
  EXPECT_EQ(media.remote_candidates.size(), kMaxListed);
  EXPECT_EQ(media.codecs[0].rtcp_fb.size(), kMaxRtcpFeedbackPerCodec);
  EXPECT_EQ(media.extmap.size(), 1u);
}

TEST(Bombs, HugeLines) {
  const std::string huge(kMaxLineSize, 'x');
  EXPECT_FALSE(ParseWith(base::StrCat(kAudio, "a=", huge, "\r\n")).ok());
  EXPECT_FALSE(ParseWith(base::StrCat("s=", huge, "\r\n", kAudio)).ok());
  EXPECT_FALSE(ParseWith(base::StrCat("m=audio 4000 RTP/AVP ", huge, "\r\n")).ok());
  EXPECT_FALSE(ParseWith(base::StrCat(kAudio, "a=", huge)).ok()) << "without a line end";
  EXPECT_TRUE(ParseWith(base::StrCat(kAudio, "a=", huge.substr(100), "\r\n")).ok());
}

TEST(Bombs, HugeBody) {
  EXPECT_FALSE(Parse(std::string(kMaxBodySize + 1, 'v')).ok());
}

// Sessions in one body do not nest either: each ends the one before.
TEST(Bombs, TenThousandSessions) {
  EXPECT_FALSE(ParseWith(Times(10'000, "v=0\r\n")).ok());
  const auto parsed = ParseWith(base::StrCat(Times(8'000, "v=0\r\n"), kAudio));
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->media.size(), 1u);
}

}  // namespace
}  // namespace controld::sdp

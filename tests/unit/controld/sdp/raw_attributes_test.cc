#include "controld/sdp/raw_attributes.h"

#include <gmock/gmock.h>

#include "controld/sdp/parse.h"
#include "proto/base/text.h"

namespace controld::sdp {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> Lines(std::string_view body, size_t position) {
  std::vector<std::string> lines;
  for (const Attribute& attribute : RawAttributes(body, position)) {
    lines.push_back(attribute.has_value ? base::StrCat(attribute.name, "=", attribute.value)
                                        : attribute.name);
  }
  return lines;
}

constexpr std::string_view kBody =
    "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\na=session:1\r\n"
    "m=audio 1 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=mid:x\r\nc=IN IP4 "
    "192.0.2.1\r\na=label:y\r\na=sendrecv\r\n"
    "m=video 2 RTP/AVP 96\na=empty:\na=fmtp:96 a:b\n\na=behind the end\n";

TEST(RawAttributesTest, ThoseOfTheSectionInOrderButMidAndLabel) {
  EXPECT_THAT(Lines(kBody, 0), ElementsAre("rtpmap=0 PCMU/8000", "sendrecv"));
  EXPECT_THAT(Lines(kBody, 1), ElementsAre("empty=", "fmtp=96 a:b"));
  EXPECT_THAT(Lines(kBody, 2), IsEmpty());
  EXPECT_THAT(Lines("", 0), IsEmpty());
}

TEST(RawAttributesTest, TheParserCountsSectionsLikewise) {
  const auto parsed = Parse(kBody);
  ASSERT_TRUE(parsed.ok());
  ASSERT_EQ(parsed->media.size(), 2u);
  EXPECT_EQ(parsed->media[1].position, 1u);
  constexpr std::string_view two =
      "v=0\r\nm=audio 1 RTP/AVP 0\r\na=a\r\nv=0\r\na=b\r\nm=audio 2 RTP/AVP 0\r\na=c\r\n";
  EXPECT_THAT(Lines(two, 0), ElementsAre("a"));
  EXPECT_THAT(Lines(two, 1), ElementsAre("c"));
}

}  // namespace
}  // namespace controld::sdp

// Sections that one side has and the other has not: what is printed of them can be read.
#include <gmock/gmock.h>

#include "controld/sdp/parse.h"
#include "tests/unit/controld/call/service_fixture.h"

namespace controld::call {
namespace {

using ::testing::ElementsAre;

constexpr char kVideo[] = "m=video 4100 RTP/AVPF 98\r\na=rtpmap:98 VP8/90000\r\n";

class OddSectionsTest : public ServiceTest {};

TEST_F(OddSectionsTest, AnAnswerWithMoreThanWasOfferedHasAProtocolToShow) {
  Do(OfferFor("c"));
  ng::Request answer = AnswerFor("c");
  *answer.sdp += kVideo;
  answer.transport_protocol = "accept";
  EXPECT_THAT(LinesOf(Text(Do(answer), "sdp"), "m="),
              ElementsAre("m=audio 30002 RTP/AVP 8 0", "m=video 30004 RTP/AVPF 98"));
}

// Found by its mid in third place, it has two others before it, which a new party was never shown.
TEST_F(OddSectionsTest, PlacesBeforeASectionAreKept) {
  const std::string head = "v=0\r\no=a 1 1 IN IP4 h\r\ns=-\r\nc=IN IP4 192.0.2.10\r\nt=0 0\r\n";
  const std::string last = "m=audio 4200 RTP/AVP 8\r\na=mid:three\r\n";
  Do(Offer("c", "A", head + "m=audio 4000 RTP/AVP 8\r\na=mid:one\r\n" + kVideo + "a=mid:two\r\n" + last));
  const std::string shown = Text(Do(Reoffer("c", "A", "B", head + last)), "sdp");
  EXPECT_THAT(LinesOf(shown, "m="), ElementsAre("m=audio 0 RTP/AVP 0", "m=video 0 RTP/AVPF 0",
                                               "m=audio 30012 RTP/AVP 8"));
}

}  // namespace
}  // namespace controld::call

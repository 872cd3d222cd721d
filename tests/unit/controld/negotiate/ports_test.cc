// Local ports over offers and answers (sdp-rewriting.md §11).
#include "controld/negotiate/ports.h"

#include <gmock/gmock.h>

#include "tests/unit/controld/negotiate/exchange.h"

namespace controld::negotiate {
namespace {

using call::MediaPort;
using ng::Flag;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class PortsTest : public Exchange {
 protected:
  void SetUp() override {
    ASSERT_EQ(MediaPort(Send(OfferFromA())), 30000);
    ASSERT_EQ(MediaPort(Send(AnswerFromB())), 30002);
  }
};

TEST_F(PortsTest, TheFirstAnswerFillsTheWildcard) {
  EXPECT_EQ(MediaPort(Send(ReofferFromB("", 5000))), 30002);
  EXPECT_EQ(MediaPort(Send(ReofferFromB("", 5002))), 30004);
}

TEST_F(PortsTest, SameEndpointSamePorts) {
  EXPECT_EQ(MediaPort(Send(ReofferFromA())), 30000);
  EXPECT_EQ(MediaPort(Send(AnswerFromB())), 30002);
  EXPECT_EQ(call_.port_sets_size(), 2);
}

TEST_F(PortsTest, NewEndpointNewPortsAndBack) {
  EXPECT_EQ(MediaPort(Send(ReofferFromA("", 4002))), 30004);
  EXPECT_EQ(MediaPort(Send(ReofferFromA("", 4004))), 30006);
  EXPECT_EQ(MediaPort(Send(ReofferFromA("", 4002))), 30004);
  EXPECT_EQ(MediaPort(Send(ReofferFromA("", 4000))), 30000);
}

TEST_F(PortsTest, OnlyTheLatestPortsAreKept) {
  for (int i = 1; i < 40; ++i) Send(ReofferFromA("", 4000 + 2 * i));
  const int of_a = 1;
  EXPECT_EQ(call_.port_sets_size(), of_a + kMostPortSets);
  const rtpengine::v1::Media media = SessionMedia("B");
  EXPECT_EQ(media.late_port_sets_size(), kMostPortSets - 1);
  EXPECT_EQ(call::FindPortSet(call_, media.port_set())->allocation().port(), 30000u + 2 * 40);
  // Used again, the oldest that is left is no longer the oldest.
  const int oldest = 40 - kMostPortSets;
  EXPECT_EQ(MediaPort(Send(ReofferFromA("", 4000 + 2 * oldest))), 30000 + 2 * (oldest + 1));
  EXPECT_EQ(MediaPort(Send(ReofferFromA("", 5000))), 30082);
  EXPECT_EQ(MediaPort(Send(ReofferFromA("", 4000 + 2 * oldest))), 30000 + 2 * (oldest + 1));
  EXPECT_EQ(MediaPort(Send(ReofferFromA("", 4000 + 2 * (oldest + 1)))), 30084) << "closed long ago";
}

TEST_F(PortsTest, TheRtcpEndpointDoesNotCount) {
  EXPECT_EQ(MediaPort(Send(ReofferFromA("a=rtcp:4999\r\n"))), 30000);
}

TEST_F(PortsTest, OldPortsStayOpenForLatePackets) {
  Send(ReofferFromA("", 4002));
  const rtpengine::v1::Media media = SessionMedia("B");
  const auto allocation = call::FindPortSet(call_, media.port_set())->allocation();
  EXPECT_EQ(allocation.port(), 30004u);
  ASSERT_EQ(media.late_port_sets_size(), 1);
  EXPECT_EQ(call::FindPortSet(call_, media.late_port_sets(0))->allocation().port(), 30000u);
  EXPECT_EQ(BuildSession(call_, settings_, false).port_sets_size(), 3);
}

struct LatchCase {
  const char* why;
  std::vector<Flag> flags;
  const char* lines;
  int port;
};

TEST_F(PortsTest, Latching) {
  const LatchCase cases[] = {
      {"asked for", {Flag::kPortLatching}, "", 30000},
      {"on hold", {}, "a=sendonly\r\n", 30000},
      {"inactive", {}, "a=inactive\r\n", 30000},
      {"on hold, not wanted", {Flag::kNoPortLatching}, "a=sendonly\r\n", 30004},
      {"both flags: not", {Flag::kPortLatching, Flag::kNoPortLatching}, "", 30006},
      {"sending only from the other side", {}, "a=recvonly\r\n", 30008},
  };
  int port = 4010;
  for (const LatchCase& test : cases) {
    ng::Request request = ReofferFromA(test.lines, port);
    for (const Flag flag : test.flags) request.Set(flag);
    EXPECT_EQ(MediaPort(Send(request)), test.port) << test.why;
    EXPECT_EQ(MediaPort(Send(ReofferFromA())), 30000) << test.why;
    port += 2;
  }
}

TEST_F(PortsTest, LegacyHoldKeepsPortsWhateverPortCameAlong) {
  EXPECT_EQ(MediaPort(Send(call::Reoffer("c", "A", "B", call::Sdp("0.0.0.0", 4444)))), 30000);
  EXPECT_EQ(MediaPort(Send(ReofferFromA())), 30000);
}

TEST_F(PortsTest, AnotherInterfaceNewPorts) {
  worker_.interfaces.push_back(call::FakeInterface("priv", "10.0.0.5"));
  ng::Request request = ReofferFromA();
  request.to_interface = "priv";
  const std::string offered = Send(request);
  EXPECT_EQ(MediaPort(offered), 30004);
  EXPECT_THAT(call::LinesOf(offered, "c="), ElementsAre("c=IN IP4 10.0.0.5"));
  EXPECT_THAT(warnings_, IsEmpty());
  // Without a name the leg stays.
  EXPECT_THAT(call::LinesOf(Send(ReofferFromA()), "c="), ElementsAre("c=IN IP4 10.0.0.5"));
}

TEST_F(PortsTest, AnotherFamilyNewPorts) {
  worker_.interfaces.push_back(call::FakeInterface("default", "2001:db8::5"));
  ng::Request request = ReofferFromA();
  request.address_family = base::Family::kIpv6;
  const std::string offered = Send(request);
  EXPECT_EQ(MediaPort(offered), 30004);
  EXPECT_THAT(call::LinesOf(offered, "c="), ElementsAre("c=IN IP6 2001:db8::5"));
}

TEST_F(PortsTest, ARejectedSectionComesBackWithItsPorts) {
  const std::string video = "m=video 4100 RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\n";
  EXPECT_EQ(MediaPort(Send(ReofferFromA(video)), 1), 30004);
  EXPECT_EQ(MediaPort(Send(AnswerFromB("m=video 5100 RTP/AVP 96\r\n")), 1), 30006);
  EXPECT_EQ(MediaPort(Send(ReofferFromA("m=video 0 RTP/AVP 96\r\n")), 1), 0);
  EXPECT_EQ(MediaPort(Send(ReofferFromA(video)), 1), 30004);
  EXPECT_EQ(MediaPort(Send(AnswerFromB("m=video 5100 RTP/AVP 96\r\n")), 1), 30006);
}

// m=port/count needs that many pairs; what is printed is the first port alone.
TEST_F(PortsTest, PortCount) {
  const std::string offered =
      Send(call::Offer("c", "X",
                       "v=0\r\no=x 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\n"
                       "m=video 4000/3 RTP/AVP 96\r\n"));
  EXPECT_FALSE(call::LinesOf(offered, "m=video 30004 RTP/AVP").empty()) << offered;
  EXPECT_EQ(call_.port_sets(2).wanted().count(), 6u);
}

}  // namespace
}  // namespace controld::negotiate

// RTCP reports of our own in a session: to whom, from where, and what becomes of the reports of others.
#include <gtest/gtest.h>

#include <array>

#include "mediad/rtcp/packet.h"
#include "tests/unit/mediad/rtcp/build.h"
#include "tests/unit/mediad/session/fixture.h"

namespace mediad::session {
namespace {

using testing::Bytes;
using testing::kA;
using testing::kB;
using testing::kPortA;
using testing::kPortB;
using testing::kRtcpPortA;
using testing::kRtcpPortB;
using testing::Rtcp;
using testing::Rtp;
using std::chrono::milliseconds;

constexpr char kPartyA[] = "198.51.100.1:4000";
constexpr char kPartyB[] = "198.51.100.2:5000";
constexpr char kRtcpOfA[] = "198.51.100.1:4001";

class ReportsTest : public ::testing::Test {
 protected:
  ReportsTest() {
    for (const uint32_t id : {kA, kB}) {
      call_.media(id)->set_generate_rtcp(true);
      call_.media(id)->set_rtcp_interval_ms(1000);
      call_.media(id)->set_cname("box");
    }
  }
  // What is sent in the next so many tenths of a second: "port > destination: SSRC", each.
  std::vector<std::string> ReportsWithin(int tenths) {
    std::vector<std::string> reports;
    for (int i = 0; i < tenths; ++i) {
      call_.session.Report(milliseconds(0), call_.now, buffer_, [&](const Sink& sink) {
        rtcp::CompoundReader reader(sink.bytes);
        rtcp::PacketView packet;
        EXPECT_TRUE(reader.Next(&packet));
        report_.assign(sink.bytes.begin(), sink.bytes.end());
        reports.push_back(call_.session.sockets()[sink.socket].local.ToString() + " > " +
                          sink.destination.ToString() + ": " + std::to_string(*packet.author()));
      });
      call_.Pass(milliseconds(100));
    }
    return reports;
  }

  testing::Call call_;
  std::array<uint8_t, 2048> buffer_{};
  Bytes report_;
};

TEST_F(ReportsTest, BothPartiesGetThemFromTheRtcpPort) {
  call_.Signal();
  call_.Send(kPortA, kPartyA, Rtp(0, 1, 10));
  call_.Send(kPortB, kPartyB, Rtp(0, 1, 20));
  using List = std::vector<std::string>;
  EXPECT_EQ(ReportsWithin(11), (List{"203.0.113.1:30101 > 198.51.100.1:4001: 20",
                                     "203.0.113.1:30201 > 198.51.100.2:5001: 10"}));
  EXPECT_TRUE(call_.session.generates_reports());
  const auto statistics = call_.Statistics();
  EXPECT_EQ(statistics.media(0).streams(1).egress().packets(), 1u);
}

TEST_F(ReportsTest, WithMuxFromTheRtpPort) {
  call_.media(kA)->set_rtcp_mux(true);
  call_.Signal();
  call_.Send(kPortB, kPartyB, Rtp(0, 1, 20));
  EXPECT_EQ(ReportsWithin(11),
            std::vector<std::string>{"203.0.113.1:30100 > 198.51.100.1:4000: 20"});
}

TEST_F(ReportsTest, NoneToWhoIsSentNothingOrIsOnLegacyHold) {
  call_.Signal();
  call_.Send(kPortA, kPartyA, Rtp(0, 1, 10));
  EXPECT_EQ(ReportsWithin(30).size(), 2u);  // to B alone
  call_.media(kB)->set_muted_by_zero_address(true);
  call_.Signal();
  EXPECT_TRUE(ReportsWithin(30).empty());
}

TEST_F(ReportsTest, NoneWithoutBeingAskedTo) {
  for (const uint32_t id : {kA, kB}) call_.media(id)->set_generate_rtcp(false);
  call_.Signal();
  call_.Send(kPortA, kPartyA, Rtp(0, 1, 10));
  EXPECT_TRUE(ReportsWithin(30).empty());
  EXPECT_FALSE(call_.session.generates_reports());
}

TEST_F(ReportsTest, ReportsOfOthersEndHereUnlessMirrored) {
  call_.Signal();
  EXPECT_EQ(call_.Send(kRtcpPortA, kRtcpOfA, Rtcp(201, 1)), Drop::kNone);
  EXPECT_EQ(call_.Went(), "");
  EXPECT_EQ(call_.Statistics().media(0).streams(1).ingress().packets(), 1u);
  EXPECT_EQ(call_.Statistics(true).media(0).streams(1).explain().drops_size(), 0);
  call_.media(kA)->set_mirror_rtcp(true);
  call_.Apply();
  call_.Send(kRtcpPortA, kRtcpOfA, Rtcp(201, 1));
  EXPECT_EQ(call_.Went(), "203.0.113.1:30201 > 198.51.100.2:5001");
}

TEST_F(ReportsTest, WhoGetsNoReportsOfOursGetsThoseOfTheOthers) {
  call_.media(kB)->set_generate_rtcp(false);
  call_.Signal();
  call_.Send(kRtcpPortA, kRtcpOfA, Rtcp(201, 1));
  EXPECT_EQ(call_.Went(), "203.0.113.1:30201 > 198.51.100.2:5001");
  EXPECT_EQ(call_.Send(kRtcpPortB, "198.51.100.2:5001", Rtcp(201, 2)), Drop::kNone);
  EXPECT_EQ(call_.Went(), "");
}

TEST_F(ReportsTest, AnswersToThemGiveTheRoundTripTimeOfTheLeg) {
  call_.Signal();
  call_.Send(kPortA, kPartyA, Rtp(0, 1, 10));
  call_.Send(kPortB, kPartyB, Rtp(0, 1, 20));
  ReportsWithin(11);  // the last one went to B, about A's stream
  rtcp::CompoundReader reader(report_);
  rtcp::PacketView packet;
  ASSERT_TRUE(reader.Next(&packet));
  rtcp::ReportBlock block;
  block.ssrc = 10;
  block.last_sender_report = rtcp::NtpMiddle(packet.sender_info()->ntp_time);
  block.delay_since_last_sender_report = 1;
  call_.Send(kRtcpPortB, "198.51.100.2:5001", rtcp::test::ReceiverReport(20, {block}));
  const auto quality = call_.session.TakeQuality();
  ASSERT_TRUE(quality);
  EXPECT_NEAR(quality->round_trip_time_leg_us.sum, 100'000, 1000);
}

TEST_F(ReportsTest, TheSpecificationIsExamined) {
  EXPECT_TRUE(Validate(call_.spec).ok());
  call_.media(kA)->set_rtcp_interval_ms(99);
  EXPECT_FALSE(Validate(call_.spec).ok());
  call_.media(kA)->set_rtcp_interval_ms(1000);
  call_.media(kA)->set_cname(std::string(256, 'c'));
  EXPECT_FALSE(Validate(call_.spec).ok());
  call_.media(kA)->clear_cname();
  call_.media(kA)->add_strip_extensions(256);
  EXPECT_FALSE(Validate(call_.spec).ok());
}

}  // namespace
}  // namespace mediad::session

// Counters as recorded from the reference (golden cases "query after known packets", "two SSRCs", "blocked,
// held and strict-source"), and the explain record.
#include <gtest/gtest.h>

#include "tests/unit/mediad/session/fixture.h"

namespace mediad::session {
namespace {

using testing::Bytes;
using testing::Call;
using testing::kA;
using testing::kB;
using testing::kPortA;
using testing::kPortB;
using testing::kRtcpPortA;
using testing::kRtcpPortB;
using testing::Rtcp;
using testing::Rtp;
namespace v1 = rtpengine::v1;

constexpr char kPartyA[] = "198.51.100.1:4000";
constexpr char kPartyB[] = "198.51.100.2:5000";

std::string Text(const v1::Counters& counters) {
  return std::to_string(counters.packets()) + "/" + std::to_string(counters.bytes()) + "/" +
         std::to_string(counters.errors());
}

std::vector<uint32_t> Ssrcs(const v1::MediaStatistics& media) {
  std::vector<uint32_t> ssrcs;
  for (const v1::SsrcStatistics& one : media.ingress()) ssrcs.push_back(one.ssrc());
  return ssrcs;
}

TEST(StatisticsTest, BeforeAnyPacket) {
  Call call;
  call.Signal();
  const v1::SessionStatistics statistics = call.Statistics();
  ASSERT_EQ(statistics.media_size(), 2);
  ASSERT_EQ(statistics.media(0).streams_size(), 2);
  const v1::StreamStatistics& rtcp = statistics.media(0).streams(1);
  EXPECT_TRUE(rtcp.rtcp());
  EXPECT_EQ(rtcp.local_port(), 30101u);
  EXPECT_EQ(rtcp.endpoint().port(), 4001u);
  EXPECT_EQ(rtcp.last_packet_unix(), 1'700'000'000);
  EXPECT_EQ(rtcp.last_kernel_packet_unix(), 0);
  EXPECT_FALSE(rtcp.confirmed());
  EXPECT_EQ(statistics.media(0).payload_type_seen(), 128u);
  EXPECT_FALSE(statistics.media(0).streams(0).has_explain());
}

TEST(StatisticsTest, KnownPackets) {
  Call call;
  call.Signal();
  uint16_t sequence = 100;
  for (const size_t payload : {160, 160, 20, 0}) call.Send(kPortA, kPartyA, Rtp(0, sequence++, 4096, payload));
  call.Send(kPortB, kPartyB, Rtp(0, 65535, 8192, 33));
  call.Send(kPortB, kPartyB, Rtp(0, 0, 8192, 33));
  call.Send(kPortA, kPartyA, Bytes(1, 0));
  call.Send(kPortA, kPartyA, Bytes(50, 0xff));
  call.Send(kRtcpPortA, "198.51.100.1:4001", Rtcp(201, 1));
  Bytes report(28, 0);
  report[0] = 0x80;
  report[1] = 200;
  report[3] = 6;
  report[6] = 0x20;  // 8192
  call.Send(kRtcpPortB, "198.51.100.2:5001", report);

  const v1::SessionStatistics statistics = call.Statistics();
  const v1::MediaStatistics& a = statistics.media(0);
  const v1::MediaStatistics& b = statistics.media(1);
  EXPECT_EQ(Text(a.streams(0).ingress()), "6/439/0");
  EXPECT_EQ(Text(a.streams(0).egress()), "2/90/0");
  EXPECT_EQ(Text(a.streams(1).ingress()), "1/8/0");
  EXPECT_EQ(Text(a.streams(1).egress()), "1/28/0");
  EXPECT_EQ(Text(b.streams(0).ingress()), "2/90/2");
  EXPECT_EQ(Text(b.streams(0).egress()), "4/388/0");
  EXPECT_EQ(Text(b.streams(1).ingress()), "1/28/0");
  EXPECT_EQ(Text(b.streams(1).egress()), "1/8/0");
  EXPECT_EQ(Ssrcs(a), (std::vector<uint32_t>{1, 4096}));  // last used first
  EXPECT_EQ(a.ingress(1).packets(), 4u);
  EXPECT_EQ(a.ingress(1).bytes(), 388u);
  EXPECT_EQ(a.ingress(1).last_sequence(), 103u);
  EXPECT_EQ(a.ingress(0).packets(), 0u);
  EXPECT_EQ(b.ingress(0).last_sequence(), 65536u);
  ASSERT_EQ(b.egress_size(), 2);
  EXPECT_EQ(b.egress(0).ssrc(), 1u);
  EXPECT_EQ(b.egress(1).ssrc(), 4096u);
  EXPECT_EQ(a.payload_type_seen(), 0u);
}

TEST(StatisticsTest, UnknownPayloadTypeIsAnErrorButForwarded) {
  Call call;
  call.Signal();
  EXPECT_EQ(call.Send(kPortB, kPartyB, Rtp(8, 7, 8192, 40)), Drop::kNone);
  const v1::SessionStatistics statistics = call.Statistics();
  EXPECT_EQ(Text(statistics.media(1).streams(0).ingress()), "1/52/1");
  EXPECT_EQ(statistics.media(1).payload_type_seen(), 8u);
  call.media(kB)->clear_codecs();  // nothing known: nothing unknown
  call.Apply();
  call.Send(kPortB, kPartyB, Rtp(9, 8, 8192, 40));
  EXPECT_EQ(call.Stream(kB, false).ingress.errors, 1u);
}

TEST(StatisticsTest, BlockedAndHeldPacketsCount) {
  Call call;
  call.media(kA)->set_strict_source(true);
  call.Signal();
  call.Send(kPortA, kPartyA, Rtp(0, 1, 4096));
  call.Send(kPortA, "198.51.100.9:9999", Rtp(0, 2, 4096));
  call.spec.mutable_routes(0)->set_block_rtp(true);
  call.Apply();
  call.Send(kPortA, kPartyA, Rtp(0, 3, 4096));
  call.media(kB)->set_sends(false);
  call.Signal();
  call.Send(kPortB, kPartyB, Rtp(0, 4, 2));
  const v1::SessionStatistics statistics = call.Statistics(true);
  EXPECT_EQ(Text(statistics.media(0).streams(0).ingress()), "2/344/1");
  EXPECT_EQ(Text(statistics.media(0).streams(0).egress()), "0/0/0");
  EXPECT_EQ(Text(statistics.media(1).streams(0).ingress()), "1/172/0");
  EXPECT_EQ(Text(statistics.media(1).streams(0).egress()), "1/172/0");
  EXPECT_EQ(statistics.media(0).egress_size(), 0);
  EXPECT_EQ(statistics.media(0).ingress(0).packets(), 2u);
  ASSERT_EQ(statistics.media(1).egress_size(), 1);  // what was sent, not what came
  EXPECT_EQ(statistics.media(1).egress(0).packets(), 1u);
  EXPECT_EQ(statistics.media(1).egress(0).bytes(), 172u);
  EXPECT_EQ(statistics.media(1).egress(0).last_sequence(), 1u);
  const v1::Explain& explain = statistics.media(0).streams(0).explain();
  EXPECT_EQ(explain.forwarded(), 1u);
  ASSERT_EQ(explain.drops_size(), 2);
  EXPECT_EQ(explain.drops(0).reason(), v1::DROP_STRICT_SOURCE);
  EXPECT_EQ(explain.drops(0).last_source().port(), 9999u);
  EXPECT_EQ(explain.drops(1).reason(), v1::DROP_BLOCKED);
  EXPECT_EQ(explain.learned(0).reason(), v1::LEARN_SIGNALLED);
}

TEST(StatisticsTest, MuxedLegHasOneStream) {
  Call call;
  call.media(kA)->set_rtcp_mux(true);
  call.Signal();
  call.Send(kPortA, kPartyA, Rtcp(201, 1));
  const v1::SessionStatistics statistics = call.Statistics();
  ASSERT_EQ(statistics.media(0).streams_size(), 1);
  EXPECT_EQ(Text(statistics.media(0).streams(0).ingress()), "1/8/0");
  EXPECT_EQ(Text(statistics.media(1).streams(1).egress()), "1/8/0");
}

TEST(StatisticsTest, ReceivedTos) {
  Call call;
  call.Signal();
  call.Send(kPortA, kPartyA, Rtp(0, 1, 1), 184);
  EXPECT_EQ(call.Statistics().media(0).streams(0).received_tos(), 184u);
}

TEST(StatisticsTest, EgressSsrcsAreBounded) {
  Call call;
  call.Signal();
  for (uint32_t ssrc = 1; ssrc <= 100; ++ssrc) call.Send(kPortA, kPartyA, Rtp(0, 1, ssrc));
  const v1::SessionStatistics statistics = call.Statistics();
  EXPECT_EQ(statistics.media(1).egress_size(), static_cast<int>(rtp::EgressTracker::kMaxSources));
  EXPECT_EQ(statistics.media(1).egress(0).ssrc(), 100u);
}

// B reports about A's stream; the sample belongs to the report's author, B's SSRC.
TEST(StatisticsTest, QualityComesFromRelayedReports) {
  Call call;
  rtcp::QualityOptions options;
  options.listening_quality = true;
  Session session("call", options);
  std::swap(call.session, session);
  call.Signal();
  call.Send(kPortA, kPartyA, Rtp(0, 1, 4096));
  call.Send(kPortB, kPartyB, Rtp(0, 1, 8192));
  Bytes report = Rtcp(201, 8192);
  report[0] = 0x81;
  report[3] = 7;
  const Bytes block = {0, 0, 0x10, 0, 26, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0x01, 0x90, 0, 1, 0, 0, 0, 1, 0, 0};
  report.insert(report.end(), block.begin(), block.end());
  call.Send(kRtcpPortB, "198.51.100.2:5001", report);
  const v1::SessionStatistics statistics = call.Statistics();
  ASSERT_EQ(Ssrcs(statistics.media(1)), (std::vector<uint32_t>{8192}));
  const v1::SsrcStatistics& ssrc = statistics.media(1).ingress(0);
  EXPECT_EQ(ssrc.samples(), 1u);
  EXPECT_EQ(ssrc.average().jitter_ms(), 50u);
  EXPECT_EQ(ssrc.average().packet_loss_percent(), 10u);
}

}  // namespace
}  // namespace mediad::session

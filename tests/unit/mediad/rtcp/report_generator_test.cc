// Reports of our own, read back as any party would.
#include "mediad/rtcp/report_generator.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "mediad/rtcp/packet.h"
#include "tests/unit/mediad/rtcp/build.h"
#include "tests/unit/mediad/session/fixture.h"

namespace mediad::rtcp {
namespace {

using session::testing::Rtp;
using std::chrono::milliseconds;

constexpr uint32_t kOurs = 8192;    // sent to the party
constexpr uint32_t kTheirs = 4096;  // received from it

class ReportGeneratorTest : public ::testing::Test {
 protected:
  void Send(uint16_t sequence, uint32_t ssrc = kOurs) {
    const Bytes packet = Rtp(0, sequence, ssrc);
    sent_.OnPacket(*rtp::HeaderView::Parse(packet), packet.size());
    origin_.OnPacket(*rtp::HeaderView::Parse(packet), packet.size(), 8000, now_.monotonic);
  }
  void Receive(uint16_t sequence, uint32_t ssrc = kTheirs) {
    const Bytes packet = Rtp(0, sequence, ssrc);
    received_.OnPacket(*rtp::HeaderView::Parse(packet), packet.size(), 8000, now_.monotonic);
  }
  void Pass(milliseconds time) {
    now_.monotonic += time;
    now_.unix_us += time.count() * 1000;
  }
  bool Due(milliseconds chance = milliseconds(0)) {
    return generator_.Due(sent_.sources(), chance, now_);
  }
  size_t Write() {
    return generator_.Write(sent_.sources(), received_.sources(),
                            [this](uint32_t ssrc) { return origin_.Find(ssrc); }, now_, buffer_);
  }
  // The packets of a report, which has to be valid from its first octet to its last.
  std::vector<PacketView> Report() {
    const std::span<const uint8_t> report(buffer_.data(), Write());
    EXPECT_TRUE(IsValid(report));
    CompoundReader reader(report);
    std::vector<PacketView> packets;
    PacketView packet;
    while (reader.Next(&packet)) packets.push_back(packet);
    EXPECT_TRUE(reader.rest().empty());
    return packets;
  }

  using Bytes = test::Bytes;
  base::Now now_{std::chrono::hours(1), 1'700'000'000'000'000};
  rtp::EgressTracker sent_;
  rtp::IngressTracker received_, origin_;
  ReportGenerator generator_{{milliseconds(5000), "box", ""}};
  std::array<uint8_t, 2048> buffer_{};
};

TEST_F(ReportGeneratorTest, SenderReportOfWhatIsSent) {
  for (const uint16_t sequence : std::initializer_list<uint16_t>{20, 21, 22}) Send(sequence);
  const auto packets = Report();
  ASSERT_EQ(packets.size(), 2u);
  EXPECT_EQ(packets[0].author(), kOurs);
  const auto info = packets[0].sender_info();
  ASSERT_TRUE(info);
  EXPECT_EQ(info->packets, 3u);
  EXPECT_EQ(info->octets, 3 * 172u);  // RTP headers included
  EXPECT_EQ(info->ntp_time >> 32, 1'700'000'000u + 2'208'988'800u);
  EXPECT_EQ(packets[0].report_count(), 0u);
  EXPECT_TRUE(packets[1].Is(PacketType::kSourceDescription));
  const Bytes sdes(packets[1].octets().begin() + 4, packets[1].octets().end());
  EXPECT_EQ(sdes, (Bytes{0, 0, 0x20, 0, 1, 3, 'b', 'o', 'x', 0, 0, 0}));
}

TEST_F(ReportGeneratorTest, TimestampIsThatOfThisMoment) {
  Send(10);
  Pass(milliseconds(250));
  EXPECT_EQ(Report()[0].sender_info()->rtp_timestamp, 10 * 160u + 2000);
}

TEST_F(ReportGeneratorTest, WithoutAClockTheLastTimestampStands) {
  const Bytes packet = Rtp(0, 10, kOurs);
  sent_.OnPacket(*rtp::HeaderView::Parse(packet), packet.size());
  Pass(milliseconds(250));
  EXPECT_EQ(Report()[0].sender_info()->rtp_timestamp, 1600u);
}

TEST_F(ReportGeneratorTest, NtpFractionIsBinary) {
  EXPECT_EQ(NtpTime(500'000) & 0xffffffff, 0x80000000u);
  EXPECT_EQ(NtpTime(0) >> 32, 2'208'988'800u);
}

TEST_F(ReportGeneratorTest, BlockTellsLossSinceTheLastReportAndInAll) {
  Send(1);
  for (const uint16_t sequence : std::initializer_list<uint16_t>{10, 11, 14, 15}) Receive(sequence);
  ReportBlock block = Report()[0].report(0);
  EXPECT_EQ(block.ssrc, kTheirs);
  EXPECT_EQ(block.highest_sequence, 15u);
  EXPECT_EQ(block.cumulative_lost, 2);
  EXPECT_EQ(block.fraction_lost, 2 * 256 / 6);
  EXPECT_EQ(block.last_sender_report, 0u);
  EXPECT_EQ(block.delay_since_last_sender_report, 0u);

  Send(2);
  for (const uint16_t sequence : std::initializer_list<uint16_t>{16, 17, 18, 20}) Receive(sequence);
  block = Report()[0].report(0);
  EXPECT_EQ(block.cumulative_lost, 3);
  EXPECT_EQ(block.fraction_lost, 256 / 5);

  Send(3);
  Receive(19);  // late: nothing was lost in this interval
  block = Report()[0].report(0);
  EXPECT_EQ(block.cumulative_lost, 2);
  EXPECT_EQ(block.fraction_lost, 0);
}

TEST_F(ReportGeneratorTest, ANewSequenceIsNoLoss) {
  Send(1);
  Receive(10);
  Report();
  Send(2);
  Receive(40000);
  const ReportBlock block = Report()[0].report(0);
  EXPECT_EQ(block.fraction_lost, 0);
  EXPECT_EQ(block.highest_sequence, 40000u);
}

TEST_F(ReportGeneratorTest, JitterIsInTimestampUnits) {
  Send(1);
  Receive(1);
  Pass(milliseconds(30));  // 20 would have been on time
  Receive(2);
  const uint32_t jitter = received_.Find(kTheirs)->jitter_16;
  ASSERT_EQ(jitter, 80u);
  EXPECT_EQ(Report()[0].report(0).jitter, 5u);
}

TEST_F(ReportGeneratorTest, RefersToTheSenderReportOfTheParty) {
  Send(1);
  Receive(1);
  generator_.OnCompound(test::SenderReport(kTheirs, 0x1122334455667788, {}), now_);
  Pass(milliseconds(1500));
  const ReportBlock block = Report()[0].report(0);
  EXPECT_EQ(block.last_sender_report, 0x33445566u);
  EXPECT_EQ(block.delay_since_last_sender_report, 3u * 65536 / 2);
}

TEST_F(ReportGeneratorTest, SourcesNotHeardSinceTheLastReportAreLeftOut) {
  Send(1);
  Receive(1);
  EXPECT_EQ(Report()[0].report_count(), 1u);
  Send(2);
  EXPECT_EQ(Report()[0].report_count(), 0u);
  received_.OnRtcpAuthor(99);  // never sent RTP
  Send(3);
  EXPECT_EQ(Report()[0].report_count(), 0u);
}

TEST_F(ReportGeneratorTest, EachStreamHasItsSenderReport) {
  Send(1, 5);
  Send(1, 6);
  Receive(1);
  const auto packets = Report();
  ASSERT_EQ(packets.size(), 3u);
  EXPECT_EQ(packets[0].author(), 6u);
  EXPECT_EQ(packets[0].report_count(), 1u);
  EXPECT_EQ(packets[1].author(), 5u);
  EXPECT_EQ(packets[1].report_count(), 0u);
  EXPECT_EQ(packets[2].count(), 2u);
}

TEST_F(ReportGeneratorTest, WhoStoppedSpeakingReportsAsAReceiver) {
  Send(1);
  Report();
  Receive(7);
  const auto packets = Report();
  ASSERT_EQ(packets.size(), 2u);
  EXPECT_TRUE(packets[0].Is(PacketType::kReceiverReport));
  EXPECT_EQ(packets[0].author(), kOurs);
  ASSERT_EQ(packets[0].report_count(), 1u);
  EXPECT_EQ(packets[0].report(0).ssrc, kTheirs);
}

TEST_F(ReportGeneratorTest, WhoIsSentNothingGetsNone) {
  Receive(1);
  sent_.OnRtcpAuthor(5);
  EXPECT_EQ(Write(), 0u);
  Pass(std::chrono::minutes(1));
  EXPECT_FALSE(Due());
}

TEST_F(ReportGeneratorTest, DueAfterTheIntervalAndByChanceLater) {
  Send(1);
  EXPECT_FALSE(Due(milliseconds(500)));
  Pass(milliseconds(5499));
  EXPECT_FALSE(Due());
  Pass(milliseconds(1));
  EXPECT_TRUE(Due(milliseconds(1000)));
  EXPECT_FALSE(Due());
  Pass(milliseconds(5999));
  EXPECT_FALSE(Due());
  Pass(milliseconds(1));
  EXPECT_TRUE(Due());
}

TEST_F(ReportGeneratorTest, MidIsToldInABundle) {
  generator_.SetOptions({milliseconds(5000), "b", "v1"});
  Send(1);
  const auto octets = Report()[1].octets();
  EXPECT_EQ(Bytes(octets.begin() + 8, octets.end()), (Bytes{1, 1, 'b', 15, 2, 'v', '1', 0}));
}

TEST_F(ReportGeneratorTest, StaysWithinItsSize) {
  generator_.SetOptions({milliseconds(5000), std::string(255, 'c'), ""});
  for (uint32_t ssrc = 1; ssrc <= 16; ++ssrc) {
    Send(1, ssrc);
    Receive(1, 100 + ssrc);
  }
  const auto packets = Report();
  EXPECT_LT(packets.size(), 6u);
  EXPECT_LE(packets.back().octets().data() + packets.back().octets().size() - buffer_.data(), 1200);
}

}  // namespace
}  // namespace mediad::rtcp

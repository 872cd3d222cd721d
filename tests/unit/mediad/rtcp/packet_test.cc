#include "mediad/rtcp/packet.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/unit/mediad/rtcp/build.h"

namespace mediad::rtcp {
namespace {

using Bytes = std::vector<uint8_t>;

TEST(IsValid, VersionAndSize) {
  EXPECT_TRUE(IsValid(Bytes{0x80, 202, 0, 1, 0, 0, 0, 1}));
  EXPECT_FALSE(IsValid(Bytes{0x80, 202, 0, 1, 0, 0, 0}));
  EXPECT_FALSE(IsValid(Bytes{0x40, 202, 0, 1, 0, 0, 0, 1}));
  EXPECT_FALSE(IsValid(Bytes{}));
}

TEST(IsValid, RoomForAnnouncedReports) {
  Bytes report = test::ReceiverReport(1, {ReportBlock{}, ReportBlock{}});
  EXPECT_TRUE(IsValid(report));
  report.pop_back();
  EXPECT_FALSE(IsValid(report));
  Bytes sender = test::SenderReport(1, 0, {ReportBlock{}});
  EXPECT_TRUE(IsValid(sender));
  sender.pop_back();
  EXPECT_FALSE(IsValid(sender));
  // Without blocks a cut sender report passes: it is relayed, and read as no report.
  Bytes bare = test::SenderReport(1, 0, {});
  bare.pop_back();
  EXPECT_TRUE(IsValid(bare));
  PacketView packet;
  EXPECT_FALSE(CompoundReader(bare).Next(&packet));
}

TEST(IsValid, WrongLengthFieldPasses) {
  Bytes report = test::ReceiverReport(1, {ReportBlock{}});
  report[3] = 0;
  EXPECT_TRUE(IsValid(report));
  report[2] = 0xff;
  EXPECT_TRUE(IsValid(report));
}

TEST(Packet, ReportBlockFields) {
  const ReportBlock sent{0x01020304, 13, -2, 0x00010203, 80, 305419896, 65537};
  const Bytes report = test::ReceiverReport(8192, {ReportBlock{}, sent});
  PacketView packet;
  CompoundReader reader(report);
  ASSERT_TRUE(reader.Next(&packet));
  EXPECT_TRUE(packet.Is(PacketType::kReceiverReport));
  EXPECT_EQ(packet.author(), 8192u);
  EXPECT_FALSE(packet.sender_info());
  ASSERT_EQ(packet.report_count(), 2u);
  const ReportBlock got = packet.report(1);
  EXPECT_EQ(got.ssrc, sent.ssrc);
  EXPECT_EQ(got.fraction_lost, 13);
  EXPECT_EQ(got.cumulative_lost, -2);
  EXPECT_EQ(got.highest_sequence, sent.highest_sequence);
  EXPECT_EQ(got.jitter, 80u);
  EXPECT_EQ(got.last_sender_report, 305419896u);
  EXPECT_EQ(got.delay_since_last_sender_report, 65537u);
  EXPECT_FALSE(reader.Next(&packet));
  EXPECT_TRUE(reader.rest().empty());
}

TEST(Packet, SenderInfo) {
  const Bytes report = test::SenderReport(4096, 0x0123456789abcdef, {ReportBlock{}});
  PacketView packet;
  ASSERT_TRUE(CompoundReader(report).Next(&packet));
  const auto info = packet.sender_info();
  ASSERT_TRUE(info);
  EXPECT_EQ(info->ntp_time, 0x0123456789abcdefu);
  EXPECT_EQ(NtpMiddle(info->ntp_time), 0x456789abu);
  EXPECT_EQ(packet.report_count(), 1u);
}

TEST(Packet, FewerBlocksThanAnnounced) {
  Bytes report = test::ReceiverReport(1, {ReportBlock{}});
  report[0] = 0x9f;  // announces 31
  PacketView packet;
  ASSERT_TRUE(CompoundReader(report).Next(&packet));
  EXPECT_EQ(packet.report_count(), 1u);
}

TEST(Packet, AuthorOfListsMayBeAbsent) {
  PacketView packet;
  const Bytes bye = {0x80, 203, 0, 1, 0, 0, 0, 9};
  ASSERT_TRUE(CompoundReader(bye).Next(&packet));
  EXPECT_FALSE(packet.author());
  const Bytes one = {0x81, 203, 0, 1, 0, 0, 0, 9};
  ASSERT_TRUE(CompoundReader(one).Next(&packet));
  EXPECT_EQ(packet.author(), 9u);
  const Bytes empty = {0x80, 201, 0, 0};
  ASSERT_TRUE(CompoundReader(empty).Next(&packet));
  EXPECT_FALSE(packet.author());
  EXPECT_EQ(packet.report_count(), 0u);
}

TEST(Compound, EndsAtTheFirstIncompletePacket) {
  Bytes compound = test::ReceiverReport(1, {});
  const Bytes second = test::ReceiverReport(2, {});
  compound.insert(compound.end(), second.begin(), second.end() - 1);
  CompoundReader reader(compound);
  PacketView packet;
  EXPECT_TRUE(reader.Next(&packet));
  EXPECT_FALSE(reader.Next(&packet));
  EXPECT_EQ(reader.rest().size(), 7u);
}

TEST(ExtendedReport, ReferenceTimeAndDelays) {
  Bytes xr = {0x80, 207, 0, 0, 0, 0, 0, 5};
  const Bytes rrtr = {4, 0, 0, 2, 1, 2, 3, 4, 5, 6, 7, 8};
  const Bytes unknown = {99, 0, 0, 1, 0, 0, 0, 0};
  const Bytes dlrr = {5, 0, 0, 6, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0,
                      0, 3, 0, 0, 0, 4, 0, 0, 0, 5, 0, 0, 0, 6};
  for (const Bytes& block : {rrtr, unknown, dlrr}) xr.insert(xr.end(), block.begin(), block.end());
  xr[3] = static_cast<uint8_t>(xr.size() / 4 - 1);
  PacketView packet;
  ASSERT_TRUE(CompoundReader(xr).Next(&packet));
  ExtendedReportReader reader(packet);
  ASSERT_TRUE(reader.Next());
  EXPECT_EQ(reader.reference_time(), 0x0102030405060708u);
  EXPECT_EQ(reader.delay_count(), 0u);
  ASSERT_TRUE(reader.Next());
  EXPECT_FALSE(reader.reference_time());
  ASSERT_TRUE(reader.Next());
  ASSERT_EQ(reader.delay_count(), 2u);
  EXPECT_EQ(reader.delay(1).ssrc, 4u);
  EXPECT_EQ(reader.delay(1).last_receiver_report, 5u);
  EXPECT_EQ(reader.delay(1).delay, 6u);
  EXPECT_FALSE(reader.Next());
}

TEST(ExtendedReport, BlockLongerThanPacketEndsTheWalk) {
  const Bytes xr = {0x80, 207, 0, 2, 0, 0, 0, 5, 4, 0, 0, 2};
  PacketView packet;
  ASSERT_TRUE(CompoundReader(xr).Next(&packet));
  EXPECT_FALSE(ExtendedReportReader(packet).Next());
}

}  // namespace
}  // namespace mediad::rtcp

// The inputs are those of the recorded cases "feedback from RTP/AVPF to RTP/AVP".
#include "mediad/rtcp/feedback_filter.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/unit/mediad/rtcp/build.h"

namespace mediad::rtcp {
namespace {

using test::Bytes;

const Bytes kReceiverReport = test::ReceiverReport(1, {});
const Bytes kPictureLoss = test::Feedback(PacketType::kPayloadSpecificFeedback, 1, {});
const Bytes kNack = test::Feedback(PacketType::kTransportFeedback, 1, {0x00, 0x64, 0x00, 0x00});
const Bytes kDescription =
    test::Packet(PacketType::kSourceDescription, 1, {0, 0, 0, 1, 1, 1, 'x', 0});
const Bytes kExtended =
    test::Packet(PacketType::kExtendedReport, 0, {0, 0, 0, 1, 4, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2});
const Bytes kApplication =
    test::Packet(PacketType::kApplication, 1, {0, 0, 0, 1, 'A', 'B', 'C', 'D'});
const Bytes kBye = test::Packet(PacketType::kBye, 1, {0, 0, 0, 1});

Bytes Filtered(Bytes datagram) {
  datagram.resize(RemoveFeedback(datagram));
  return datagram;
}

TEST(FeedbackFilter, RecordedCases) {
  EXPECT_EQ(Filtered(test::Join({kReceiverReport, kPictureLoss})), kReceiverReport);
  EXPECT_EQ(Filtered(kPictureLoss), Bytes{});
  EXPECT_EQ(Filtered(kReceiverReport), kReceiverReport);
  EXPECT_EQ(Filtered(test::Join({kReceiverReport, kNack, kDescription})),
            test::Join({kReceiverReport, kDescription}));
  EXPECT_EQ(Filtered(kExtended), kExtended);
  EXPECT_EQ(Filtered(kApplication), kApplication);
  EXPECT_EQ(Filtered(test::Join({kBye, kPictureLoss})), kBye);
}

TEST(FeedbackFilter, FeedbackInFrontAndTwice) {
  EXPECT_EQ(Filtered(test::Join({kPictureLoss, kReceiverReport, kNack, kDescription, kNack})),
            test::Join({kReceiverReport, kDescription}));
  EXPECT_EQ(Filtered(test::Join({kPictureLoss, kNack})), Bytes{});
}

TEST(FeedbackFilter, WhatIsNoPacketStays) {
  Bytes tail = kReceiverReport;
  tail.push_back(7);
  EXPECT_EQ(Filtered(tail), tail);
  Bytes broken = kReceiverReport;
  broken[2] = 0xff;
  EXPECT_EQ(Filtered(broken), broken);
  EXPECT_EQ(Filtered(Bytes{}), Bytes{});
  // Trailing octets alone are not worth a datagram.
  Bytes feedback = kPictureLoss;
  feedback.push_back(7);
  EXPECT_EQ(Filtered(feedback), Bytes{});
}

}  // namespace
}  // namespace mediad::rtcp

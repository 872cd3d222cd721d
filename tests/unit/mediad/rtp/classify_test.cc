#include "mediad/rtp/classify.h"

#include <gtest/gtest.h>

#include <vector>

namespace mediad::rtp {
namespace {

PacketKind Of(std::vector<uint8_t> octets) { return Classify(octets); }

TEST(Classify, FirstOctetFollowsRfc7983) {
  EXPECT_EQ(Of({0}), PacketKind::kStun);
  EXPECT_EQ(Of({3, 0}), PacketKind::kStun);
  EXPECT_EQ(Of({4, 0}), PacketKind::kOther);
  EXPECT_EQ(Of({19, 0}), PacketKind::kOther);
  EXPECT_EQ(Of({20, 0}), PacketKind::kDtls);
  EXPECT_EQ(Of({63, 0}), PacketKind::kDtls);
  EXPECT_EQ(Of({64, 0}), PacketKind::kOther);
  EXPECT_EQ(Of({127, 0}), PacketKind::kOther);
  EXPECT_EQ(Of({128, 0}), PacketKind::kRtp);
  EXPECT_EQ(Of({191, 0}), PacketKind::kRtp);
  EXPECT_EQ(Of({192, 0}), PacketKind::kOther);
  EXPECT_EQ(Of({255, 255}), PacketKind::kOther);
}

TEST(Classify, SecondOctetTellsRtcp) {
  for (int second = 0; second < 256; ++second) {
    const PacketKind expected = second < 194 || second > 223     ? PacketKind::kRtp
                                : second >= 200 && second <= 207 ? PacketKind::kRtcp
                                                                 : PacketKind::kRtcpUnknown;
    EXPECT_EQ(Of({0x80, static_cast<uint8_t>(second)}), expected) << second;
  }
}

TEST(Classify, TooShortToTell) {
  EXPECT_EQ(Of({}), PacketKind::kOther);
  EXPECT_EQ(Of({0x80}), PacketKind::kOther);
}

}  // namespace
}  // namespace mediad::rtp

#include "mediad/rtp/egress_tracker.h"

#include <gtest/gtest.h>

#include "tests/unit/mediad/session/fixture.h"

namespace mediad::rtp {
namespace {

using session::testing::Bytes;
using session::testing::Rtp;

class EgressTrackerTest : public ::testing::Test {
 protected:
  void Send(uint16_t sequence, uint32_t ssrc = 7) {
    const Bytes packet = Rtp(0, sequence, ssrc);
    tracker_.OnPacket(*HeaderView::Parse(packet), packet.size());
  }
  const SentSource& front() const { return tracker_.sources()[0]; }

  EgressTracker tracker_;
};

TEST_F(EgressTrackerTest, CountsPerSource) {
  Send(1);
  Send(2);
  Send(1, 8);
  ASSERT_EQ(tracker_.sources().size(), 2u);
  EXPECT_EQ(front().ssrc, 8u);
  EXPECT_EQ(front().packets, 1u);
  Send(3);
  EXPECT_EQ(front().ssrc, 7u);
  EXPECT_EQ(front().packets, 3u);
  EXPECT_EQ(front().bytes, 3 * 172u);
  EXPECT_EQ(front().last_timestamp, 480u);
  EXPECT_EQ(front().highest_sequence, 3u);
}

TEST_F(EgressTrackerTest, LatePacketsDoNotTurnItBack) {
  Send(100);
  Send(99);
  EXPECT_EQ(front().highest_sequence, 100u);
  EXPECT_EQ(front().last_timestamp, 16000u);
  EXPECT_EQ(front().packets, 2u);
}

TEST_F(EgressTrackerTest, SequenceNumbersAreExtended) {
  Send(65535);
  Send(0);
  EXPECT_EQ(front().highest_sequence, 65536u);
}

TEST_F(EgressTrackerTest, RtcpAloneCountsNothing) {
  tracker_.OnRtcpAuthor(5);
  EXPECT_EQ(front().packets, 0u);
  tracker_.Undo(100);
  EXPECT_EQ(front().bytes, 0u);
  Send(9, 5);
  EXPECT_EQ(front().highest_sequence, 9u);
  tracker_.Undo(172);
  EXPECT_EQ(front().packets, 0u);
}

TEST_F(EgressTrackerTest, IsBounded) {
  for (uint32_t ssrc = 1; ssrc <= 100; ++ssrc) Send(1, ssrc);
  EXPECT_EQ(tracker_.sources().size(), EgressTracker::kMaxSources);
  EXPECT_EQ(front().ssrc, 100u);
}

}  // namespace
}  // namespace mediad::rtp

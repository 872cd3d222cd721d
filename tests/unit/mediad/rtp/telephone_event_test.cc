// Ends of telephone events: once each, whatever is lost, repeated or late.
#include "mediad/rtp/telephone_event.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "mediad/rtp/payload.h"

namespace mediad::rtp {
namespace {

using namespace std::chrono_literals;
using Bytes = std::vector<uint8_t>;

Bytes Event(uint8_t event, bool end, uint16_t duration, uint8_t volume = 10) {
  return {event, static_cast<uint8_t>((end ? 0x80 : 0) | volume), static_cast<uint8_t>(duration >> 8),
          static_cast<uint8_t>(duration)};
}

class TelephoneEventTest : public ::testing::Test {
 protected:
  // "event/duration ms/volume", or nothing.
  std::string Take(uint32_t timestamp, const Bytes& payload, uint32_t ssrc = 1, uint32_t clock_rate = 8000) {
    now_ += 20ms;
    const auto finished = reader_.OnPacket(ssrc, timestamp, payload, clock_rate, now_);
    if (!finished) return "";
    return std::to_string(finished->event) + "/" + std::to_string(finished->duration_ms) + "/" +
           std::to_string(finished->volume);
  }

  TelephoneEventReader reader_;
  std::chrono::nanoseconds now_ = 1h;
};

TEST_F(TelephoneEventTest, IsSaidWithTheFirstEndOnly) {
  EXPECT_EQ(Take(8000, Event(11, false, 160)), "");
  EXPECT_EQ(Take(8000, Event(11, false, 320)), "");
  EXPECT_EQ(Take(8000, Event(11, true, 640)), "11/80/10");
  EXPECT_EQ(Take(8000, Event(11, true, 640)), "");
  EXPECT_EQ(Take(8000, Event(11, true, 640)), "");
  EXPECT_EQ(Take(9600, Event(11, true, 800)), "11/100/10");
}

TEST_F(TelephoneEventTest, AStragglerOfTheOneBeforeIsNone) {
  EXPECT_EQ(Take(8000, Event(1, true, 800)), "1/100/10");
  EXPECT_EQ(Take(10000, Event(2, true, 800)), "2/100/10");
  EXPECT_EQ(Take(8000, Event(1, true, 800)), "");
  EXPECT_EQ(Take(8000, Event(1, true, 800), 2), "1/100/10") << "another source";
}

TEST_F(TelephoneEventTest, TimeMayBeginAgain) {
  EXPECT_EQ(Take(0xfffffff0, Event(1, true, 800)), "1/100/10");
  EXPECT_EQ(Take(0x20, Event(2, true, 800)), "2/100/10");
  EXPECT_EQ(Take(0x80000000, Event(3, true, 800)), "3/100/10");
}

TEST_F(TelephoneEventTest, ClockRateMakesMilliseconds) {
  EXPECT_EQ(Take(0, Event(5, true, 4800), 1, 48000), "5/100/10");
  EXPECT_EQ(Take(100000, Event(5, true, 800), 1, 0), "5/100/10");
}

TEST_F(TelephoneEventTest, OnlyDtmfAndOnlyWhole) {
  EXPECT_EQ(Take(0, Event(16, true, 800)), "") << "hook flash";
  EXPECT_EQ(Take(0, {1, 0x8a, 3}), "");
  EXPECT_EQ(Take(0, {}), "");
  EXPECT_EQ(Take(0, {15, 0xff, 3, 0x20, 1, 2, 3, 4}), "15/100/63") << "volume has six bits";
}

TEST_F(TelephoneEventTest, AFloodIsCounted) {
  int said = 0;
  for (uint32_t i = 0; i < 1000; ++i) {
    if (reader_.OnPacket(1, 800 * i, Event(1, true, 800), 8000, now_)) ++said;
  }
  EXPECT_GE(said, 20);
  EXPECT_LE(said, 22);
  EXPECT_EQ(reader_.TakeSuppressed(), 1000u - static_cast<unsigned>(said));
  EXPECT_EQ(reader_.TakeSuppressed(), 0u);
  now_ += 2s;
  EXPECT_EQ(Take(2'000'000, Event(4, true, 800)), "4/100/10");
}

TEST(PrimaryBlockTest, IsBehindTheRedundantOnes) {
  // One redundant block: type 101, timestamp offset, length 2 in ten bits.
  const Bytes payload = {0x80 | 101, 0x01, 0x00, 0x02, 96, 0xaa, 0xbb, 1, 2, 3};
  const auto primary = PrimaryBlock(payload);
  ASSERT_TRUE(primary);
  EXPECT_EQ(primary->payload_type, 96);
  EXPECT_EQ(Bytes(primary->octets.begin(), primary->octets.end()), (Bytes{1, 2, 3}));
  EXPECT_FALSE(PrimaryBlock(Bytes{}));
  EXPECT_FALSE(PrimaryBlock(Bytes{0x80 | 101, 0, 0}));
  EXPECT_FALSE(PrimaryBlock(Bytes{0x80 | 101, 0, 3, 0xff, 96, 1}));
  EXPECT_TRUE(PrimaryBlock(Bytes{96}));
}

}  // namespace
}  // namespace mediad::rtp

#include "mediad/session/loop_guard.h"

#include <gtest/gtest.h>

#include "tests/unit/mediad/session/fixture.h"

namespace mediad::session {
namespace {

using std::chrono::milliseconds;
using testing::Bytes;
using testing::kA;
using testing::kPortA;
using testing::Rtp;

TEST(LoopGuardTest, ThirtyEqualPacketsASecondPass) {
  LoopGuard guard;
  const Bytes packet = Rtp(0, 1, 10);
  for (int i = 0; i < 30; ++i) EXPECT_TRUE(guard.Admit(packet, milliseconds(10 * i)));
  EXPECT_FALSE(guard.Admit(packet, milliseconds(300)));
  EXPECT_FALSE(guard.Admit(packet, milliseconds(999)));
  EXPECT_TRUE(guard.Admit(packet, milliseconds(1000)));
}

TEST(LoopGuardTest, OnlyTheLeadingOctetsCount) {
  LoopGuard guard;
  Bytes packet = Rtp(0, 1, 10);
  for (int i = 0; i < 30; ++i) {
    packet[28] = static_cast<uint8_t>(i);
    EXPECT_TRUE(guard.Admit(packet, milliseconds(1)));
  }
  packet[28] = 0xff;
  EXPECT_FALSE(guard.Admit(packet, milliseconds(1)));
  packet[27] = 0xff;
  EXPECT_TRUE(guard.Admit(packet, milliseconds(1)));
}

TEST(LoopGuardTest, AStreamIsNoLoop) {
  LoopGuard guard;
  for (uint16_t i = 0; i < 2000; ++i) EXPECT_TRUE(guard.Admit(Rtp(0, i, 10), milliseconds(i / 2)));
}

TEST(LoopGuardTest, ShortPacketsToo) {
  LoopGuard guard;
  for (int i = 0; i < 30; ++i) EXPECT_TRUE(guard.Admit(Bytes(), milliseconds(1)));
  EXPECT_FALSE(guard.Admit(Bytes(), milliseconds(1)));
  EXPECT_TRUE(guard.Admit(Bytes{0}, milliseconds(1)));
}

TEST(LoopGuardTest, InASessionItConcernsOurOwnAddresses) {
  for (const bool own : {true, false}) {
    testing::Call call;
    call.Signal();
    const char* source = own ? "203.0.113.1:31000" : "198.51.100.1:4000";
    for (int i = 0; i < 30; ++i) {
      EXPECT_EQ(call.Send(kPortA, source, Rtp(0, 1, 10)), Drop::kNone);
    }
    EXPECT_EQ(call.Send(kPortA, source, Rtp(0, 1, 10)), own ? Drop::kLoop : Drop::kNone);
    EXPECT_EQ(call.Stream(kA, false).ingress.packets, 31u);
  }
}

}  // namespace
}  // namespace mediad::session

// Who may start a handshake, in virtual time.
#include "mediad/dtls/handshake_budget.h"

#include <gtest/gtest.h>

namespace mediad::dtls {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

base::IpAddress At(const char* text) { return *base::IpAddress::Parse(text); }
base::IpAddress Numbered(unsigned n) {
  return base::IpAddress::V4(
      {10, static_cast<uint8_t>(n >> 16), static_cast<uint8_t>(n >> 8), static_cast<uint8_t>(n)});
}

int TakeAll(HandshakeBudget& budget, const base::IpAddress& source, nanoseconds now) {
  int taken = 0;
  while (taken < 1000 && budget.Take(source, now)) ++taken;
  return taken;
}

TEST(HandshakeBudget, GivesABurstAndThenARate) {
  HandshakeBudget budget({.burst = 5, .per_second = 2});
  const nanoseconds start = seconds(100);
  EXPECT_EQ(TakeAll(budget, At("192.0.2.1"), start), 5);
  EXPECT_EQ(TakeAll(budget, At("192.0.2.1"), start + milliseconds(499)), 0);
  EXPECT_EQ(TakeAll(budget, At("192.0.2.1"), start + milliseconds(501)), 1);
  EXPECT_EQ(TakeAll(budget, At("192.0.2.1"), start + seconds(1000)), 5);
}

TEST(HandshakeBudget, SourcesDoNotTakeFromEachOther) {
  HandshakeBudget budget({.burst = 3, .per_second = 1});
  EXPECT_EQ(TakeAll(budget, At("192.0.2.1"), seconds(1)), 3);
  EXPECT_EQ(TakeAll(budget, At("192.0.2.2"), seconds(1)), 3);
  EXPECT_EQ(TakeAll(budget, At("2001:db8::1"), seconds(1)), 3);
  EXPECT_EQ(TakeAll(budget, At("2001:db8::ffff"), seconds(1)), 0);  // the same /64
  EXPECT_EQ(TakeAll(budget, At("2001:db8:0:1::1"), seconds(1)), 3);
}

TEST(HandshakeBudget, ForgetsTheOneHeardOfLeastRecently) {
  HandshakeBudget budget({.burst = 2, .per_second = 1}, 100);
  const base::IpAddress regular = At("192.0.2.1");
  EXPECT_EQ(TakeAll(budget, regular, seconds(1)), 2);
  for (unsigned i = 0; i < 10'000; ++i) {
    EXPECT_TRUE(budget.Take(Numbered(i), seconds(1)));
    if (i % 50 == 0) {
      EXPECT_FALSE(budget.Take(regular, seconds(1))) << i;
    }
  }
  EXPECT_EQ(budget.sources(), 100u);
  EXPECT_EQ(TakeAll(budget, Numbered(9'999), seconds(1)), 1);  // still known
  EXPECT_EQ(TakeAll(budget, Numbered(0), seconds(1)), 2);      // forgotten
}

TEST(TokenBucket, ServesACallAsWell) {
  const BucketOptions options{.burst = 2, .per_second = 1};
  TokenBucket bucket(options);
  EXPECT_TRUE(bucket.Take(options, seconds(5)));
  EXPECT_TRUE(bucket.Take(options, seconds(5)));
  EXPECT_FALSE(bucket.Take(options, seconds(5)));
  EXPECT_FALSE(bucket.Take(options, seconds(4)));  // time never takes tokens away
  EXPECT_TRUE(bucket.Take(options, seconds(6)));
}

}  // namespace
}  // namespace mediad::dtls

// How long a thread looks before it sleeps.
#include "proto/runtime/adaptive_poll.h"

#include <gtest/gtest.h>

namespace runtime {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

TEST(AdaptivePoll, SleepsAtOnceUntilASleepWasShort) {
  AdaptivePoll poll;
  EXPECT_EQ(poll.span(), AdaptivePoll::Span(0));
  poll.OnWork(milliseconds(20));
  EXPECT_EQ(poll.span(), AdaptivePoll::Span(0));
  poll.OnWork(microseconds(49));
  EXPECT_EQ(poll.span(), AdaptivePoll::kShortest);
}

TEST(AdaptivePoll, GrowsWhileWorkComesSoonUpToTheLongest) {
  AdaptivePoll poll;
  for (int i = 0; i < 2; ++i) poll.OnWork(microseconds(1));
  EXPECT_EQ(poll.span(), 2 * AdaptivePoll::kShortest);
  for (int i = 0; i < 100; ++i) poll.OnWork(AdaptivePoll::kLongest);
  EXPECT_EQ(poll.span(), AdaptivePoll::kLongest);
}

// What a load that has ended leaves behind: a few vain looks, not one more for every message.
TEST(AdaptivePoll, LooksNoMoreAfterAFewLongSleeps) {
  AdaptivePoll poll;
  for (int i = 0; i < 100; ++i) poll.OnWork(microseconds(10));
  int vain = 0;
  for (; poll.span() > AdaptivePoll::Span(0); ++vain) poll.OnWork(microseconds(51));
  EXPECT_EQ(vain, 4);
}

}  // namespace
}  // namespace runtime

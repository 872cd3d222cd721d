// A server that is away, slow, or leaves in the middle of a message: on a virtual clock.
#include "proto/export/stream_queue.h"

#include <gtest/gtest.h>

namespace exporting {
namespace {

using Action = StreamQueue::Action;
using namespace std::chrono_literals;

class StreamQueueTest : public ::testing::Test {
 protected:
  StreamQueueTest() : queue_({10, 30s, 10s}) {}
  void Connect() {
    ASSERT_EQ(queue_.Step(now_), Action::kConnect);
    queue_.OnConnecting(now_);
    queue_.OnConnected(now_);
  }

  StreamQueue queue_;
  StreamQueue::Time now_ = 1000s;
};

TEST_F(StreamQueueTest, SendsInOrderOnceConnected) {
  EXPECT_TRUE(queue_.Push("abc", now_));
  EXPECT_TRUE(queue_.Push("de", now_));
  Connect();
  ASSERT_EQ(queue_.Step(now_), Action::kWrite);
  EXPECT_EQ(queue_.unsent(), "abc");
  EXPECT_EQ(queue_.OnWritten(3, now_), 1u);
  ASSERT_EQ(queue_.Step(now_), Action::kWrite);
  EXPECT_EQ(queue_.unsent(), "de");
  EXPECT_EQ(queue_.OnWritten(2, now_), 1u);
  EXPECT_EQ(queue_.Step(now_), Action::kWait);
  EXPECT_EQ(queue_.next_deadline(), StreamQueue::Time::max());
  EXPECT_EQ(queue_.octets(), 0u);
}

TEST_F(StreamQueueTest, RefusesWhatDoesNotFitAndKeepsTheOldest) {
  EXPECT_TRUE(queue_.Push("12345678", now_));
  EXPECT_FALSE(queue_.Push("abc", now_));
  EXPECT_TRUE(queue_.Push("ab", now_));
  EXPECT_FALSE(queue_.Push("c", now_));
  EXPECT_EQ(queue_.octets(), 10u);
}

TEST_F(StreamQueueTest, TriesAgainAfterAWhile) {
  ASSERT_EQ(queue_.Step(now_), Action::kConnect);
  queue_.OnBroken(now_);
  EXPECT_EQ(queue_.Step(now_ + 29s), Action::kWait);
  EXPECT_EQ(queue_.next_deadline(), now_ + 30s);
  EXPECT_EQ(queue_.Step(now_ + 30s), Action::kConnect);
}

TEST_F(StreamQueueTest, GivesUpAnAttemptThatTakesTooLong) {
  queue_.OnConnecting(now_);
  EXPECT_EQ(queue_.Step(now_ + 9s), Action::kWait);
  EXPECT_EQ(queue_.next_deadline(), now_ + 10s);
  EXPECT_EQ(queue_.Step(now_ + 10s), Action::kGiveUp);
}

TEST_F(StreamQueueTest, GivesUpAServerThatDoesNotRead) {
  Connect();
  now_ += 3600s;  // nothing to send is not being slow
  queue_.Push("abcdef", now_);
  EXPECT_EQ(queue_.OnWritten(2, now_), 0u);
  EXPECT_EQ(queue_.Step(now_ + 9s), Action::kWait);
  queue_.OnWritable();
  EXPECT_EQ(queue_.unsent(), "cdef");
  EXPECT_EQ(queue_.OnWritten(0, now_ + 9s), 0u);
  EXPECT_EQ(queue_.Step(now_ + 9s), Action::kWait);
  EXPECT_EQ(queue_.Step(now_ + 10s), Action::kGiveUp);
}

TEST_F(StreamQueueTest, SendsACutMessageAgainFromItsBeginning) {
  Connect();
  queue_.Push("abcdef", now_);
  queue_.OnWritten(4, now_);
  queue_.OnBroken(now_);
  now_ += 30s;
  Connect();
  ASSERT_EQ(queue_.Step(now_), Action::kWrite);
  EXPECT_EQ(queue_.unsent(), "abcdef");
  EXPECT_EQ(queue_.OnWritten(6, now_), 1u);
}

}  // namespace
}  // namespace exporting

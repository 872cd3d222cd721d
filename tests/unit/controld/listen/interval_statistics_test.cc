// Statistics per interval, on a virtual clock.
#include "controld/listen/interval_statistics.h"

#include <gtest/gtest.h>

namespace controld::listen {
namespace {

using namespace std::chrono_literals;
using ng::Command;

class IntervalTest : public ::testing::Test {
 protected:
  const CommandInterval& Of(Command command) {
    last_ = sampler_.last();
    return last_.commands[static_cast<size_t>(command)];
  }
  // Advances in steps of 100 ms; how many intervals ended.
  int Pass(std::chrono::milliseconds time) {
    int ended = 0;
    for (; time > 0ms; time -= 100ms) {
      now_ += 100ms;
      ended += sampler_.Tick(now_) ? 1 : 0;
    }
    return ended;
  }

  CommandTimes times_;
  call::Counters calls_;
  std::chrono::nanoseconds now_ = 1h;
  IntervalSampler sampler_{times_, calls_, 2s, now_};
  IntervalStatistics last_;
};

TEST_F(IntervalTest, TimesAndRatesOfCommands) {
  for (const auto took : {2ms, 4ms, 9ms}) times_.Count(Command::kOffer, took);
  EXPECT_EQ(Pass(1s), 0);
  times_.Count(Command::kOffer, 1ms);
  EXPECT_EQ(Pass(1s), 1);
  EXPECT_DOUBLE_EQ(Of(Command::kOffer).least_s, 0.001);
  EXPECT_DOUBLE_EQ(Of(Command::kOffer).most_s, 0.009);
  EXPECT_DOUBLE_EQ(Of(Command::kOffer).average_s, 0.004);
  EXPECT_EQ(Of(Command::kOffer).least_rate, 1u);
  EXPECT_EQ(Of(Command::kOffer).most_rate, 3u);
  EXPECT_EQ(Of(Command::kOffer).average_rate, 2u);
  EXPECT_EQ(Of(Command::kAnswer).most_s, 0);
  // The next one begins with nothing; the sum goes on.
  EXPECT_EQ(Pass(2s), 1);
  EXPECT_EQ(Of(Command::kOffer).most_s, 0);
  EXPECT_EQ(Of(Command::kOffer).most_rate, 0u);
  EXPECT_EQ(times_.count(static_cast<size_t>(Command::kOffer)), 4u);
}

TEST_F(IntervalTest, CallsAndTheTimeTheyTook) {
  calls_.calls = 1;
  Pass(500ms);
  calls_.calls = 3;
  Pass(1s);
  calls_.calls = 2;
  EXPECT_EQ(Pass(500ms), 1);
  const IntervalStatistics last = sampler_.last();
  EXPECT_NEAR(last.call_seconds, 0.5 + 3 + 1, 1e-9);
  EXPECT_EQ(last.least_calls, 0);
  EXPECT_EQ(last.most_calls, 3);
  EXPECT_EQ(Pass(2s), 1);
  EXPECT_EQ(sampler_.last().least_calls, 2);
  EXPECT_EQ(sampler_.last().most_calls, 2);
}

}  // namespace
}  // namespace controld::listen

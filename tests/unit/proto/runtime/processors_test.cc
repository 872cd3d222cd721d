// On which processors threads are kept, for what is seen of them; and that a real process' threads
// are.
#include "proto/runtime/processors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>

#include <future>
#include <thread>

#include "proto/runtime/processor_policy.h"

namespace runtime {
namespace {

using testing::ElementsAre;
using Measure = ProcessorPolicy::Measure;

const std::set<int> kFour = {0, 2, 4, 6};

Measure Own(double own) { return {own, {{0, 0.5}, {2, 0.6}, {4, 0.9}, {6, 0.7}}}; }

TEST(ProcessorPolicyTest, BeginsWhereItIs) {
  EXPECT_THAT(ProcessorPolicy(kFour, 4).use(), ElementsAre(4));
  EXPECT_THAT(ProcessorPolicy(kFour, 5).use(), ElementsAre(0));  // moved out of the frame meanwhile
}

TEST(ProcessorPolicyTest, StaysWhileOneIsEnough) {
  ProcessorPolicy policy(kFour, 2);
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(policy.Look(Own(0.91)));
  EXPECT_THAT(policy.use(), ElementsAre(2));
}

TEST(ProcessorPolicyTest, SpreadsOnceOneIsFull) {
  ProcessorPolicy policy(kFour, 2);
  EXPECT_TRUE(policy.Look(Own(0.95)));
  EXPECT_EQ(policy.use(), kFour);
  EXPECT_FALSE(policy.Look(Own(2.5)));
}

TEST(ProcessorPolicyTest, ComesTogetherAfterCalmLooksInARowWhereMostIsIdle) {
  ProcessorPolicy policy(kFour, 2);
  policy.Look(Own(1));
  EXPECT_FALSE(policy.Look(Own(0.5)));
  EXPECT_FALSE(policy.Look(Own(0.5)));
  EXPECT_FALSE(policy.Look(Own(0.8)));  // not calm: from the beginning
  EXPECT_FALSE(policy.Look(Own(0.5)));
  EXPECT_FALSE(policy.Look(Own(0.5)));
  EXPECT_TRUE(policy.Look(Own(0.5)));
  EXPECT_THAT(policy.use(), ElementsAre(4));
}

TEST(ProcessorPolicyTest, LeavesAProcessorThatOthersFillButNotEveryLook) {
  ProcessorPolicy policy(kFour, 2);
  const Measure crowded{0.3, {{0, 0.2}, {2, 0.01}, {4, 0.4}, {6, 0.1}}};
  EXPECT_TRUE(policy.Look(crowded));
  EXPECT_THAT(policy.use(), ElementsAre(4));
  const Measure again{0.3, {{0, 0.6}, {2, 0.5}, {4, 0.01}, {6, 0.1}}};
  for (int i = 0; i < 4; ++i) EXPECT_FALSE(policy.Look(again)) << i;
  EXPECT_TRUE(policy.Look(again));
  EXPECT_THAT(policy.use(), ElementsAre(0));
}

TEST(ProcessorPolicyTest, StaysWhereItIsFullOfUsOrFullEverywhere) {
  ProcessorPolicy policy(kFour, 2);
  EXPECT_FALSE(policy.Look({0.85, {{0, 0.9}, {2, 0.01}, {4, 0.9}, {6, 0.9}}}));
  EXPECT_FALSE(policy.Look({0.3, {{0, 0.1}, {2, 0.01}, {4, 0.2}, {6, 0.2}}}));
}

TEST(ProcessorPolicyTest, OneProcessorLeavesNothingToDecide) {
  ProcessorPolicy policy({3}, 3);
  EXPECT_FALSE(policy.Look({5, {{3, 0}}}));
  EXPECT_THAT(policy.use(), ElementsAre(3));
}

int Count() {
  cpu_set_t set;
  return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : -1;
}

TEST(ProcessorsTest, BringTogetherAllThreadsOfTheProcess) {
  if (Count() < 2) GTEST_SKIP() << "there is one processor only";
  cpu_set_t before;
  ASSERT_EQ(sched_getaffinity(0, sizeof before, &before), 0);
  std::promise<void> go;
  std::future<int> other = std::async(std::launch::async, [&] {
    go.get_future().wait();
    return Count();
  });
  Processors processors;
  EXPECT_EQ(processors.use().size(), 1u);
  EXPECT_EQ(Count(), 1);
  go.set_value();
  EXPECT_EQ(other.get(), 1);
  EXPECT_EQ(std::async(std::launch::async, Count).get(), 1);  // and who comes later
  processors.Look();
  ASSERT_EQ(sched_setaffinity(0, sizeof before, &before), 0);  // this process has other tests
}

}  // namespace
}  // namespace runtime

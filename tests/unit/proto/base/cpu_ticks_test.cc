// The lines of /proc/stat about processors, and what is not one.
#include "proto/base/cpu_ticks.h"

#include <gtest/gtest.h>

namespace base {
namespace {

TEST(CpuTicksTest, AreThoseOfAllAndOfEach) {
  const auto ticks = ParseCpuTicks(
      "cpu  100 20 30 800 50 1 2 3 7 7\n"
      "cpu0 10 0 10 60 3 0 1 1 9 9\n"
      "cpu12 1 2 3 4 5\n"
      "intr 1 2 3 4 5\n");
  ASSERT_EQ(ticks.size(), 3u);
  EXPECT_EQ(ticks.at(kAllCpus).total, 1006u);  // guest time is part of user time
  EXPECT_EQ(ticks.at(kAllCpus).idle, 850u);
  EXPECT_EQ(ticks.at(0).total, 85u);
  EXPECT_EQ(ticks.at(0).idle, 63u);
  EXPECT_EQ(ticks.at(12).total, 15u);
  EXPECT_EQ(ticks.at(12).idle, 9u);
}

TEST(CpuTicksTest, OtherTextsArePassedOver) {
  for (const char* text : {"", "\n", "cpu", "cpu 1 2 3", "cpux 1 2 3 4 5", "cpu-2 1 2 3 4 5",
                           "cpu a b c d e", "intr 1 2 3 4 5", "cpu -1 2 3 4 5"}) {
    EXPECT_TRUE(ParseCpuTicks(text).empty()) << text;
  }
}

}  // namespace
}  // namespace base

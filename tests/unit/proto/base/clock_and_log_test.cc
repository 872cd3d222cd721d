// Clocks, random numbers, and the door to the log.
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "proto/base/clock.h"
#include "proto/base/log.h"
#include "proto/base/text.h"

namespace base {
namespace {

TEST(ClockTest, MonotonicAdvancesAndRealTimeIsThisCentury) {
  const Now first = ReadClocks();
  const Now second = ReadClocks();
  EXPECT_LE(first.monotonic, second.monotonic);
  EXPECT_GT(first.unix_s(), 1'700'000'000);
  EXPECT_EQ(first.unix_s(), first.unix_us / 1'000'000);
}

TEST(RandomTest, ManyDrawsAcrossBlocksAreAllDifferent) {
  SystemRandom random;
  std::set<uint64_t> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(random.Next());
  EXPECT_EQ(seen.size(), 1000u);
}

class LogTest : public testing::Test {
 protected:
  void SetUp() override {
    log::SetSink([this](log::Severity, log::Subsystem subsystem, const log::Context& context,
                        std::string_view text) {
      lines_.push_back(StrCat(log::SubsystemName(subsystem), "|", context.call_id, "|", text));
    });
  }
  void TearDown() override { log::SetSink(nullptr); }
  std::vector<std::string> lines_;
};

TEST_F(LogTest, LinesBelowTheLevelAreDropped) {
  const std::string_view view = "view";
  log::Log(log::Severity::kInfo, log::Subsystem::kCore, {.call_id = "c"}, "a ", 1, " ", view);
  log::Log(log::Severity::kDebug, log::Subsystem::kCore, {}, "not seen");
  log::Log(log::Severity::kEmergency, log::Subsystem::kInternals, {}, "off");
  EXPECT_EQ(lines_, std::vector<std::string>{"core|c|a 1 view"});
}

TEST_F(LogTest, OfAFollowedCallEveryLineIsWritten) {
  const auto log_both = [] {
    log::Log(log::Severity::kDebug, log::Subsystem::kCore, {.call_id = "c"}, "detail");
    log::Log(log::Severity::kDebug, log::Subsystem::kCore, {.call_id = "d"}, "not seen");
    log::Log(log::Severity::kDebug, log::Subsystem::kInternals, {.call_id = "c"}, "off");
  };
  log_both();
  EXPECT_TRUE(lines_.empty());
  {
    log::Following command("c");
    log::Following call("c");
    command = log::Following();
    log_both();
    EXPECT_TRUE(static_cast<bool>(call));
    log::Following moved(std::move(call));
    EXPECT_FALSE(static_cast<bool>(call));
  }
  EXPECT_EQ(lines_, std::vector<std::string>{"core|c|detail"});
  log_both();
  EXPECT_EQ(lines_.size(), 1u);
  EXPECT_EQ(log::g_followed.load(), 0u);
}

TEST_F(LogTest, SubsystemNames) {
  EXPECT_EQ(log::SubsystemName(log::Subsystem::kInternals), "internals");
  EXPECT_EQ(log::SubsystemName(log::Subsystem::kDtx), "dtx");
  EXPECT_EQ(log::SubsystemName(log::Subsystem::kCount), "unknown");
}

TEST(TextTest, Helpers) {
  EXPECT_EQ(Trim(" \t a b\r\n"), "a b");
  EXPECT_EQ(Trim("  "), "");
  EXPECT_TRUE(EqualsIgnoreCase("G.107", "g.107"));
  EXPECT_FALSE(EqualsIgnoreCase("a", "ab"));
  EXPECT_FALSE(EqualsIgnoreCase("a", "b"));
  EXPECT_EQ(StrCat("a", 'b', std::string_view("c"), 4), "abc4");
}

}  // namespace
}  // namespace base

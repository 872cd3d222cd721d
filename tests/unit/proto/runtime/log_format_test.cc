// Log lines as operators grep them (config.md §6).
#include "proto/runtime/log_format.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace runtime {
namespace {

using base::log::Context;
using base::log::Severity;
using base::log::Subsystem;
using testing::ElementsAre;

std::string Line(const Context& context, std::string_view text, const LogFormat& format = {}) {
  const auto lines = FormatLines(Severity::kInfo, Subsystem::kCore, context, text, format);
  return lines.size() == 1 ? lines[0] : "several lines";
}

TEST(LogFormatTest, DefaultContexts) {
  EXPECT_EQ(Line({}, "Startup"), "INFO: [core] Startup");
  EXPECT_EQ(Line({.call_id = "abc@host"}, "Creating new call"),
            "INFO: [abc@host]: [core] Creating new call");
  EXPECT_EQ(Line({.call_id = "c", .tag = "t", .media_index = 1}, "x"), "INFO: [c/t/1]: [core] x");
  EXPECT_EQ(Line({.call_id = "c", .tag = "t", .media_index = 1, .port = 30072, .packet = true}, "x"),
            "INFO: [c/t/1 port 30072]: [core] x");
  EXPECT_EQ(Line({.call_id = "c", .port = 999}, "x"), "INFO: [c port   999]: [core] x");
  EXPECT_EQ(Line({.port = 30000, .packet = true}, "x"), "INFO: [no call, port 30000]: [core] x");
}

TEST(LogFormatTest, ParsableContexts) {
  LogFormat format;
  format.parsable = true;
  EXPECT_EQ(Line({}, "x", format), "INFO: [core] x");
  EXPECT_EQ(Line({.call_id = "feat-call@golden"}, "x", format),
            "INFO: [ID=\"feat-call@golden\"]: [core] x");
  EXPECT_EQ(Line({.call_id = "c", .tag = "t", .media_index = 1, .port = 30280}, "x", format),
            "INFO: [ID=\"c\" tag=\"t\" index=\"1\" port=\"30280\"]: [core] x");
}

TEST(LogFormatTest, Severities) {
  EXPECT_EQ(FormatLines(Severity::kError, Subsystem::kControl, {}, "x", {})[0], "ERR: [control] x");
  EXPECT_STREQ(SeverityName(Severity::kEmergency), "EMERG");
  EXPECT_STREQ(SeverityName(Severity::kDebug), "DEBUG");
}

TEST(LogFormatTest, MarksSurroundCallIdsAndTags) {
  LogFormat format;
  format.mark_prefix = "<<";
  format.mark_suffix = ">>";
  EXPECT_EQ(Line({.call_id = "l1@golden"}, "x", format), "INFO: [<<l1@golden>>]: [core] x");
  EXPECT_EQ(Line({.call_id = "c", .tag = "t", .media_index = 2}, "x", format),
            "INFO: [<<c>>/<<t>>/2]: [core] x");
}

// The limit counts "[subsystem] text", as the reference does (a recorded line, 120 octets).
TEST(LogFormatTest, LongLinesAreCutAndGoOn) {
  LogFormat format;
  format.max_line_length = 120;
  const std::string text =
      "Protocol error in packet from 127.0.0.1:56141: Parallel session limit reached "
      "[<<d7:command5:offer7:call-id9:l2@golden8:from-tag1:a3:sdp218:v=0";
  EXPECT_THAT(
      FormatLines(Severity::kWarning, Subsystem::kControl, {.call_id = "l2@golden"}, text, format),
      ElementsAre("WARNING: [l2@golden]: [control] Protocol error in packet from 127.0.0.1:56141: "
                  "Parallel session limit reached [<<d7:command5:offer7:call-id9:l ...",
                  "WARNING: [l2@golden]: ... 2@golden8:from-tag1:a3:sdp218:v=0"));
  format.max_line_length = 0;
  EXPECT_EQ(FormatLines(Severity::kInfo, Subsystem::kCore, {}, std::string(9000, 'x'), format).size(),
            1u);
  format.max_line_length = -1;
  EXPECT_EQ(FormatLines(Severity::kInfo, Subsystem::kCore, {}, std::string(9000, 'x'), format).size(),
            1u);
}

TEST(LogFormatTest, SplitLogsWritesALineForEach) {
  LogFormat format;
  format.split_lines = true;
  EXPECT_THAT(FormatLines(Severity::kInfo, Subsystem::kCore, {}, "v=0\r\n\r\no=-\r\ns=x", format),
              ElementsAre("INFO: [core] v=0 ...", "INFO: ... o=- ...", "INFO: ... s=x"));
  EXPECT_THAT(FormatLines(Severity::kInfo, Subsystem::kCore, {}, "", format),
              ElementsAre("INFO: [core] "));
}

TEST(LogFormatTest, NothingFromTheNetworkStartsALine) {
  EXPECT_EQ(Line({.call_id = "a\nINFO: [core] forged"}, "b\r\nc\x1b[2J\x7f\t"),
            "INFO: [a\\nINFO: [core] forged]: [core] b\\r\\nc\\x1b[2J\\x7f ");
  EXPECT_EQ(Line({.call_id = std::string(5000, 'i')}, "x").size(), 1024 + 18u);
}

TEST(LogFormatTest, Timestamps) {
  EXPECT_EQ(FormatTimestamp(1795335819'987306), "[1795335819.987306] ");
  EXPECT_EQ(FormatTimestamp(1'000'005), "[1.000005] ");
}

TEST(RepeatLimitTest, OnceInFifteenSeconds) {
  using std::chrono::seconds;
  RepeatLimit limit;
  EXPECT_TRUE(limit.Allow("a", seconds(100)));
  EXPECT_FALSE(limit.Allow("a", seconds(100)));
  EXPECT_TRUE(limit.Allow("b", seconds(101)));
  EXPECT_FALSE(limit.Allow("a", seconds(114)));
  EXPECT_TRUE(limit.Allow("a", seconds(115)));
  EXPECT_FALSE(limit.Allow("a", seconds(129)));
}

TEST(RepeatLimitTest, AFloodOfDifferentLinesKeepsMemoryBounded) {
  RepeatLimit limit;
  for (int i = 0; i < 100'000; ++i) {
    EXPECT_TRUE(limit.Allow("line " + std::to_string(i), std::chrono::seconds(1)));
  }
  EXPECT_FALSE(limit.Allow("line 99999", std::chrono::seconds(1)));
}

}  // namespace
}  // namespace runtime

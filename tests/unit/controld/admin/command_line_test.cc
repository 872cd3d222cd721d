// Admin command lines: what is understood, and what is said about the rest.
#include "controld/admin/command_line.h"

#include <gtest/gtest.h>

namespace controld::admin {
namespace {

CommandLine Parse(std::string_view line) { return ParseCommandLine(line); }

TEST(AdminCommandLineTest, WhatIsWrongIsSaidInTheTextsOfScripts) {
  EXPECT_EQ(Parse("bogus x").answer, "Unknown command: bogus\n");
  EXPECT_EQ(Parse("").answer, "Unknown command: \n");
  EXPECT_EQ(Parse(" list timeout").answer, "Unknown command: \n");
  EXPECT_EQ(Parse("LIST timeout").answer, "Unknown command: LIST\n");
  EXPECT_EQ(Parse("list bogus").answer, "Unknown command: bogus\n");
  EXPECT_EQ(Parse("set bogus 1").answer, "Unknown command: bogus\n");
  for (const char* line : {"list", "get", "set", "terminate", "list sessions", "set loglevel",
                           "set loglevel core", "list \r\n"}) {
    EXPECT_EQ(Parse(line).answer, "More parameters required.\n") << line;
  }
}

TEST(AdminCommandLineTest, Commands) {
  EXPECT_EQ(Parse("usage\n").verb, Verb::kUsage);
  EXPECT_EQ(Parse("list numsessions\r\n").verb, Verb::kListSessionCount);
  EXPECT_EQ(Parse("get sessions all").verb, Verb::kListSessions);
  EXPECT_EQ(Parse("list sessions recording").argument, "recording");
  EXPECT_EQ(Parse("list sessions a@b more").verb, Verb::kListSession);
  EXPECT_EQ(Parse("list sessions a@b more").argument, "a@b");
  EXPECT_EQ(Parse("terminate own").verb, Verb::kTerminateAll);
  EXPECT_EQ(Parse("terminate recording").verb, Verb::kTerminate);
  EXPECT_EQ(Parse("list loglevel").verb, Verb::kListLogLevel);
  EXPECT_EQ(Parse("list loglevel core").argument, "core");
  EXPECT_EQ(Parse("set loglevel 6").value, "6");
  EXPECT_EQ(Parse("set loglevel 6").argument, "");
  EXPECT_EQ(Parse("set loglevel core 7").argument, "core");
  EXPECT_EQ(Parse("set loglevel core 7").value, "7");
}

TEST(AdminCommandLineTest, Parameters) {
  Parameters p;
  p.timeout_s = 60;
  p.max_bandwidth = 5;
  EXPECT_EQ(Parse("list timeout").verb, Verb::kListParameter);
  EXPECT_EQ(ParameterText("timeout", p), "TIMEOUT=60\n");
  EXPECT_EQ(ParameterText("maxsessions", p), "Maximum sessions configured on rtpengine: -1\n");
  EXPECT_EQ(ParameterText("maxcpu", p), "Maximum CPU usage configured on rtpengine: 0.0\n");
  EXPECT_EQ(ParameterText("maxload", p), "Maximum load average configured on rtpengine: 0.00\n");
  EXPECT_EQ(ParameterText("maxbw", p), "Maximum bandwidth configured on rtpengine: 5\n");
  EXPECT_EQ(ParameterText("controltos", p), "0\n");
  EXPECT_EQ(ParameterText("bogus", p), "");
}

TEST(AdminCommandLineTest, UsageNamesEveryCommand) {
  for (const char* word : {"numsessions", "sessions", "maxsessions", "maxcpu", "maxload", "maxbw",
                           "timeout", "silenttimeout", "offertimeout", "finaltimeout", "loglevels",
                           "loglevel", "controltos", "deletedelay", "terminate", "set"}) {
    EXPECT_NE(Usage().find(word), Usage().npos) << word;
  }
}

}  // namespace
}  // namespace controld::admin

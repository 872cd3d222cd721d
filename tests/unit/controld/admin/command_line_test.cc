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
  for (const char* line :
       {"list", "get", "set", "terminate", "params", "call", "media", "media list", "list sessions",
        "set loglevel", "set loglevel core", "set timeout", "list \r\n"}) {
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

TEST(AdminCommandLineTest, ParametersAndStatistics) {
  EXPECT_EQ(Parse("list timeout").verb, Verb::kListParameter);
  EXPECT_EQ(Parse("set timeout 5 more").verb, Verb::kSetParameter);
  EXPECT_EQ(Parse("set timeout 5 more").argument, "timeout");
  EXPECT_EQ(Parse("set timeout 5 more").value, "5");
  EXPECT_EQ(Parse("list totals").verb, Verb::kListTotals);
  EXPECT_EQ(Parse("list counters").verb, Verb::kListCounters);
  EXPECT_EQ(Parse("get interfaces").verb, Verb::kListInterfaces);
  EXPECT_EQ(Parse("list jsonstats").verb, Verb::kListJsonStatistics);
  EXPECT_EQ(Parse("list transcoders").answer, "No stats entries\n");
  EXPECT_EQ(Parse("params start").verb, Verb::kParametersAtStart);
  EXPECT_EQ(Parse("params revert").verb, Verb::kParametersRevert);
  EXPECT_EQ(Parse("params bogus").answer, "Unknown command: bogus\n");
}

TEST(AdminCommandLineTest, Calls) {
  EXPECT_EQ(Parse("call a@b").verb, Verb::kCallMissing);
  EXPECT_EQ(Parse("call a@b info").verb, Verb::kCallInfo);
  EXPECT_EQ(Parse("call a@b terminate").verb, Verb::kCallTerminate);
  EXPECT_EQ(Parse("call a@b tag").verb, Verb::kCallMissing);
  EXPECT_EQ(Parse("call a@b tag x").verb, Verb::kCallMissing);
  EXPECT_EQ(Parse("call a@b tag x info").verb, Verb::kCallParty);
  EXPECT_EQ(Parse("call a@b tag x info").value, "x");
  EXPECT_EQ(Parse("call a@b bogus").verb, Verb::kCallDetail);
  EXPECT_EQ(Parse("call a@b bogus").answer, "Unknown command: bogus\n");
  EXPECT_EQ(Parse("debug a@b on").verb, Verb::kDebug);
  EXPECT_EQ(Parse("debug a@b on").value, "on");
  EXPECT_EQ(Parse("debug a@b").value, "on");
  EXPECT_EQ(Parse("debug a@b off").value, "off");
  EXPECT_EQ(Parse("debug a@b maybe").answer, "Unknown command: maybe\n");
  EXPECT_EQ(Parse("debug").answer, "No call ID specified\n");
  EXPECT_EQ(Parse("call a@b debug").verb, Verb::kCallMissing);
  EXPECT_EQ(Parse("call a@b debug off").verb, Verb::kCallDebug);
  EXPECT_EQ(Parse("call a@b debug off").value, "off");
  EXPECT_EQ(Parse("call a@b debug maybe").answer, "Unknown command: maybe\n");
}

// What this build cannot do is said; a script never takes silence for success.
TEST(AdminCommandLineTest, WhatIsNotThereIsSaid) {
  for (const char* line : {"list redisallowederrors", "list rediscmdtimeout", "set redisdisable 1",
                           "set redisconnecttimeout 5", "standby", "media list files",
                           "media evict dbs", "set maxopenfiles 70000"}) {
    const CommandLine command = Parse(line);
    EXPECT_EQ(command.verb, Verb::kAnswered) << line;
    EXPECT_TRUE(command.answer.find("not supported") != command.answer.npos ||
                command.answer.find("Fail") == 0)
        << line << ": " << command.answer;
  }
  for (const char* line : {"kslist", "ksadd 7", "ksrm 7"}) {
    EXPECT_EQ(Parse(line).answer, "Keyspace notification feature has not been configured.\n")
        << line;
  }
  for (const char* line : {"call a tag x delay 50", "call a tag x detect-dtmf 1"}) {
    EXPECT_EQ(Parse(line).verb, Verb::kCallDetail) << line;
    EXPECT_NE(Parse(line).answer.find("not supported"), std::string::npos) << line;
  }
}

TEST(AdminCommandLineTest, UsageNamesEveryCommand) {
  for (const char* word :
       {"numsessions", "sessions",      "maxsessions",  "maxcpu",       "maxload",   "maxbw",
        "timeout",     "silenttimeout", "offertimeout", "finaltimeout", "loglevels", "loglevel",
        "controltos",  "deletedelay",   "terminate",    "set",          "totals",    "counters",
        "interfaces",  "jsonstats",     "params",       "active",       "call",      "debug"}) {
    EXPECT_NE(Usage().find(word), Usage().npos) << word;
  }
}

}  // namespace
}  // namespace controld::admin

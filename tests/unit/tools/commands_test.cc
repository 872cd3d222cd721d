// rtpctl's command line, the meaning of failures, and what people read. No daemon.
#include "tools/rtpctl/client/admin_line.h"
#include "tools/rtpctl/commands/commands.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <sstream>

namespace rtpctl {
namespace {

using testing::HasSubstr;
using testing::Not;

class CommandLineTest : public testing::Test {
 protected:
  CommandLineTest() { BuildCommandLine(&app_, &session_); }
  // CLI11's status: 0, or not.
  bool Parses(std::vector<std::string> words) {
    std::reverse(words.begin(), words.end());
    try {
      app_.parse(words);
    } catch (const CLI::ParseError&) {
      return false;
    }
    return true;
  }

  std::ostringstream out_, error_;
  Session session_{out_, error_, {}};
  CLI::App app_;
};

TEST_F(CommandLineTest, OptionsOfTheToolMayStandAnywhere) {
  EXPECT_TRUE(Parses({"calls", "list", "--json", "--target", "unix:/x", "--limit", "5"}));
  EXPECT_TRUE(session_.options().json);
  EXPECT_EQ(session_.options().target, "unix:/x");
}

TEST_F(CommandLineTest, WrongUsageIsRefused) {
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{},
                                             {"nonsense"},
                                             {"calls"},
                                             {"calls", "show"},
                                             {"calls", "list", "--limit", "0"},
                                             {"calls", "list", "--older-than", "-1"},
                                             {"stats", "--watch", "0"},
                                             {"top", "--sort", "nonsense"},
                                             {"top", "--interval", "0"},
                                             {"completion", "csh"},
                                             {"log-level", "a", "b", "c"},
                                             {"status", "--no-such-option"}}) {
    EXPECT_FALSE(Parses(words)) << testing::PrintToString(words);
  }
}

TEST_F(CommandLineTest, EverySubCommandHasHelpWithAnExample) {
  std::vector<const CLI::App*> open = {&app_};
  size_t leaves = 0;
  while (!open.empty()) {
    const CLI::App* app = open.back();
    open.pop_back();
    EXPECT_THAT(app->help(), HasSubstr("Example")) << app->get_name();
    EXPECT_FALSE(app->get_description().empty()) << app->get_name();
    const auto subcommands = app->get_subcommands([](const CLI::App*) { return true; });
    leaves += subcommands.empty() ? 1 : 0;
    open.insert(open.end(), subcommands.begin(), subcommands.end());
  }
  EXPECT_EQ(leaves, 33u);
}

TEST_F(CommandLineTest, NobodyThereIsStatusThreeAndSaysWhatToDo) {
  ASSERT_TRUE(Parses({"--target", "unix:/nonexistent/controld.sock", "status"}));
  EXPECT_EQ(session_.RunCommand(), kExitUnreachable);
  EXPECT_THAT(error_.str(),
              HasSubstr("cannot reach controld at unix:/nonexistent/controld.sock: is "
                        "rtpengine-controld running?"));
  EXPECT_EQ(out_.str(), "");
}

// A value of -1 is none of rtpctl's options.
TEST_F(CommandLineTest, CommandsOfTheReferencesTool) {
  ASSERT_TRUE(Parses({"cli", "--address", "127.0.0.1:1", "set", "maxsessions", "-1", "--timeout", "2"}));
  EXPECT_EQ(session_.RunCommand(), kExitUnreachable);
  EXPECT_THAT(error_.str(), HasSubstr("listen-cli at 127.0.0.1:1: Connection refused"));
}

TEST_F(CommandLineTest, CliWithoutAListenerSaysWhatToDo) {
  ASSERT_TRUE(Parses({"cli", "--config-file", "/nonexistent.conf", "usage"}));
  EXPECT_EQ(session_.RunCommand(), kExitUsage);
  EXPECT_THAT(error_.str(), HasSubstr("/nonexistent.conf"));
  EXPECT_THAT(error_.str(), HasSubstr("--address"));
}

TEST_F(CommandLineTest, CliIsOneLineOfText) {
  ASSERT_TRUE(Parses({"cli", "--address", "127.0.0.1:1", "terminate x\nterminate all"}));
  EXPECT_EQ(session_.RunCommand(), kExitUsage);
  ASSERT_TRUE(Parses({"cli", "--address", "127.0.0.1:1", "usage", "--json"}));
  EXPECT_EQ(session_.RunCommand(), kExitUsage);
  EXPECT_EQ(out_.str(), "");
}

TEST(AdminAddress, IsWhereTheListenerIsReached) {
  const struct {
    const char* listener;
    const char* host;
    const char* port;
  } cases[] = {{"2224", "127.0.0.1", "2224"},        {"192.0.2.1:2224", "192.0.2.1", "2224"},
               {"0.0.0.0:2224", "127.0.0.1", "2224"}, {"[::]:2224", "::1", "2224"},
               {"[2001:db8::1]:1", "2001:db8::1", "1"}, {"localhost:9900", "localhost", "9900"},
               {":5", "127.0.0.1", "5"},             {"", "127.0.0.1", ""}};
  for (const auto& one : cases) {
    const AdminAddress address = AdminAddressOf(one.listener);
    EXPECT_EQ(address.host, one.host) << one.listener;
    EXPECT_EQ(address.port, one.port) << one.listener;
  }
}

TEST_F(CommandLineTest, TcpWithoutTlsWantsAWord) {
  ASSERT_TRUE(Parses({"--target", "127.0.0.1:1", "status"}));
  EXPECT_EQ(session_.RunCommand(), kExitUsage);
  EXPECT_THAT(error_.str(), HasSubstr("--insecure"));
}

TEST_F(CommandLineTest, CompletionKnowsEverySubCommandAndOption) {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const std::string script = CompletionScript(app_, shell);
    for (const char* word : {"workers", "undrain", "explain", "older-than", "tls-ca", "watch"}) {
      EXPECT_THAT(script, HasSubstr(word)) << shell;
    }
  }
  EXPECT_EQ(CompletionScript(app_, "csh"), "");
}

TEST_F(CommandLineTest, CompletionHasNoJson) {
  ASSERT_TRUE(Parses({"completion", "bash", "--json"}));
  EXPECT_EQ(session_.RunCommand(), kExitUsage);
}

TEST(JudgeStatus, TellsTheDaemonsNoFromItsAbsence) {
  using grpc::StatusCode;
  const GlobalOptions options;
  const struct {
    grpc::Status status;
    bool connected;
    int exit_status;
    const char* text;
  } cases[] = {
      {{StatusCode::NOT_FOUND, "no call 'x'"}, true, kExitRefused, "no call 'x'"},
      {{StatusCode::NOT_FOUND, ""}, true, kExitRefused, "not found"},
      {{StatusCode::INVALID_ARGUMENT, "bad level"}, true, kExitRefused, "bad level"},
      {{StatusCode::UNAVAILABLE, "worker is detached"}, true, kExitRefused, "worker is detached"},
      {{StatusCode::UNAVAILABLE, "connect failed"},
       false,
       kExitUnreachable,
       "is rtpengine-controld"},
      {{StatusCode::UNAVAILABLE, "Permission denied"}, false, kExitUnreachable, "as root"},
      {{StatusCode::DEADLINE_EXCEEDED, ""}, true, kExitUnreachable, "--timeout"},
      {{StatusCode::UNIMPLEMENTED, ""}, true, kExitRefused, "ask its controld"},
      {{StatusCode::INTERNAL, ""}, true, kExitRefused, "gRPC status 13"},
      {{StatusCode::INTERNAL, "evil\033[2J"}, true, kExitRefused, "evil\\x1b"},
  };
  for (const auto& c : cases) {
    const Verdict verdict = JudgeStatus(c.status, c.connected, options);
    EXPECT_EQ(verdict.exit_status, c.exit_status) << c.text;
    EXPECT_THAT(verdict.text, HasSubstr(c.text));
  }
}

TEST(Texts, WorkersAndTheirAbsence) {
  EXPECT_THAT(WorkersText({}, 0, {}), HasSubstr("rtpengine-mediad"));
  rtpengine::v1::ListWorkersResponse workers;
  auto* worker = workers.add_workers();
  worker->set_name("media1");
  worker->set_state(rtpengine::v1::WorkerState::READY);
  worker->set_attached(true);
  worker->set_calls(7);
  worker->set_last_seen_unix_ms(99'000);
  auto* load = worker->mutable_load()->add_interfaces();
  load->set_ports_used(4);
  load->set_ports_total(100);
  const std::string text = WorkersText(workers, 100, {});
  EXPECT_THAT(text, testing::MatchesRegex("NAME(.|\n)*media1 +READY +7 +0 +0% +4/100 +1s\n"));
  worker->set_attached(false);
  EXPECT_THAT(WorkersText(workers, 100, {}), HasSubstr("READY (detached)"));
}

TEST(Texts, CallsSayHowManyAreNotShown) {
  rtpengine::v1::ListCallsResponse calls;
  EXPECT_EQ(CallsText(calls, 0, {}), "There are no calls.\n");
  calls.set_total(5);
  EXPECT_EQ(CallsText(calls, 0, {}), "None of 5 calls matches.\n");
  calls.add_calls()->set_call_id("evil\033]0;title\007");
  const std::string text = CallsText(calls, 0, {});
  EXPECT_THAT(text, HasSubstr("1 of 5 calls shown."));
  EXPECT_THAT(text, Not(HasSubstr("\033")));
}

TEST(Texts, ExplanationShowsWhatIsMissing) {
  rtpengine::v1::ExplainCallResponse explanation;
  explanation.mutable_call()->set_call_id("c1");
  auto* stream = explanation.add_streams();
  stream->set_party("alice");
  stream->set_index(1);
  stream->add_facts("No packet came.");
  stream->add_missing("alice sends nothing");
  explanation.add_streams()->set_party("bob");
  explanation.add_verdict("Media flows one way only.");
  const std::string text = ExplanationText(explanation, {});
  EXPECT_THAT(
      text,
      HasSubstr("Party alice, media 1, RTP\n  No packet came.\n  MISSING: alice sends nothing\n"));
  EXPECT_THAT(text, HasSubstr("Party bob, media 0, RTP\n  nothing is missing\n"));
  EXPECT_THAT(text, HasSubstr("\nMedia flows one way only.\n"));
}

TEST(Texts, StatisticsShowRatesOfCounters) {
  rtpengine::v1::Statistics before, now;
  auto* counter = before.add_values();
  counter->set_name("ng_requests");
  counter->set_counter(true);
  counter->set_value(100);
  (*counter->mutable_labels())["command"] = "offer";
  *now.add_values() = *counter;
  now.mutable_values(0)->set_value(150);
  now.add_values()->set_name("calls");
  const std::string text = StatisticsText(now, &before, 2, {});
  EXPECT_THAT(text, HasSubstr("ng_requests{command=offer}    150        25.0"));
  EXPECT_THAT(text, testing::ContainsRegex("calls +0 +-"));
  EXPECT_THAT(StatisticsText(now, nullptr, 0, {}), Not(HasSubstr("PER SECOND")));
}

TEST(Texts, TheMeaningOfAStatisticIsThatOfItsLabels) {
  rtpengine::v1::Statistics now;
  auto* value = now.add_values();
  value->set_name("closed_sessions_total");
  value->set_help("Total rejected sessions");  // as the incumbent says it of all reasons
  (*value->mutable_labels())["reason"] = "timeout";
  now.add_values()->set_name("uptime_seconds");
  now.mutable_values(1)->set_help("Uptime of rtpengine");
  const std::string text = StatisticsText(now, nullptr, 0, {});
  EXPECT_THAT(text, HasSubstr("Calls that ended or were refused, by reason"));
  EXPECT_THAT(text, Not(HasSubstr("rejected")));
  EXPECT_THAT(text, HasSubstr("Uptime of rtpengine"));
}

}  // namespace
}  // namespace rtpctl

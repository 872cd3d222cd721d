// The daemon shell from outside: exit status, output, pid file, reload; each case in a process of its own.
#include "proto/runtime/daemon.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "proto/base/log.h"
#include "proto/runtime/logging.h"
#include "proto/runtime/version.h"
#include "tests/unit/proto/runtime/temporary_directory.h"

namespace runtime {
namespace {

using base::options::ParsedOptions;

const Daemon::Identity kController{base::options::Daemon::kControld, "prog"};

int InitStatus(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "prog");
  Daemon daemon(kController);
  const auto status = daemon.Init(static_cast<int>(arguments.size()), arguments.data());
  return status ? *status : -1;
}

class DaemonDeathTest : public testing::Test {
 protected:
  void SetUp() override { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

TEST_F(DaemonDeathTest, OptionErrorsEndWith255AndAReason) {
  EXPECT_EXIT(exit(InitStatus({"--bogus"})), testing::ExitedWithCode(255),
              "Fatal error: Bad command line: Unknown option --bogus");
  EXPECT_EXIT(exit(InitStatus({"--config-file=/nonexistent.conf"})), testing::ExitedWithCode(255),
              "Fatal error: Bad command line: /nonexistent.conf: No such file or directory");
  EXPECT_EXIT(exit(InitStatus({"--config-file=/tmp"})), testing::ExitedWithCode(255),
              "Bad command line: /tmp: Not a regular file");
  EXPECT_EXIT(exit(InitStatus({"--config-file=none", "-f", "-E", "--pidfile=/nonexistent/pid"})),
              testing::ExitedWithCode(255), "Fatal error: Failed to create PID file");
  EXPECT_EXIT(exit(InitStatus({"--help"})), testing::ExitedWithCode(0), "");
  EXPECT_EXIT(exit(InitStatus({"-v"})), testing::ExitedWithCode(0), "");
}

// Runs a daemon in the foreground and sends it the signals, one after the other.
void RunWith(std::vector<const char*> arguments, std::vector<int> signals) {
  arguments.insert(arguments.begin(), {"prog", "-f", "-E"});
  int status = 0;
  {
    Daemon daemon(kController);
    if (const auto early = daemon.Init(static_cast<int>(arguments.size()), arguments.data())) {
      exit(*early);
    }
    daemon.OnReload([&](const ParsedOptions& fresh) {
      fprintf(stderr, "reloaded delete-delay %lld\n",
              static_cast<long long>(fresh.Int("delete-delay")));
    });
    daemon.OnStop([] { fprintf(stderr, "stopping\n"); });
    std::thread sender([&] {
      for (const int number : signals) {
        kill(getpid(), number);
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
      }
    });
    status = daemon.Run();
    sender.join();
  }
  exit(status);
}

TEST_F(DaemonDeathTest, TermAndIntStopOrderly) {
  EXPECT_EXIT(RunWith({"--config-file=none"}, {SIGTERM}), testing::ExitedWithCode(0),
              "Startup complete, version(.|\n)*shutting down(.|\n)*stopping");
  EXPECT_EXIT(RunWith({"--config-file=none"}, {SIGPIPE, SIGALRM, SIGINT}),
              testing::ExitedWithCode(0), "shutting down");
}

TEST_F(DaemonDeathTest, HangupReadsTheFileAgainAndSurvivesABadOne) {
  const TemporaryDirectory directory;
  const std::string file = "--config-file=" + directory.Write("c", "[rtpengine]\ndelete-delay=7\n");
  EXPECT_EXIT(RunWith({file.c_str()}, {SIGHUP, SIGTERM}), testing::ExitedWithCode(0),
              "Configuration read again(.|\n)*reloaded delete-delay 7(.|\n)*stopping");
  const std::string bad = directory.path() + "/bad";
  const std::string bad_argument = "--config-file=" + bad;
  const auto break_and_reload = [&] {
    std::ofstream(bad) << "[rtpengine]\ndelete-delay=8\n";
    std::thread([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(300));
      std::ofstream(bad) << "junk";
      kill(getpid(), SIGHUP);
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      kill(getpid(), SIGTERM);
    }).detach();
    // The thread above was started before Init() blocked the signals: block them for it as well.
    RunWith({bad_argument.c_str()}, {});
  };
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGHUP);
  sigaddset(&set, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  EXPECT_EXIT(break_and_reload(), testing::ExitedWithCode(0),
              "Configuration not taken up: (.|\n)*line 1(.|\n)*reloaded delete-delay 8");
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

TEST_F(DaemonDeathTest, UserSignalsShiftTheLogLevels) {
  EXPECT_EXIT(RunWith({"--config-file=none"}, {SIGUSR1, SIGTERM}), testing::ExitedWithCode(0),
              "NOTICE: .core. Decreased 'core' log level to 5(.|\n)*"
              "INFO: .internals. Decreased 'internals' log level to -2");
  EXPECT_EXIT(RunWith({"--config-file=none"}, {SIGUSR2, SIGTERM}), testing::ExitedWithCode(0),
              "DEBUG: .dtx. Increased 'dtx' log level to 7");
}

void HangInStop() {
  Daemon daemon(kController);
  const char* arguments[] = {"prog", "-f", "-E", "--config-file=none"};
  if (daemon.Init(4, arguments)) exit(1);
  daemon.RequestStop();
  daemon.Run();
  std::this_thread::sleep_for(std::chrono::seconds(60));
  exit(1);
}

TEST_F(DaemonDeathTest, AStopThatHangsEndsInTwoSeconds) {
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EXIT(HangInStop(), testing::ExitedWithCode(0), "took too long");
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
}

TEST_F(DaemonDeathTest, BackgroundReportsTheStartAndKeepsThePidFile) {
  const TemporaryDirectory directory;
  const std::string pid_path = directory.path() + "/pid";
  const std::string pid_argument = "--pidfile=" + pid_path;
  const pid_t starter = fork();
  ASSERT_GE(starter, 0);
  if (starter == 0) {
    int status = 1;
    {
      Daemon daemon(kController);
      const char* arguments[] = {"prog", "--config-file=none", pid_argument.c_str(), "-L", "1"};
      const auto early = daemon.Init(5, arguments);
      status = early ? *early : daemon.Run();
    }
    _exit(status);
  }
  int status = 0;
  ASSERT_EQ(waitpid(starter, &status, 0), starter);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  // The pid file is there when the starting process is gone, and names another, living one.
  const pid_t background = atoi(Slurp(pid_path).c_str());
  ASSERT_GT(background, 1);
  EXPECT_NE(background, starter);
  EXPECT_EQ(getsid(background), background);
  ASSERT_EQ(kill(background, SIGTERM), 0);
  for (int i = 0; i < 200 && std::filesystem::exists(pid_path); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_FALSE(std::filesystem::exists(pid_path));
}

TEST(LoggingTest, LevelsComeFromTheOptions) {
  const auto line = base::options::ParseCommandLine(
      {"--log-level=4", "--log-level-ice=7", "--log-level-srtp=-1", "--log-level-http=1000"});
  ASSERT_TRUE(line.ok());
  const auto result = base::options::ParseOptions(base::options::Daemon::kMediad, *line, std::nullopt,
                                                  base::options::Environment());
  ASSERT_TRUE(result.ok());
  ApplyLogLevels(result->options);
  EXPECT_EQ(LogLevel(base::log::Subsystem::kCore), 4);
  EXPECT_EQ(LogLevel(base::log::Subsystem::kIce), 7);
  EXPECT_EQ(LogLevel(base::log::Subsystem::kSrtp), -1);
  EXPECT_EQ(LogLevel(base::log::Subsystem::kHttp), 127);
  EXPECT_EQ(LogLevel(base::log::Subsystem::kInternals), -1);
  EXPECT_TRUE(SetLogLevel("core", 7));
  EXPECT_EQ(LogLevel(base::log::Subsystem::kCore), 7);
  EXPECT_FALSE(SetLogLevel("core", 8));
  EXPECT_FALSE(SetLogLevel("core", -1));
  EXPECT_FALSE(SetLogLevel("bogus", 5));
  EXPECT_TRUE(SetLogLevel("", 6));
  EXPECT_EQ(LogLevel(base::log::Subsystem::kSrtp), 6);
}

TEST(VersionTest, ComesFromTheProject) {
  EXPECT_THAT(Version(), testing::MatchesRegex("[0-9]+\\.[0-9]+\\.[0-9]+"));
  EXPECT_EQ(SoftwareId(), std::string("rtpengine-") + Version());
  EXPECT_THAT(BuildDetails(), testing::HasSubstr("gRPC"));
}

}  // namespace
}  // namespace runtime

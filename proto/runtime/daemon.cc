// The shell around a daemon: see daemon.h.
#include "proto/runtime/daemon.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <climits>
#include <cstdio>
#include <cstring>
#include <thread>
#include <utility>

#include "absl/synchronization/mutex.h"
#include "proto/base/clock.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/runtime/logging.h"
#include "proto/runtime/version.h"

namespace runtime {
namespace {

using base::log::Severity;
using base::log::Subsystem;
using base::options::CommandLine;
using base::options::ParsedOptions;
using base::options::ParseResult;

constexpr std::chrono::milliseconds kStopDeadline{1800};
constexpr char kStarted = 'R';

template <typename... Args>
void LogCore(Severity severity, const Args&... args) {
  base::log::Log(severity, Subsystem::kCore, {}, args...);
}

base::options::Environment MachineFacts() {
  base::options::Environment facts;
  char name[HOST_NAME_MAX + 1] = {};
  if (gethostname(name, sizeof name - 1) == 0 && name[0] != '\0') facts.host_name = name;
  if (const unsigned cores = std::thread::hardware_concurrency(); cores > 0) facts.cores = cores;
  facts.version = Version();
  return facts;
}

int FailCommandLine(const absl::Status& status) {
  const std::string_view text = base::Message(status);
  std::fprintf(stderr, "Fatal error: Bad command line: %.*s\n", static_cast<int>(text.size()),
               text.data());
  return kExitFailure;
}

absl::Status SystemError(std::string_view what) {
  return absl::InternalError(base::StrCat(what, ": ", std::strerror(errno)));
}

sigset_t HandledSignals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2}) sigaddset(&set, number);
  return set;
}

// How long poll() may sleep so that the service manager's watchdog is fed in time; -1 = no watchdog.
int WatchdogMilliseconds() {
  uint64_t us = 0;
  if (sd_watchdog_enabled(0, &us) <= 0) return -1;
  return static_cast<int>(us / 2000);
}

void CloseFd(int* fd) {
  if (*fd >= 0) close(*fd);
  *fd = -1;
}

}  // namespace

Daemon::Daemon(Identity identity) : identity_(std::move(identity)) {}

Daemon::~Daemon() {
  CloseFd(&parent_pipe_);
  CloseFd(&signal_fd_);
  CloseFd(&stop_fd_);
}

std::optional<int> Daemon::Init(int argc, const char* const* argv) {
  // Debian builds Abseil with its debugging aid on; it takes a global lock for every mutex.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  if (const auto exit_status = ReadOptions(argc, argv)) return exit_status;
  if (identity_.action) {
    if (const auto exit_status = identity_.action(options_)) return exit_status;
  }
  if (!options_.Bool("foreground")) {
    int pipes[2];
    if (pipe2(pipes, O_CLOEXEC) != 0) return Fail(SystemError("pipe"));
    const pid_t child = fork();
    if (child < 0) return Fail(SystemError("fork"));
    if (child > 0) {
      close(pipes[1]);
      return WaitForChild(pipes[0]);
    }
    close(pipes[0]);
    parent_pipe_ = pipes[1];
    setsid();  // fails only for a group leader, which a fresh child is not
  }
  // After the fork, because syslog lines carry the pid.
  if (absl::Status status = InstallLogging(options_); !status.ok()) return Fail(status);
  logging_ = true;
  if (absl::Status status = PrepareSignals(); !status.ok()) return Fail(status);
  if (const std::string& path = options_.String("pidfile"); !path.empty()) {
    if (absl::Status status = pid_file_.Open(path); !status.ok()) return Fail(status);
  }
  LogCore(Severity::kInfo, "Version ", Version(), " initialising");
  for (const std::string& warning : warnings_) LogCore(Severity::kWarning, warning);
  return std::nullopt;
}

std::optional<int> Daemon::ReadOptions(int argc, const char* const* argv) {
  absl::StatusOr<CommandLine> line =
      base::options::ParseCommandLine(std::vector<std::string>(argv + (argc > 0), argv + argc));
  if (!line.ok()) return FailCommandLine(line.status());
  command_line_ = *std::move(line);
  if (command_line_.help) {
    std::fputs(base::options::HelpText(identity_.kind, identity_.program).c_str(), stdout);
    return 0;
  }
  if (command_line_.version) {
    std::printf("Version: %s\n", Version());
    return 0;
  }
  absl::StatusOr<ParseResult> result = ParseFile();
  if (!result.ok()) return FailCommandLine(result.status());
  options_ = std::move(result->options);
  warnings_ = std::move(result->warnings);
  return std::nullopt;
}

absl::StatusOr<ParseResult> Daemon::ParseFile() const {
  std::optional<std::string> text;
  if (command_line_.use_config_file) {
    absl::StatusOr<std::string> read = ReadFile(command_line_.config_file);
    const bool may_be_absent =
        !command_line_.config_file_named && absl::IsNotFound(read.status());
    if (!read.ok() && !may_be_absent) return read.status();
    if (read.ok()) text = *std::move(read);
  }
  return base::options::ParseOptions(identity_.kind, command_line_, text, MachineFacts());
}

absl::Status Daemon::PrepareSignals() {
  // Writing to a closed connection is an error code, not the end.
  for (const int number : {SIGPIPE, SIGALRM}) signal(number, SIG_IGN);
  const sigset_t set = HandledSignals();
  // Blocked before any thread starts, so that only Run() takes them.
  if (pthread_sigmask(SIG_BLOCK, &set, nullptr) != 0) return SystemError("pthread_sigmask");
  signal_fd_ = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  stop_fd_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (signal_fd_ < 0 || stop_fd_ < 0) return SystemError("signalfd");
  return absl::OkStatus();
}

// In the parent: ends when the child says that it started, or is gone.
std::optional<int> Daemon::WaitForChild(int pipe) {
  char word = 0;
  ssize_t got = 0;
  while ((got = read(pipe, &word, 1)) < 0 && errno == EINTR) {
  }
  close(pipe);
  return got == 1 && word == kStarted ? 0 : kExitFailure;
}

int Daemon::Fail(const absl::Status& status) {
  const std::string_view text = base::Message(status);
  std::fprintf(stderr, "Fatal error: %.*s\n", static_cast<int>(text.size()), text.data());
  if (logging_) LogCore(Severity::kCritical, "Fatal error: ", text);
  return kExitFailure;
}

// The working directory stays: file names in the options may be relative and are read again later.
void Daemon::ReportReady() {
  if (parent_pipe_ >= 0) {
    const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null >= 0) {
      for (const int fd : {STDIN_FILENO, STDOUT_FILENO}) dup2(null, fd);
      // Whoever asked for log-stderr has redirected it on purpose.
      if (!options_.Bool("log-stderr")) dup2(null, STDERR_FILENO);
      close(null);
    }
    [[maybe_unused]] const ssize_t written = write(parent_pipe_, &kStarted, 1);
    CloseFd(&parent_pipe_);
  }
  sd_notifyf(0, "READY=1\nMAINPID=%d\nSTATUS=version %s", static_cast<int>(getpid()), Version());
}

int Daemon::Run() {
  if (absl::Status status = pid_file_.Write(); !status.ok()) return Fail(status);
  LogCore(Severity::kInfo, "Startup complete, version ", Version());
  ReportReady();
  const int watchdog_ms = WatchdogMilliseconds();
  while (true) {
    pollfd fds[] = {{signal_fd_, POLLIN, 0}, {stop_fd_, POLLIN, 0}};
    poll(fds, 2, watchdog_ms);
    if (watchdog_ms > 0) sd_notify(0, "WATCHDOG=1");
    if ((fds[1].revents & POLLIN) != 0) break;
    if ((fds[0].revents & POLLIN) != 0 && HandleSignal()) break;
  }
  BeginStop();
  return 0;
}

bool Daemon::HandleSignal() {
  signalfd_siginfo info;
  if (read(signal_fd_, &info, sizeof info) != static_cast<ssize_t>(sizeof info)) return false;
  switch (info.ssi_signo) {
    case SIGTERM:
    case SIGINT: return true;
    case SIGHUP: Reload(); return false;
    case SIGUSR1: ShiftLogLevels(-1); return false;
    case SIGUSR2: ShiftLogLevels(+1); return false;
    default: return false;
  }
}

void Daemon::Reload() {
  const auto now = std::chrono::duration_cast<std::chrono::microseconds>(
      base::ReadClocks().monotonic);
  sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%lld", static_cast<long long>(now.count()));
  absl::StatusOr<ParseResult> result = ParseFile();
  if (result.ok()) {
    ApplyLogLevels(result->options);
    LogCore(Severity::kNotice,
            "Configuration read again: log levels and certificates; the rest needs a restart");
  } else {
    LogCore(Severity::kError, "Configuration not taken up: ", base::Message(result.status()));
  }
  if (reload_) reload_(result.ok() ? result->options : options_);
  sd_notify(0, "READY=1");
}

void Daemon::BeginStop() {
  sd_notify(0, "STOPPING=1");
  LogCore(Severity::kInfo, "Version ", Version(), " shutting down");
  // An orderly stop that hangs must not keep the service manager waiting: media of a stopped daemon is
  // gone either way. Detached: it dies with the process when the stop is in time.
  std::thread([path = pid_file_.path()] {
    std::this_thread::sleep_for(kStopDeadline);
    LogCore(Severity::kWarning, "The orderly stop took too long; ending now");
    if (!path.empty()) unlink(path.c_str());
    _exit(0);
  }).detach();
  if (stop_) stop_();
}

void Daemon::RequestStop() {
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = write(stop_fd_, &one, sizeof one);
}

}  // namespace runtime

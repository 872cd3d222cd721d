// The shell around a daemon: options, logging, daemonising, pid file, signals, service manager.
//
// main() is:
//   runtime::Daemon daemon({Daemon::kControld, "rtpengine-controld"});
//   if (auto status = daemon.Init(argc, argv)) return *status;
//   … build the parts from daemon.options(); on failure: return daemon.Fail(status);
//   daemon.OnReload([&](const ParsedOptions& fresh) { … });
//   return daemon.Run();            // READY=1; returns 0 after SIGTERM or SIGINT
// then the parts are destroyed in reverse order. Threads must be started after Init() (it may fork and it
// blocks the signals that Run() waits for). After a stop signal the process has two seconds: then it ends
// with status 0 whatever hangs.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "proto/base/options/parsed_options.h"
#include "proto/runtime/files.h"

namespace runtime {

inline constexpr int kExitFailure = 255;

class Daemon {
 public:
  using ReloadCallback = std::function<void(const base::options::ParsedOptions& fresh)>;

  struct Identity {
    base::options::Daemon kind;
    std::string program;  // for --help and --version
    // A deed the command line may ask for instead of a daemon: called with the options, before anything else;
    // a value is the exit status. May be null.
    std::function<std::optional<int>(const base::options::ParsedOptions&)> action = nullptr;
  };

  explicit Daemon(Identity identity);
  ~Daemon();  // removes the pid file
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  // Reads command line and file, sets up logging, goes to the background unless told otherwise. A value
  // is the exit status to return at once: 0 after --help and --version and in the parent of a daemonised
  // process that started, 255 after an error that was reported.
  [[nodiscard]] std::optional<int> Init(int argc, const char* const* argv);
  // After Init(). Stays the same after a reload: only log levels and what OnReload takes change.
  const base::options::ParsedOptions& options() const { return options_; }
  const std::vector<std::string>& warnings() const { return warnings_; }

  // SIGHUP: called on the thread of Run() with the file read again. Also after a file that has an error
  // (with the old options), so that certificates are taken up in any case.
  void OnReload(ReloadCallback callback) { reload_ = std::move(callback); }
  // Called first when a stop signal arrives, before Run() returns.
  void OnStop(std::function<void()> callback) { stop_ = std::move(callback); }

  // Reports a start failure as "Fatal error: …", on stderr and in the log; returns 255.
  int Fail(const absl::Status& status);
  // Tells the service manager and a waiting parent that the start is complete; then waits for signals.
  int Run();
  // Ends Run() as SIGTERM would; any thread.
  void RequestStop();

 private:
  [[nodiscard]] std::optional<int> ReadOptions(int argc, const char* const* argv);
  absl::StatusOr<base::options::ParseResult> ParseFile() const;
  absl::Status PrepareSignals();
  absl::Status GoToBackground();
  [[nodiscard]] std::optional<int> WaitForChild(int pipe);
  void ReportReady();
  bool HandleSignal();  // true: stop
  void Reload();
  void BeginStop();

  Identity identity_;
  base::options::CommandLine command_line_;
  base::options::ParsedOptions options_;
  std::vector<std::string> warnings_;
  ReloadCallback reload_;
  std::function<void()> stop_;
  PidFile pid_file_;
  int parent_pipe_ = -1;  // to the parent that waits until the start is complete
  int signal_fd_ = -1;
  int stop_fd_ = -1;
  bool logging_ = false;
};

}  // namespace runtime

// Where log lines go: see logging.h.
#include "proto/runtime/logging.h"

#include <grpc/support/log.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <utility>

#include "proto/base/clock.h"
#include "proto/base/text.h"
#include "proto/runtime/log_format.h"
#include "proto/runtime/syslog_facility.h"
#include "proto/runtime/syslog_socket.h"

namespace runtime {
namespace {

using base::log::Context;
using base::log::Severity;
using base::log::Subsystem;
using base::options::ParsedOptions;

// Whether stderr is a stream of the journal (sd-daemon(3)): it names device and inode.
bool StderrIsJournal() {
  const char* const stream = std::getenv("JOURNAL_STREAM");
  struct stat file;
  if (stream == nullptr || fstat(STDERR_FILENO, &file) != 0) return false;
  return base::StrCat(static_cast<uint64_t>(file.st_dev), ":",
                      static_cast<uint64_t>(file.st_ino)) == stream;
}

// The installed sink. Shared by all logging threads; spdlog and SyslogSocket lock for themselves.
class Output {
 public:
  struct Options {
    LogFormat format;
    std::string ident = "rtpengine";
    int facility = LOG_DAEMON;
    bool to_stderr = false;
    bool timestamps = true;
  };

  explicit Output(Options options)
      : options_(std::move(options)),
        journal_(StderrIsJournal()),
        syslog_(options_.ident),
        stderr_("stderr", std::make_shared<spdlog::sinks::stderr_sink_mt>()) {
    stderr_.set_pattern("%v");
    // NOTICE and ALERT have no spdlog level, so levels are decided before spdlog is asked.
    stderr_.set_level(spdlog::level::trace);
  }

  void Write(Severity severity, Subsystem subsystem, const Context& context,
             std::string_view text) {
    for (const std::string& line :
         FormatLines(severity, subsystem, context, text, options_.format)) {
      const base::Now now = base::ReadClocks();
      if (context.packet && !AllowRepeat(line, now)) continue;
      Line(severity, now, line);
    }
  }

 private:
  bool AllowRepeat(std::string_view line, const base::Now& now) {
    const std::lock_guard lock(repeat_mutex_);
    return repeat_.Allow(line, now.monotonic);
  }

  void Line(Severity severity, const base::Now& now, const std::string& line) {
    const int priority = static_cast<int>(severity);
    if (!options_.to_stderr) syslog_.Send(options_.facility | priority, line, now.unix_s());
    // Beside syslog only what should not be missed; the journal has it from syslog already.
    const bool copy = severity <= Severity::kWarning && !journal_;
    if (!options_.to_stderr && !copy) return;
    std::string prefix;
    if (journal_) {
      prefix = base::StrCat("<", priority, ">");
    } else if (options_.timestamps) {
      prefix = FormatTimestamp(now.unix_us);
    }
    stderr_.log(spdlog::level::info, spdlog::string_view_t(prefix + line));
  }

  const Options options_;
  const bool journal_;
  SyslogSocket syslog_;
  spdlog::logger stderr_;
  std::mutex repeat_mutex_;
  RepeatLimit repeat_;  // guarded by repeat_mutex_
};

int8_t Level(int64_t level) { return static_cast<int8_t>(std::clamp<int64_t>(level, -128, 127)); }

std::atomic<int8_t>& LevelOf(Subsystem subsystem) {
  return base::log::g_levels[static_cast<size_t>(subsystem)];
}

template <typename Function>
void ForEachSubsystem(Function&& function) {
  for (size_t i = 0; i < static_cast<size_t>(Subsystem::kCount); ++i) {
    function(static_cast<Subsystem>(i));
  }
}

// gRPC's own errors (an address in use, a bad certificate) would otherwise go to stderr past us.
void ForwardGrpcLog(gpr_log_func_args* args) {
  if (args->severity != GPR_LOG_SEVERITY_ERROR) return;
  Log(Severity::kWarning, Subsystem::kControl, {}, "gRPC: ", args->message);
}

}  // namespace

absl::Status InstallLogging(const ParsedOptions& options) {
  ApplyLogLevels(options);
  Output::Options output;
  output.format.parsable = options.String("log-format") == "parsable";
  output.format.split_lines = options.Bool("split-logs");
  output.format.max_line_length = static_cast<int>(options.Int("max-log-line-length"));
  output.format.mark_prefix = options.String("log-mark-prefix");
  output.format.mark_suffix = options.String("log-mark-suffix");
  output.ident = options.String("log-name");
  output.timestamps = !options.Bool("no-log-timestamps");
  const absl::StatusOr<int> facility = SyslogFacility(options, "log-facility");
  if (!facility.ok()) return facility.status();
  output.facility = *facility;
  const bool no_syslog = !options.Bool("log-stderr") && access(kSyslogSocket, F_OK) != 0;
  output.to_stderr = options.Bool("log-stderr") || no_syslog;
  auto sink = std::make_shared<Output>(std::move(output));
  base::log::SetSink([sink](Severity severity, Subsystem subsystem, const Context& context,
                            std::string_view text) {
    sink->Write(severity, subsystem, context, text);
  });
  gpr_set_log_function(ForwardGrpcLog);
  if (no_syslog) {
    Log(Severity::kWarning, Subsystem::kCore, {}, "There is no ", kSyslogSocket,
        ": logging to stderr (log-stderr says so without this warning)");
  }
  return absl::OkStatus();
}

void ApplyLogLevels(const ParsedOptions& options) {
  const int64_t general = options.Int("log-level");
  ForEachSubsystem([&](Subsystem subsystem) {
    const std::string name = base::StrCat("log-level-", base::log::SubsystemName(subsystem));
    const bool own = options.IsSet(name) || subsystem == Subsystem::kInternals;
    LevelOf(subsystem).store(Level(own ? options.Int(name) : general));
  });
}

bool SetLogLevel(std::string_view subsystem, int level) {
  if (level < 0 || level > 7) return false;
  bool found = false;
  ForEachSubsystem([&](Subsystem candidate) {
    if (!subsystem.empty() && base::log::SubsystemName(candidate) != subsystem) return;
    LevelOf(candidate).store(Level(level));
    found = true;
  });
  return found;
}

int LogLevel(Subsystem subsystem) { return LevelOf(subsystem).load(); }

void ShiftLogLevels(int by) {
  ForEachSubsystem([&](Subsystem subsystem) {
    const int8_t level = Level(int64_t{LevelOf(subsystem).load()} + by);
    LevelOf(subsystem).store(level);
    // At the new level, so that it is seen; never EMERG, which syslog shouts to every terminal.
    const auto severity =
        level < 0 ? Severity::kInfo : static_cast<Severity>(std::clamp<int>(level, 1, 7));
    base::log::Write(severity, subsystem, {},
                     base::StrCat(by < 0 ? "Decreased '" : "Increased '",
                                  base::log::SubsystemName(subsystem), "' log level to ",
                                  static_cast<int>(level)));
  });
}

}  // namespace runtime

// Log lines as text (config.md §6): context, cutting of long lines, the limit on repeated packet lines.
//
// Pure: no clock, no output. The sink that writes the lines is logging.h.
// One call of the log is one line, or several marked ones: control characters of the text are written as
// escapes (`\n`, `\r`, `\x1b`), because texts hold what strangers sent.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "proto/base/log.h"

namespace runtime {

struct LogFormat {
  bool parsable = false;       // log-format
  bool split_lines = false;    // split-logs: a line for each line of the text
  int max_line_length = 500;   // of "[subsystem] text"; 0 and less = no limit
  std::string mark_prefix, mark_suffix;  // around call-ids and tags
};

const char* SeverityName(base::log::Severity severity);  // "ERR"

// "[call/tag/1 port 30000]: " or [ID="call" …]: , empty without context.
std::string FormatContext(const base::log::Context& context, const LogFormat& format);

// "INFO: [context]: [core] text"; cut lines end in " ..." and go on with "... " in the next.
std::vector<std::string> FormatLines(base::log::Severity severity, base::log::Subsystem subsystem,
                                     const base::log::Context& context, std::string_view text,
                                     const LogFormat& format);

// "[1700000000.000123] "
std::string FormatTimestamp(int64_t unix_us);

// Lets an identical line through once in 15 s. Bounded; not thread-safe.
class RepeatLimit {
 public:
  bool Allow(std::string_view line, std::chrono::nanoseconds now);

 private:
  void Forget(std::chrono::nanoseconds now);

  std::unordered_map<size_t, std::chrono::nanoseconds> last_;  // by hash of the line
};

}  // namespace runtime

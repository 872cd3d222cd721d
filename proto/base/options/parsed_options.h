// The options of a daemon as typed values: what the command line and the file say, checked.
//
// The core is pure: arguments and file text come in, values and warnings or one error go out. The shell
// that reads the file and exits on errors is runtime/daemon.h.
// Accessors take names from the table; a wrong name or type is a bug of ours and ends the process.
// ParsedOptions is read-only and may be read from any thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "proto/base/key_file.h"
#include "proto/base/options/option_spec.h"

namespace base::options {

inline constexpr std::string_view kDefaultConfigFile = "/etc/rtpengine/rtpengine.conf";

// Facts of the machine that defaults refer to.
struct Environment {
  std::string host_name = "localhost";
  int64_t cores = 4;
  std::string version = "0";
};

// The command line, taken apart but not yet interpreted (the file it names has to be read first).
struct CommandLine {
  std::map<std::string, std::vector<std::string>, std::less<>> values;  // by long name, in order
  std::vector<std::string> stray;                                       // words that are no options
  std::string config_file{kDefaultConfigFile};
  bool config_file_named = false;  // it must exist then
  bool use_config_file = true;     // false: --config-file=none
  std::string config_section = "rtpengine";
  bool help = false;
  bool version = false;
};

class ParsedOptions {
 public:
  const std::string& String(std::string_view name) const;
  int64_t Int(std::string_view name) const;
  bool Bool(std::string_view name) const;
  double Double(std::string_view name) const;
  const std::vector<std::string>& List(std::string_view name) const;
  // Said by the command line or the file, rather than left at its default.
  bool IsSet(std::string_view name) const;

  // The whole file, for sections other than our own (interfaces-config, templates). Empty without file.
  const KeyFile& file() const { return file_; }
  const std::string& file_name() const { return file_name_; }  // empty without file

 private:
  friend class OptionParser;
  using Value = std::variant<bool, int64_t, double, std::string, std::vector<std::string>>;
  struct Slot {
    Value value;
    bool set = false;
  };
  const Slot& Find(std::string_view name) const;

  std::map<std::string, Slot, std::less<>> slots_;
  KeyFile file_;
  std::string file_name_;
};

struct ParseResult {
  ParsedOptions options;
  std::vector<std::string> warnings;  // one line each, for the log
};

// `arguments` without the program's name. Fails on options that are not in the table.
absl::StatusOr<CommandLine> ParseCommandLine(const std::vector<std::string>& arguments);

// `file_text`: nullopt = no file (absent default, or none wanted). A failure's message is for
// "Fatal error: Bad command line: …".
absl::StatusOr<ParseResult> ParseOptions(Daemon daemon, const CommandLine& command_line,
                                         const std::optional<std::string>& file_text,
                                         const Environment& environment);

// The text of --help for this daemon: its own options, then the names of those it accepts only.
std::string HelpText(Daemon daemon, std::string_view program);

}  // namespace base::options

// The admin command line as far as NG `cli` and scripts need it now: the parameters of `list` (config.md §5).
// Pure; the texts are those that scripts compare.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "controld/listen/admin_commands.h"

namespace controld::listen {

// What `list` tells.
struct CliParameters {
  int64_t timeout_s = 0, silent_timeout_s = 0, final_timeout_s = 0, offer_timeout_s = 0;
  int64_t delete_delay_s = 0;
  int64_t max_sessions = -1;
  double max_cpu = 0, max_load = 0;
  int64_t max_bandwidth = 0;
  int64_t control_tos = 0;
};

// The answer to one command line, with its line ends. Unknown commands are told so, never an error.
std::string RunCli(std::string_view line, const CliParameters& parameters);

class Cli final : public AdminCommands {
 public:
  explicit Cli(CliParameters parameters) : parameters_(parameters) {}
  void Run(std::string_view line, Done done) override { done(RunCli(line, parameters_)); }

 private:
  const CliParameters parameters_;
};

}  // namespace controld::listen

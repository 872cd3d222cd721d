// Admin command lines: any octets are a command or an answer, and whatever `set` says, the values
// stay within what the rest of the program takes.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "controld/admin/command_line.h"
#include "controld/admin/parameters.h"

namespace {

void Require(bool condition) {
  if (!condition) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using controld::admin::Verb;
  const std::string_view line(reinterpret_cast<const char*>(data), size);
  const controld::admin::CommandLine command = controld::admin::ParseCommandLine(line);
  if (command.verb == Verb::kAnswered) Require(!command.answer.empty());
  if (command.verb != Verb::kSetParameter) return 0;
  controld::admin::Parameters parameters;
  Require(!controld::admin::SetParameter(command.argument, command.value, &parameters).empty());
  Require(parameters.timeout_s > 0 && parameters.silent_timeout_s > 0);
  Require(parameters.offer_timeout_s > 0 && parameters.final_timeout_s >= 0);
  Require(parameters.delete_delay_s >= 0 && parameters.max_sessions >= -1);
  Require(parameters.control_tos >= 0 && parameters.control_tos <= 255);
  Require(parameters.max_bandwidth >= 0);
  Require(std::isfinite(parameters.max_cpu) && std::isfinite(parameters.max_load));
  return 0;
}

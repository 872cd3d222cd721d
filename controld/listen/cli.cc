#include "controld/listen/cli.h"

#include "absl/strings/str_format.h"
#include "proto/base/text.h"

namespace controld::listen {
namespace {

// Splits off the first word.
std::string_view NextWord(std::string_view* rest) {
  const size_t end = rest->find(' ');
  const std::string_view word = rest->substr(0, end);
  *rest = end == std::string_view::npos ? std::string_view() : rest->substr(end + 1);
  return word;
}

std::string Unknown(std::string_view word) {
  return base::StrCat("Unknown command: ", word, "\n");
}

std::string List(std::string_view item, const CliParameters& p) {
  if (item == "timeout") return absl::StrFormat("TIMEOUT=%d\n", p.timeout_s);
  if (item == "silenttimeout") return absl::StrFormat("SILENT_TIMEOUT=%d\n", p.silent_timeout_s);
  if (item == "finaltimeout") return absl::StrFormat("FINAL_TIMEOUT=%d\n", p.final_timeout_s);
  if (item == "offertimeout") return absl::StrFormat("OFFER_TIMEOUT=%d\n", p.offer_timeout_s);
  if (item == "deletedelay") return absl::StrFormat("%d\n", p.delete_delay_s);
  if (item == "controltos") return absl::StrFormat("%d\n", p.control_tos);
  if (item == "maxsessions") {
    return absl::StrFormat("Maximum sessions configured on rtpengine: %d\n", p.max_sessions);
  }
  if (item == "maxcpu") {
    return absl::StrFormat("Maximum CPU usage configured on rtpengine: %.1f\n", p.max_cpu);
  }
  if (item == "maxload") {
    return absl::StrFormat("Maximum load average configured on rtpengine: %.2f\n", p.max_load);
  }
  if (item == "maxbw") {
    return absl::StrFormat("Maximum bandwidth configured on rtpengine: %d\n", p.max_bandwidth);
  }
  return Unknown(item);
}

}  // namespace

std::string RunCli(std::string_view line, const CliParameters& parameters) {
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
  const std::string_view command = NextWord(&line);
  if (command != "list" && command != "get") return Unknown(command);
  if (line.empty()) return "More parameters required.\n";
  return List(NextWord(&line), parameters);
}

}  // namespace controld::listen

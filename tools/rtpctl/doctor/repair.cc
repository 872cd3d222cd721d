// See repair.h.
#include "tools/rtpctl/doctor/repair.h"

#include <algorithm>

#include "absl/strings/str_join.h"
#include "proto/base/text.h"

namespace rtpctl::doctor {
namespace {

// Of the mounts of this process ("DEVICE PLACE TYPE OPTIONS …"), the last one at a place counts.
bool IsReadOnly(const Host& host, const std::string& place) {
  const std::string mounts = host.ReadFile("/proc/self/mounts").value_or("");
  const size_t at = mounts.rfind(" " + place + " ");
  if (at == std::string::npos) return false;
  const std::string line = mounts.substr(at, mounts.find('\n', at) - at);
  return line.find(" ro,") != std::string::npos || line.find(" ro ") != std::string::npos;
}

std::string FailureOf(const Host& host, const std::string& program, const Output& output) {
  if (output.status == 0) return {};
  const std::string text(base::Trim(output.text));
  if (program == "sysctl" && output.status > 0 && IsReadOnly(host, "/proc/sys")) {
    // sysctl itself speaks of permissions.
    return base::StrCat(text, "; /proc/sys is a read-only file system here, as in a container: ",
                        "set it on the host");
  }
  if (!text.empty()) return text;
  if (output.status < 0)
    return base::StrCat("there is no program ", program, ", or it did not end");
  return base::StrCat("exit status ", output.status);
}

}  // namespace

std::vector<Repair> MakeRepairs(const Host& host, const std::vector<Finding>& findings) {
  std::vector<Repair> out;
  for (const Finding& finding : findings) {
    for (const std::vector<std::string>& command : finding.repairs) {
      out.push_back({finding.id, finding.title, absl::StrJoin(command, " "),
                     FailureOf(host, command.front(), host.Run(command))});
    }
  }
  return out;
}

bool AnyDone(const std::vector<Repair>& repairs) {
  return std::any_of(repairs.begin(), repairs.end(),
                     [](const Repair& repair) { return repair.failure.empty(); });
}

}  // namespace rtpctl::doctor

// Checks of where log lines and call records go.
#include <algorithm>

#include "proto/base/text.h"
#include "tools/rtpctl/doctor/checks.h"

namespace rtpctl::doctor {
namespace {

// The action of the first rule of rsyslog for a facility, in its traditional form ("local1.* /file"); empty: there is none.
std::string RuleFor(const std::string& text, const std::string& facility) {
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = base::Trim(std::string_view(text).substr(begin, end - begin));
    begin = end + 1;
    if (line.substr(0, facility.size() + 1) != facility + ".") continue;
    size_t blank = 0;
    while (blank < line.size() && !base::IsBlank(line[blank])) ++blank;
    return std::string(base::Trim(line.substr(blank)));
  }
  return {};
}

std::string RuleOfHost(const Host& host, const std::string& facility) {
  std::string rule = RuleFor(host.ReadFile("/etc/rsyslog.conf").value_or(""), facility);
  for (const std::string& name : host.ListDirectory("/etc/rsyslog.d")) {
    if (rule.empty()) rule = RuleFor(host.ReadFile("/etc/rsyslog.d/" + name).value_or(""), facility);
  }
  return rule;
}

}  // namespace

Finding CheckLogFiles(const Examination& examination) {
  const base::options::ParsedOptions* options = examination.controld();
  if (options == nullptr) return Skipped("no configuration that can be read");
  if (options->Bool("log-stderr")) return Good("the error output");
  const Host& host = examination.host();
  if (!host.Exists("/dev/log")) {
    return {.verdict = Verdict::kWarning,
            .what = "nobody takes log lines: there is no /dev/log",
            .why = "What the daemons say, and the records of calls, is lost.",
            .fix = "systemctl start systemd-journald.socket   # in a container: log-stderr = true in " +
                   examination.config_file()};
  }
  if (!host.Exists("/usr/sbin/rsyslogd")) return Good("the journal: journalctl -t " + options->String("log-name"));
  std::string said;
  for (const char* name : {"log-facility", "log-facility-cdr"}) {
    const std::string& facility = options->String(name);
    // The others are everybody's, and in the distribution's own files.
    if (facility.rfind("local", 0) != 0) continue;
    std::string rule = RuleOfHost(host, facility);
    if (rule.empty()) {
      return {.verdict = Verdict::kNotice,
              .what = base::StrCat(name, " = ", facility, ": rsyslog has no rule for it"),
              .why = "The lines are among those of others, in syslog or messages, and not in /var/log/rtpengine.",
              .fix = base::StrCat("echo '", facility, ".* /var/log/rtpengine/rtpengine",
                                  std::string_view(name) == "log-facility" ? "" : "-cdr",
                                  ".log' >> /etc/rsyslog.d/rtpengine.conf\nsystemctl restart rsyslog")};
    }
    if (rule[0] == '-') rule.erase(0, 1);  // not synchronised
    const std::string directory = rule[0] == '/' ? rule.substr(0, rule.rfind('/')) : "";
    if (!directory.empty() && !host.Exists(directory)) {
      return {.verdict = Verdict::kWarning,
              .what = base::StrCat(name, " = ", facility, ": ", rule, ": there is no such directory"),
              .why = "rsyslog cannot write there.",
              .fix = "systemd-tmpfiles --create rtpengine.conf\nsystemctl restart rsyslog"};
    }
    base::StrAppend(&said, said.empty() ? "" : ", ", rule);
  }
  return Good(said.empty() ? "syslog" : said);
}

}  // namespace rtpctl::doctor

// Checks of the daemons as processes, and of the clock they live by.
#include <charconv>
#include <utility>

#include "proto/base/text.h"
#include "tools/rtpctl/doctor/checks.h"

namespace rtpctl::doctor {
namespace {

constexpr uint64_t kNetAdmin = uint64_t{1} << 12;  // CAP_NET_ADMIN, capability.h
constexpr int64_t kFewFiles = 65536;
// Seconds: proxies that know of us ask whether we live every minute or so.
constexpr int64_t kProxiesAreHeardWithin = 600;

// The words of the line of /proc/PID/limits or status that starts with `name`.
std::string LineOf(const std::string& text, std::string_view name) {
  for (size_t begin = 0; begin < text.size();) {
    size_t end = text.find('\n', begin);
    if (end == std::string::npos) end = text.size();
    const std::string line = text.substr(begin, end - begin);
    if (line.rfind(name, 0) == 0) return std::string(base::Trim(line.substr(name.size())));
    begin = end + 1;
  }
  return {};
}

// A worker says what software it is, a controller which version: rtpengine-1.2.3 and 1.2.3.
std::string VersionOf(const std::string& build) {
  constexpr std::string_view kName = "rtpengine-";
  return build.rfind(kName, 0) == 0 ? build.substr(kName.size()) : build;
}

}  // namespace

Finding CheckRunning(const Examination& examination) {
  const bool controld = !examination.controld_processes().empty();
  const bool mediad = !examination.mediad_processes().empty();
  if (const std::vector<std::string> others = examination.OtherConfigurations(); !others.empty()) {
    Finding finding = {.verdict = Verdict::kNotice,
                       .what = "workers here do not read " + examination.config_file() + ", or not this section of it, but",
                       .why = "What it says of media, kernel and firewall is not what they do."};
    for (const std::string& arguments : others) {
      base::StrAppend(&finding.what, " ", arguments);
      base::StrAppend(&finding.fix, finding.fix.empty() ? "" : "\n", "rtpctl doctor ", arguments);
    }
    return finding;
  }
  if (controld && mediad) return Good("rtpengine-controld and rtpengine-mediad run");
  if (controld || mediad) {
    return {.verdict = Verdict::kNotice,
            .what = base::StrCat("only ", controld ? "rtpengine-controld" : "rtpengine-mediad", " runs here"),
            .why = "Right if the other one is on another host; calls need both.",
            .fix = base::StrCat("systemctl start ", controld ? "rtpengine-mediad" : "rtpengine-controld")};
  }
  return {.verdict = Verdict::kNotice,
          .what = "neither daemon runs here",
          .why = "What only running daemons show is not looked at.",
          .fix = "systemctl start rtpengine.target\njournalctl -u rtpengine-controld -u rtpengine-mediad -n 50   # if they end"};
}

Finding CheckCapabilities(const Examination& examination) {
  const bool wanted = examination.table() >= 0;
  if (!wanted) return Skipped("the configuration has table = -1: none is needed");
  if (examination.mediad_processes().empty()) return Skipped("no media worker runs here");
  for (const Process& process : examination.mediad_processes()) {
    const std::string status = examination.host().ReadFile("/proc/" + process.pid + "/status").value_or("");
    const std::string text = LineOf(status, "CapEff:");
    uint64_t effective = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), effective, 16);
    if (error != std::errc()) return Skipped("the kernel does not say");
    if ((effective & kNetAdmin) == 0) {
      return {.verdict = Verdict::kFailure,
              .what = "process " + process.pid + " has no CAP_NET_ADMIN",
              .why = "It can neither program the kernel module nor nftables (Operation not permitted).",
              .fix = "systemctl edit rtpengine-mediad   # [Service] AmbientCapabilities=CAP_NET_ADMIN, and no other "
                     "CapabilityBoundingSet\nsystemctl restart rtpengine-mediad"};
    }
  }
  return Good("CAP_NET_ADMIN");
}

Finding CheckFileLimit(const Examination& examination) {
  using Unit = std::pair<const char*, const std::vector<Process>&>;
  bool any = false;
  for (const auto& [unit, processes] : {Unit{"rtpengine-mediad", examination.mediad_processes()},
                                        Unit{"rtpengine-controld", examination.controld_processes()}}) {
    for (const Process& process : processes) {
      any = true;
      const std::string limits = examination.host().ReadFile("/proc/" + process.pid + "/limits").value_or("");
      const std::string text = LineOf(limits, "Max open files");
      int64_t most = 0;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), most);
      if (error != std::errc() || most >= kFewFiles) continue;  // or unlimited, or hidden
      return {.verdict = Verdict::kWarning,
              .what = base::StrCat("process ", process.pid, " (", unit, ") may open ", most, " files"),
              .why = "A media port is an open file, and a call has four or more: then ports fail (Too many open files).",
              .fix = base::StrCat("systemctl edit ", unit, "   # [Service] LimitNOFILE=150000\nprlimit --pid ",
                                  process.pid, " --nofile=150000   # until then"),
              .repairs = {{"prlimit", "--pid", process.pid, "--nofile=150000"}}};
    }
  }
  if (!any) return Skipped("no daemon runs here");
  return Good("enough");
}

Finding CheckClock(const Examination& examination) {
  const std::optional<bool> synchronised = examination.host().ClockSynchronised();
  if (!synchronised) return Skipped("the kernel does not say");
  if (*synchronised) return Good("kept right");
  return {.verdict = Verdict::kNotice,
          .what = "nothing keeps the clock right",
          .why = "Call records, logs and certificates go by it; calls themselves do not.",
          // Debian's package starts it, by another name.
          .fix = examination.uses_dnf() ? "dnf install -y chrony\nsystemctl enable --now chronyd"
                                        : "apt-get install -y chrony"};
}

Finding CheckVersions(const Examination& examination) {
  if (!examination.workers) return Skipped("no controller answers (rtpctl --target …)");
  std::string others;
  std::string fix;
  for (const Worker& worker : *examination.workers) {
    const std::string version = VersionOf(worker.build);
    if (version == examination.controller_version) continue;
    base::StrAppend(&others, others.empty() ? "" : ", ", worker.name, " has ", version);
    base::StrAppend(&fix, fix.empty() ? "" : "\n", "rtpctl workers drain ", worker.name,
                    " --wait 3600   # then upgrade that host");
  }
  if (others.empty()) {
    return Good(base::StrCat(examination.workers->size(), " workers, all ", examination.controller_version));
  }
  return {.verdict = Verdict::kNotice,
          .what = base::StrCat("the controller has ", examination.controller_version, ", ", others),
          .why = "Fine during an upgrade; afterwards features are missing where the older one is.",
          .fix = fix};
}

Finding CheckSignalling(const Examination& examination) {
  if (!examination.signalling) return Skipped("no controller answers (rtpctl --target …)");
  const Signalling& heard = *examination.signalling;
  const std::string refused = base::StrCat(heard.refused, " NG messages and connections were refused");
  if (heard.refused > 0) {
    return {.verdict = heard.messages == 0 ? Verdict::kFailure : Verdict::kNotice,
            .what = heard.messages == 0 ? refused + ", none was taken"
                                        : base::StrCat(refused, ", ", heard.messages, " taken"),
            .why = "Who is not in listen-ng-allow, has no secret or asks too often gets no answer: a proxy takes that "
                   "for an rtpengine that is down.",
            .fix = "grep -i refused /var/log/rtpengine/rtpengine.log   # who\nlisten-ng-allow = ADDRESSES OF YOUR "
                   "PROXIES   # in " + examination.config_file()};
  }
  if (heard.messages > 0) return Good(base::StrCat(heard.messages, " NG messages since the start"));
  if (heard.uptime_s < kProxiesAreHeardWithin) return Good("started just now");
  return {.verdict = Verdict::kNotice,
          .what = base::StrCat("no NG message has come in ", heard.uptime_s / 60, " minutes"),
          .why = "The proxy sends elsewhere, or something in between drops it: no call can be set up.",
          .fix = "rtpctl status   # where it listens\ntcpdump -ni any udp port 2223   # whether anything comes; the "
                 "port of listen-ng"};
}

}  // namespace rtpctl::doctor

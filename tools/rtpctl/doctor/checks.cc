// See checks.h.
#include "tools/rtpctl/doctor/checks.h"

#include <algorithm>

namespace rtpctl::doctor {

const std::vector<Check>& Checks() {
  static const auto& checks = *new std::vector<Check>{
      {"configuration", "the configuration file", CheckConfiguration},
      {"names", "names that DNS has to answer", CheckNames},
      {"ng-exposed", "who may command this host", CheckNgExposed},
      {"certificates", "certificates", CheckCertificates},
      {"running", "the daemons", CheckRunning},
      {"signalling", "what the proxies send", CheckSignalling},
      {"versions", "versions of the workers", CheckVersions},
      {"kernel-headers", "headers of the running kernel", CheckKernelHeaders},
      {"module-built", "the kernel module on disk", CheckModuleBuilt},
      {"module-signed", "Secure Boot and the module's signature", CheckModuleSigned},
      {"module-loaded", "the kernel module in the kernel", CheckModuleLoaded},
      {"other-modules", "modules of another rtpengine", CheckOtherModules},
      {"proc-tree", "/proc/rtpengine", CheckProcTree},
      {"capabilities", "rights of the media worker", CheckCapabilities},
      {"firewall-rules", "our rules in nftables", CheckFirewallRules},
      {"firewall-blocks", "rules that keep media out", CheckFirewallBlocks},
      {"legacy-rules", "iptables rules of another rtpengine", CheckLegacyRules},
      {"interface-addresses", "media addresses", CheckInterfaceAddresses},
      {"advertised", "advertised addresses and NAT", CheckAdvertised},
      {"port-range", "media ports", CheckPortRange},
      {"file-limit", "open files", CheckFileLimit},
      {"socket-buffers", "socket buffers", CheckSocketBuffers},
      {"connection-tracking", "connection tracking", CheckConnectionTracking},
      {"receive-queues", "receive queues of the network devices", CheckReceiveQueues},
      {"clock", "the clock", CheckClock},
      {"log-files", "log and call records", CheckLogFiles},
  };
  return checks;
}

std::vector<Finding> Examine(const Examination& examination, const std::vector<std::string>& only) {
  // Where the packages have it, or in a checkout.
  constexpr char kInstalled[] = "/usr/share/rtpengine/docs/troubleshooting.md";
  const std::string document = examination.host().Exists(kInstalled) ? kInstalled : "docs/troubleshooting.md";
  std::vector<Finding> findings;
  for (const Check& check : Checks()) {
    if (!only.empty() && std::find(only.begin(), only.end(), check.id) == only.end()) continue;
    Finding finding = check.look(examination);
    finding.id = check.id;
    finding.title = check.title;
    finding.docs = document + "#" + finding.id;
    findings.push_back(std::move(finding));
  }
  return findings;
}

}  // namespace rtpctl::doctor

// The checks of rtpctl doctor: an examination in, a finding out. Pure apart from what the host is asked.
#pragma once

#include <string_view>
#include <vector>

#include "tools/rtpctl/doctor/examination.h"
#include "tools/rtpctl/doctor/finding.h"

namespace rtpctl::doctor {

struct Check {
  std::string_view id;     // stable: scripts and docs/troubleshooting.md name it
  std::string_view title;  // what is looked at
  Finding (*look)(const Examination& examination);
};

// In the order in which they are told: what the later ones rest on comes first.
const std::vector<Check>& Checks();
// One or all (empty `only`), with id and title filled in.
std::vector<Finding> Examine(const Examination& examination, const std::vector<std::string>& only);

// ---- checks_config.cc
Finding CheckConfiguration(const Examination& examination);
Finding CheckNames(const Examination& examination);
Finding CheckNgExposed(const Examination& examination);
Finding CheckCertificates(const Examination& examination);
// ---- checks_kernel.cc
Finding CheckKernelHeaders(const Examination& examination);
Finding CheckModuleBuilt(const Examination& examination);
Finding CheckModuleSigned(const Examination& examination);
Finding CheckModuleLoaded(const Examination& examination);
Finding CheckOtherModules(const Examination& examination);
Finding CheckProcTree(const Examination& examination);
// ---- checks_firewall.cc
Finding CheckFirewallRules(const Examination& examination);
Finding CheckFirewallBlocks(const Examination& examination);
Finding CheckLegacyRules(const Examination& examination);
// ---- checks_network.cc
Finding CheckInterfaceAddresses(const Examination& examination);
Finding CheckAdvertised(const Examination& examination);
Finding CheckPortRange(const Examination& examination);
Finding CheckSocketBuffers(const Examination& examination);
Finding CheckConnectionTracking(const Examination& examination);
Finding CheckReceiveQueues(const Examination& examination);
// ---- checks_process.cc
Finding CheckRunning(const Examination& examination);
Finding CheckCapabilities(const Examination& examination);
Finding CheckFileLimit(const Examination& examination);
Finding CheckClock(const Examination& examination);
Finding CheckVersions(const Examination& examination);
Finding CheckSignalling(const Examination& examination);
// ---- checks_log.cc
Finding CheckLogFiles(const Examination& examination);

}  // namespace rtpctl::doctor

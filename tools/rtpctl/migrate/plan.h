// From what was found on a host to the steps that make it ours, or to why that cannot be done. Pure; any thread.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tools/rtpctl/doctor/finding.h"
#include "tools/rtpctl/migrate/configuration.h"
#include "tools/rtpctl/migrate/facts.h"
#include "tools/rtpctl/migrate/step.h"

namespace rtpctl::migrate {

struct Plan {
  std::vector<std::string> found;  // lines: what runs here, for people
  std::vector<Step> steps;
  std::vector<std::string> files;  // to be backed up, with those that steps change
  // Texts to be put into the backup, by file name: iptables-save.txt …
  std::vector<std::pair<std::string, std::string>> records;
  std::string configuration_file;
  std::vector<ConfigurationChange> changes;  // of the configuration
  // A failure among them: the plan cannot be carried out. A warning: something that works now will not.
  std::vector<doctor::Finding> findings;
};

Plan PlanMigration(const Facts& facts);
bool CanBeApplied(const Plan& plan);

// ---- plan_configuration.cc
struct PlannedConfiguration {
  std::string file;     // as a command line names it
  std::string path;     // where it really is
  std::string section;
  std::string text;     // as it will be
  bool changed = false;
  std::string listener;  // of NG, to be pinged; empty: none by UDP
  std::string grpc;      // where rtpctl reaches the controller
  bool kernel = false;   // a kernel table is wanted
};
// Adds findings and changes to the plan; false: it cannot be carried out.
bool PlanConfiguration(const Facts& facts, const std::vector<std::string>& words, Plan* plan,
                       PlannedConfiguration* out);

}  // namespace rtpctl::migrate

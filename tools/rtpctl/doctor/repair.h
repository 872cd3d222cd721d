// --fix: carries out what findings say cannot do harm, and tells what came of it.
//
// The only part of the doctor that changes a host, through Host::Run. Single-threaded.
#pragma once

#include <string>
#include <vector>

#include "tools/rtpctl/doctor/finding.h"
#include "tools/rtpctl/doctor/host.h"

namespace rtpctl::doctor {

struct Repair {
  std::string id;       // of the check
  std::string title;    // of the finding
  std::string command;  // as one would type it
  std::string failure;  // why it failed; empty: done
};

// One for each command, in order.
std::vector<Repair> MakeRepairs(const Host& host, const std::vector<Finding>& findings);
// Whether it is worth looking again.
bool AnyDone(const std::vector<Repair>& repairs);

}  // namespace rtpctl::doctor

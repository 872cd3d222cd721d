// Findings as people and scripts read them. Pure.
#pragma once

#include <string>
#include <vector>

#include "tools/rtpctl/doctor/finding.h"
#include "tools/rtpctl/doctor/repair.h"
#include "tools/rtpctl/output/table.h"

namespace rtpctl::doctor {

// `everything`: what is good and skipped, too.
std::string ReportText(const std::vector<Finding>& findings, bool everything, const Style& style);
// A line for each: what was run, and why it failed.
std::string RepairsText(const std::vector<Repair>& repairs);
// {"checks": [{"id", "title", "verdict": "good|skipped|notice|warning|failure", "what", "why", "fix", "docs"}],
//  "failures": N, "warnings": N, "repairs": [{"id", "command", "done", "failure"}]}
std::string ReportJson(const std::vector<Finding>& findings, const std::vector<Repair>& repairs);
size_t CountOf(const std::vector<Finding>& findings, Verdict verdict);

}  // namespace rtpctl::doctor

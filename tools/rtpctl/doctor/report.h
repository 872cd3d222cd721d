// Findings as people and scripts read them. Pure.
#pragma once

#include <string>
#include <vector>

#include "tools/rtpctl/doctor/finding.h"
#include "tools/rtpctl/output/table.h"

namespace rtpctl::doctor {

// `everything`: what is good and skipped, too.
std::string ReportText(const std::vector<Finding>& findings, bool everything, const Style& style);
// {"checks": [{"id", "title", "verdict": "good|skipped|notice|warning|failure", "what", "why", "fix", "docs"}],
//  "failures": N, "warnings": N}
std::string ReportJson(const std::vector<Finding>& findings);
size_t CountOf(const std::vector<Finding>& findings, Verdict verdict);
// Where the documentation tells of a check.
std::string DocumentationOf(const Finding& finding);

}  // namespace rtpctl::doctor

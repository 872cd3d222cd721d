// Plans and situations as people and scripts read them, and docs/migrating.md. Pure.
#pragma once

#include <string>

#include "tools/rtpctl/migrate/execute.h"
#include "tools/rtpctl/migrate/plan.h"
#include "tools/rtpctl/output/table.h"

namespace rtpctl::migrate {

std::string PlanText(const Plan& plan, const Style& style);
// {"can_be_applied", "found": [], "configuration": {"file", "changes": [{"line", "key", "value", "verdict", "note",
//  "taken_out"}]}, "steps": [{"action", "subject", "what", "why"}], "checks": [… as in rtpctl doctor]}
std::string PlanJson(const Plan& plan);

std::string StageName(Stage stage);  // "none", "interrupted", "applied", "rollback_interrupted", "rolled_back"
std::string SituationText(const Situation& situation, const Style& style);
// {"stage", "backup", "steps": [{"action", "subject", "what", "state": "open|begun|done|undone", "note"}]}
std::string SituationJson(const Situation& situation);

// ---- reference.cc
std::string ReferenceText();

}  // namespace rtpctl::migrate

// The least that has to change so that the installed rules become the wanted ones: values in, values out.
//
// A plan is carried out as one transaction (transaction.h) or printed as nft commands (syntax.h). Nothing that is
// not ours is in a plan: what we made is known by the marks of its rules, what the reference daemon left behind by
// its own comment and expression. A chain's policy is never changed. Pure. Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "mediad/nft/ruleset.h"
#include "mediad/nft/settings.h"

namespace mediad::nft {

// A rule that we write.
struct RuleSpec {
  enum class Kind : uint8_t { kAcceptOpenPorts, kJump } kind = Kind::kAcceptOpenPorts;
  base::Family media = base::Family::kIpv4;  // kAcceptOpenPorts
  std::string set;
  std::string target;                        // kJump
  std::string comment;
};

struct Change {
  enum class Op : uint8_t {
    kAddTable,
    kDeleteTable,
    kAddChain,
    kDeleteChain,
    kAddSet,
    kDeleteSet,
    kAddRule,     // at the end of the chain
    kInsertRule,  // at its start
    kDeleteRule,
    kAddPinholes,
    kDeletePinholes,
  } op = Op::kAddTable;
  Family family = Family::kInet;
  std::string table;
  std::string chain;                         // chains and rules
  std::string set;                           // sets and pinholes
  base::Family media = base::Family::kNone;  // likewise
  std::optional<Hook> hook;                  // kAddChain
  RuleSpec rule;                             // kAddRule, kInsertRule
  uint64_t handle = 0;                       // kDeleteRule
  Pinholes pinholes;                         // kAddPinholes, kDeletePinholes
};
using Plan = std::vector<Change>;

// What makes the rules complete. `wanted`: the ports that have to be open. Others that are open are closed, unless
// `keep_others`. Fails as Resolve() does.
absl::StatusOr<Plan> PlanInstallation(const Settings& settings, const Ruleset& installed,
                                      const Pinholes& wanted, bool keep_others);
// What takes everything away that we or an earlier run of ours made. Never fails: what is not there needs nothing.
Plan PlanRemoval(const Settings& settings, const Ruleset& installed);

// Opens and closes ports in rules that are complete. Changes of nothing are an empty plan.
Plan PlanPinholes(const std::vector<Target>& targets, const Pinholes& open, const Pinholes& close);

// The text of --nftables-status: empty when everything is in place, otherwise what is not (config.md §1.3).
std::string Missing(const Settings& settings, const Ruleset& installed);

// The rules that belong in our chain, in order.
std::vector<RuleSpec> OwnRules(const Settings& settings, const Target& target);

}  // namespace mediad::nft

#include "mediad/nft/plan.h"

#include <algorithm>
#include <set>
#include <utility>

#include "proto/base/text.h"

namespace mediad::nft {
namespace {

using base::StrCat;
using Op = Change::Op;

constexpr base::Family kMedia[] = {base::Family::kIpv4, base::Family::kIpv6};

bool IsJumpTo(const Rule& rule, std::string_view chain) {
  return (rule.verdict == Verdict::kJump || rule.verdict == Verdict::kGoto) && rule.target == chain;
}

RuleSpec JumpRule(const Settings& settings, const Target& target) {
  RuleSpec rule;
  rule.kind = RuleSpec::Kind::kJump;
  rule.target = target.chain;
  rule.comment = Mark(settings, StrCat("media to ", target.chain));
  return rule;
}

bool Matches(const Rule& rule, const RuleSpec& wanted) {
  if (rule.comment != wanted.comment || !rule.udp || !rule.counter || rule.ports) return false;
  if (wanted.kind == RuleSpec::Kind::kJump) {
    return IsJumpTo(rule, wanted.target) && !rule.conditional && rule.set.empty();
  }
  return rule.verdict == Verdict::kAccept && rule.set == wanted.set && !rule.conditional;
}

bool SameHook(const std::optional<Hook>& a, const std::optional<Hook>& b) {
  if (a.has_value() != b.has_value()) return false;
  return !a || (a->place == b->place && a->priority == b->priority && a->filter == b->filter);
}

// Builds plans. The order of its parts is that of a transaction: rules go before what they refer to, and come
// after it.
class Planner {
 public:
  Planner(const Settings& settings, const Ruleset& installed)
      : settings_(settings), installed_(installed) {}

  void Install(const Target& target, const Pinholes& wanted, bool keep_others) {
    const Table* table = installed_.Find(target.family, target.table);
    if (table == nullptr) Add(Op::kAddTable, target);  // only in a table of ours: Resolve() saw to it
    InstallSets(target, table, wanted, keep_others);
    InstallChain(target, table);
    if (!target.base_chain.empty()) InstallJump(target, *table);
  }

  // Removes what an earlier run, or the reference, left outside of the targets.
  void RemoveLeftovers(const std::vector<Target>& targets) {
    for (const Table& table : installed_.tables) {
      const Target* target = nullptr;
      for (const Target& one : targets) {
        if (one.family == table.family && one.table == table.name) target = &one;
      }
      RemoveFrom(table, target);
    }
  }

  Plan Take() { return std::move(plan_); }

 private:
  Change& Add(Op op, Family family, const std::string& table) {
    Change& change = plan_.emplace_back();
    change.op = op;
    change.family = family;
    change.table = table;
    return change;
  }
  Change& Add(Op op, const Target& target) { return Add(op, target.family, target.table); }

  void DeleteRule(const Table& table, const Chain& chain, const Rule& rule) {
    if (!deleted_.insert({&table, rule.handle}).second) return;
    Change& change = Add(Op::kDeleteRule, table.family, table.name);
    change.chain = chain.name;
    change.handle = rule.handle;
  }

  void AddRule(Op op, const Target& target, const std::string& chain, RuleSpec rule) {
    Change& change = Add(op, target);
    change.chain = chain;
    change.rule = std::move(rule);
  }

  void ChangePinholes(Op op, const Target& target, base::Family media, Pinholes pinholes) {
    if (pinholes.empty()) return;
    Change& change = Add(op, target);
    change.set = target.set(media);
    change.media = media;
    change.pinholes = std::move(pinholes);
  }

  void InstallSets(const Target& target, const Table* table, const Pinholes& wanted,
                   bool keep_others) {
    for (const base::Family media : kMedia) {
      const std::string name = target.set(media);
      if (name.empty()) continue;
      const Set* set = table == nullptr ? nullptr : table->FindSet(name);
      if (set == nullptr) {
        Change& change = Add(Op::kAddSet, target);
        change.set = name;
        change.media = media;
      }
      Pinholes add, remove;
      for (const auto& [port, comment] : wanted) {
        if (port.address.family() != media) continue;
        if (set == nullptr || set->elements.count(port) == 0) add.emplace(port, comment);
      }
      if (set != nullptr && !keep_others) {
        for (const auto& [port, comment] : set->elements) {
          if (wanted.count(port) == 0) remove.emplace(port, comment);
        }
      }
      ChangePinholes(Op::kDeletePinholes, target, media, std::move(remove));
      ChangePinholes(Op::kAddPinholes, target, media, std::move(add));
    }
  }

  void InstallChain(const Target& target, const Table* table) {
    const Chain* chain = table == nullptr ? nullptr : table->FindChain(target.chain);
    const std::vector<RuleSpec> wanted = OwnRules(settings_, target);
    if (chain != nullptr && !SameHook(chain->hook, target.hook)) {  // only in a table of ours
      for (const Rule& rule : chain->rules) DeleteRule(*table, *chain, rule);
      Add(Op::kDeleteChain, target).chain = target.chain;
      chain = nullptr;
    }
    if (chain == nullptr) {
      Change& change = Add(Op::kAddChain, target);
      change.chain = target.chain;
      change.hook = target.hook;
    } else if (chain->rules.size() == wanted.size() &&
               std::equal(wanted.begin(), wanted.end(), chain->rules.begin(),
                          [](const RuleSpec& spec, const Rule& rule) { return Matches(rule, spec); })) {
      return;
    } else {
      for (const Rule& rule : chain->rules) {
        if (IsMarked(rule) || IsReferences(rule)) DeleteRule(*table, *chain, rule);
      }
    }
    for (const RuleSpec& rule : wanted) AddRule(Op::kAddRule, target, target.chain, rule);
  }

  // One jump stays where it is, be it ours of this or an earlier run; wherever else ours are, they go.
  void InstallJump(const Target& target, const Table& table) {
    const RuleSpec wanted = JumpRule(settings_, target);
    bool found = false;
    for (const Chain& chain : table.chains) {
      for (const Rule& rule : chain.rules) {
        if (!IsJumpTo(rule, target.chain)) continue;
        if (chain.name == target.base_chain && !found && Matches(rule, wanted)) {
          found = true;
        } else if (IsMarked(rule) || IsReferencesJump(table, chain, rule)) {
          DeleteRule(table, chain, rule);
        }
      }
    }
    if (found) return;
    AddRule(target.append ? Op::kAddRule : Op::kInsertRule, target, target.base_chain, wanted);
  }

  // The reference's jump has no comment; it is known by its form, its place and where it leads.
  bool IsReferencesJump(const Table& table, const Chain& chain, const Rule& rule) const {
    if (table.name != kFilterTable || !rule.comment.empty() || !rule.udp || !rule.counter ||
        rule.conditional || rule.ports || rule.verdict != Verdict::kJump) {
      return false;
    }
    if (chain.name != "INPUT" && chain.name != "input" && chain.name != settings_.base_chain) {
      return false;
    }
    const Chain* target = table.FindChain(rule.target);
    return target != nullptr && IsReferencesChain(*target);
  }

  bool IsReferencesName(std::string_view name) const {
    return name == StrCat("rtpengine_", settings_.table_number) ||
           (!settings_.own_table && name == settings_.chain);
  }

  // Its content says so. An empty chain of the right name is what a failed start of it leaves.
  bool IsReferencesChain(const Chain& chain) const {
    if (chain.hook) return false;
    if (chain.rules.empty()) return IsReferencesName(chain.name);
    const bool content =
        std::all_of(chain.rules.begin(), chain.rules.end(),
                    [](const Rule& rule) { return IsReferences(rule) || IsMarked(rule); });
    return content && (IsReferencesName(chain.name) ||
                       std::any_of(chain.rules.begin(), chain.rules.end(), [this](const Rule& rule) {
                         return rule.comment ==
                                StrCat("rtpengine UDP handler table ", settings_.table_number);
                       }));
  }

  // Not a chain of somebody else's in which our jump is all there is.
  bool IsOurChain(const Chain& chain) const {
    return !chain.rules.empty() &&
           std::all_of(chain.rules.begin(), chain.rules.end(), [this](const Rule& rule) {
             return IsMarkedBy(settings_, rule) && !rule.set.empty();
           });
  }

  bool IsOurTable(const Table& table) const {
    return !table.chains.empty() && table.name != kFilterTable &&
           std::all_of(table.chains.begin(), table.chains.end(),
                       [this](const Chain& chain) { return IsOurChain(chain); });
  }

  void RemoveFrom(const Table& table, const Target* target) {
    if (target == nullptr && IsOurTable(table)) {
      Add(Op::kDeleteTable, table.family, table.name);
      return;
    }
    std::vector<const Chain*> going;
    for (const Chain& chain : table.chains) {
      if (target != nullptr && chain.name == target->chain) continue;
      if (IsOurChain(chain) || (table.name == kFilterTable && IsReferencesChain(chain))) {
        going.push_back(&chain);
      }
    }
    std::set<std::string> sets;
    for (const Chain* chain : going) RemoveChain(table, *chain, &sets);
    for (const std::string& name : sets) {
      if (target != nullptr && (name == target->set4 || name == target->set6)) continue;
      RemoveSet(table, name);
    }
  }

  // Rules that somebody else wrote and that lead here keep the chain, empty.
  void RemoveChain(const Table& table, const Chain& chain, std::set<std::string>* sets) {
    bool held = false;
    for (const Chain& other : table.chains) {
      for (const Rule& rule : other.rules) {
        if (!IsJumpTo(rule, chain.name)) continue;
        if (IsMarked(rule) || IsReferencesJump(table, other, rule)) {
          DeleteRule(table, other, rule);
        } else {
          held = true;
        }
      }
    }
    for (const Rule& rule : chain.rules) {
      if (!rule.set.empty()) sets->insert(rule.set);
      DeleteRule(table, chain, rule);
    }
    if (!held) Add(Op::kDeleteChain, table.family, table.name).chain = chain.name;
  }

  void RemoveSet(const Table& table, const std::string& name) {
    const Set* set = table.FindSet(name);
    if (set == nullptr || set->media == base::Family::kNone) return;
    for (const Chain& chain : table.chains) {
      for (const Rule& rule : chain.rules) {
        if (rule.set == name && deleted_.count({&table, rule.handle}) == 0) return;  // still used
      }
    }
    Change& change = Add(Op::kDeleteSet, table.family, table.name);
    change.set = name;
    change.media = set->media;
  }

 public:
  // Everything in one of our places, whoever of us marked it.
  void RemoveTarget(const Target& target) {
    const Table* table = installed_.Find(target.family, target.table);
    if (table == nullptr) return;
    if (target.owns_table) {
      Add(Op::kDeleteTable, target);
      return;
    }
    std::set<std::string> sets;
    const Chain* chain = table->FindChain(target.chain);
    const bool ours =
        chain != nullptr && chain->hook.has_value() == target.hook.has_value() &&
        std::all_of(chain->rules.begin(), chain->rules.end(),
                    [](const Rule& rule) { return IsMarked(rule) || IsReferences(rule); });
    if (ours) RemoveChain(*table, *chain, &sets);
    for (const std::string& name : {target.set4, target.set6}) {
      if (!name.empty()) sets.insert(name);
    }
    for (const std::string& name : sets) RemoveSet(*table, name);
  }

 private:
  const Settings& settings_;
  const Ruleset& installed_;
  Plan plan_;
  std::set<std::pair<const Table*, uint64_t>> deleted_;
};

}  // namespace

std::vector<RuleSpec> OwnRules(const Settings& settings, const Target& target) {
  std::vector<RuleSpec> rules;
  for (const base::Family media : kMedia) {
    if (target.set(media).empty()) continue;
    RuleSpec& rule = rules.emplace_back();
    rule.media = media;
    rule.set = target.set(media);
    rule.comment =
        Mark(settings, media == base::Family::kIpv4 ? "open ports, IPv4" : "open ports, IPv6");
  }
  return rules;
}

absl::StatusOr<Plan> PlanInstallation(const Settings& settings, const Ruleset& installed,
                                      const Pinholes& wanted, bool keep_others) {
  auto targets = Resolve(settings, installed);
  if (!targets.ok()) return targets.status();
  Planner planner(settings, installed);
  planner.RemoveLeftovers(*targets);
  for (const Target& target : *targets) planner.Install(target, wanted, keep_others);
  return planner.Take();
}

Plan PlanRemoval(const Settings& settings, const Ruleset& installed) {
  const std::vector<Target> targets = AllTargets(settings);
  Planner planner(settings, installed);
  planner.RemoveLeftovers(targets);
  for (const Target& target : targets) planner.RemoveTarget(target);
  return planner.Take();
}

Plan PlanPinholes(const std::vector<Target>& targets, const Pinholes& open, const Pinholes& close) {
  Plan plan;
  const auto add = [&](Op op, const Target& target, base::Family media, const Pinholes& all) {
    if (target.set(media).empty()) return;
    Pinholes some;
    for (const auto& [port, comment] : all) {
      if (port.address.family() == media) some.emplace(port, comment);
    }
    if (some.empty()) return;
    Change& change = plan.emplace_back();
    change.op = op;
    change.family = target.family;
    change.table = target.table;
    change.set = target.set(media);
    change.media = media;
    change.pinholes = std::move(some);
  };
  for (const Target& target : targets) {
    for (const base::Family media : kMedia) {
      add(Op::kDeletePinholes, target, media, close);
      add(Op::kAddPinholes, target, media, open);
    }
  }
  return plan;
}

std::string Missing(const Settings& settings, const Ruleset& installed) {
  const std::string no_jump =
      StrCat("immediate-goto rule not found in 'INPUT' or 'input'",
             settings.base_chain.empty() || settings.base_chain == kNoBaseChain ||
                     settings.base_chain == "INPUT" || settings.base_chain == "input"
                 ? std::string()
                 : StrCat(" or '", settings.base_chain, "'"));
  constexpr char kNoHandler[] = "rtpengine handler rule not found";
  const auto targets = Resolve(settings, installed);
  if (!targets.ok()) return kNoHandler;
  for (const Target& target : *targets) {
    const Table* table = installed.Find(target.family, target.table);
    const Chain* chain = table == nullptr ? nullptr : table->FindChain(target.chain);
    if (chain == nullptr) return kNoHandler;
    for (const RuleSpec& spec : OwnRules(settings, target)) {
      const bool found = std::any_of(chain->rules.begin(), chain->rules.end(),
                                     [&](const Rule& rule) { return Matches(rule, spec); });
      if (!found) return kNoHandler;
    }
    if (!SameHook(chain->hook, target.hook)) return no_jump;
    if (target.hook) continue;
    // Without a base chain of the settings the administrator's own jump will do, wherever it is.
    bool jump = false;
    for (const Chain& one : table->chains) {
      const bool here = target.base_chain.empty() || one.name == target.base_chain ||
                        one.name == "INPUT" || one.name == "input";
      for (const Rule& rule : one.rules) jump = jump || (here && IsJumpTo(rule, target.chain));
    }
    if (!jump) return no_jump;
  }
  return "";
}

}  // namespace mediad::nft

#include "mediad/nft/check.h"

#include <algorithm>
#include <utility>

#include "mediad/nft/plan.h"
#include "mediad/nft/syntax.h"
#include "proto/base/text.h"

namespace mediad::nft {
namespace {

using base::StrCat;

std::string NameOf(const Table& table, const Chain& chain) {
  return StrCat("chain '", chain.name, "' of table '", FamilyName(table.family), " ", table.name, "'");
}

std::string PlaceOf(const Table& table, const Chain& chain) {
  return StrCat(FamilyName(table.family), " ", table.name, " ", chain.name);
}

// Whether a rule that drops takes some of our ports, whatever else they are.
bool TakesPorts(const Rule& rule, const PortRange& ports) {
  if (rule.conditional || !rule.set.empty()) return false;
  if (!rule.ports) return true;
  return rule.ports->first <= ports.last && rule.ports->last >= ports.first;
}

bool AcceptsAll(const Rule& rule, const PortRange& ports) {
  if (rule.verdict != Verdict::kAccept || rule.conditional || !rule.set.empty()) return false;
  return !rule.ports || (rule.ports->first <= ports.first && rule.ports->last >= ports.last);
}

class Checker {
 public:
  Checker(const Settings& settings, const Ruleset& all) : settings_(settings), all_(all) {}

  std::vector<Finding> Run() {
    const auto targets = Resolve(settings_, all_);
    if (!targets.ok()) {
      Problem(std::string(base::Message(targets.status())), "");
      return std::move(findings_);
    }
    targets_ = *targets;
    CheckInstalled();
    CheckBaseChains();
    CheckFirewalld();
    return std::move(findings_);
  }

  std::vector<Finding> RunOthers() {
    CheckBaseChains();
    CheckFirewalld();
    return std::move(findings_);
  }

 private:
  void Problem(std::string text, std::string command) {
    findings_.push_back({Finding::Kind::kProblem, std::move(text), std::move(command)});
  }
  void Hint(std::string text, std::string command) {
    findings_.push_back({Finding::Kind::kHint, std::move(text), std::move(command)});
  }

  void CheckInstalled() {
    const auto plan = PlanInstallation(settings_, all_, {}, true);
    if (plan.ok() && !plan->empty()) {
      Problem(StrCat("the rules are not complete: ", plan->size(), " changes are missing, the first is '",
                     Syntax(plan->front()), "'"),
              "rtpctl nft apply");
    }
    if (settings_.own_table || settings_.base_chain != kNoBaseChain) return;
    const std::string missing = Missing(settings_, all_);
    if (missing.empty() || targets_.empty()) return;
    const std::string family(FamilyName(targets_.front().family));
    Problem(StrCat("nothing leads to chain '", settings_.chain,
                   "': nftables-base-chain = none leaves the jump to you"),
            StrCat("nft insert rule ", family, " ", kFilterTable, " CHAIN meta l4proto udp counter jump ",
                   settings_.chain));
  }

  const Target* TargetOf(const Table& table) const {
    for (const Target& target : targets_) {
      if (target.family == table.family && target.table == table.name) return &target;
    }
    return nullptr;
  }

  void CheckBaseChains() {
    for (const Table& table : all_.tables) {
      for (const Chain& chain : table.chains) {
        if (!chain.hook || chain.hook->place == Hook::Place::kOther) continue;
        CheckBaseChain(table, chain, TargetOf(table));
      }
    }
  }

  // From the chain's first rule: is media accepted, led to us, or dropped first?
  void CheckBaseChain(const Table& table, const Chain& chain, const Target* target) {
    const PortRange ports = settings_.media_ports.value_or(PortRange{});
    std::string jump;
    if (target != nullptr && !target->hook) jump = target->chain;
    bool open = target != nullptr && target->hook && target->chain == chain.name;
    for (const Rule& rule : chain.rules) {
      if (open) break;
      if (!jump.empty() && rule.verdict == Verdict::kJump && rule.target == jump) open = true;
      if (AcceptsAll(rule, ports)) open = true;
      if (open || rule.verdict != Verdict::kDrop || !TakesPorts(rule, ports)) continue;
      Dropped(table, chain, rule, jump);
      return;
    }
    if (open || !chain.hook->policy_drop) return;
    Problem(StrCat(NameOf(table, chain), " has policy drop and accepts nothing for media ports; an accept in "
                   "another table does not help"),
            Opening(table, chain));
  }

  void Dropped(const Table& table, const Chain& chain, const Rule& rule, const std::string& jump) {
    const bool later = !jump.empty() && std::any_of(chain.rules.begin(), chain.rules.end(),
                                                    [&](const Rule& other) {
                                                      return other.verdict == Verdict::kJump &&
                                                             other.target == jump;
                                                    });
    if (later) {
      Problem(StrCat(NameOf(table, chain), " drops media before the jump to '", jump, "' (rule handle ",
                     rule.handle, ")"),
              settings_.append ? "leave nftables-append out, then: rtpctl nft remove && rtpctl nft apply"
                               : "rtpctl nft remove && rtpctl nft apply");
      return;
    }
    Problem(StrCat(NameOf(table, chain), " drops media (rule handle ", rule.handle, ")"),
            Opening(table, chain));
  }

  std::string Opening(const Table& table, const Chain& chain) const {
    const PortRange ports = settings_.media_ports.value_or(PortRange{});
    const std::string rule = StrCat("nft insert rule ", PlaceOf(table, chain), " udp dport ",
                                    ports.first, "-", ports.last, " accept");
    if (table.name != kFilterTable || !settings_.own_table ||
        chain.hook->place != Hook::Place::kInput) {
      return rule;
    }
    return StrCat("set nftables-base-chain = ", chain.name, " (only open ports pass), or for the whole range: ",
                  rule);
  }

  void CheckFirewalld() {
    for (const Table& table : all_.tables) {
      if (table.name != "firewalld" || table.family != Family::kInet) continue;
      const PortRange ports = settings_.media_ports.value_or(PortRange{});
      Hint("firewalld filters here, too: an accept in our table does not help in its own",
           StrCat("firewall-cmd --permanent --add-port=", ports.first, "-", ports.last,
                  "/udp && firewall-cmd --reload"));
    }
  }

  const Settings& settings_;
  const Ruleset& all_;
  std::vector<Target> targets_;
  std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> Check(const Settings& settings, const Ruleset& all) {
  return Checker(settings, all).Run();
}

std::vector<Finding> CheckOthers(const PortRange& ports, const Ruleset& all) {
  Settings settings;
  settings.own_table = false;  // no advice about rules of ours
  settings.media_ports = ports;
  return Checker(settings, all).RunOthers();
}

}  // namespace mediad::nft

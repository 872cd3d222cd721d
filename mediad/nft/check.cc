#include "mediad/nft/check.h"

#include <algorithm>
#include <utility>

#include "mediad/nft/plan.h"
#include "mediad/nft/syntax.h"
#include "mediad/nft/walk.h"
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

// As firewalld names what is its own.
constexpr std::string_view kFirewalld = "firewalld";
constexpr std::string_view kZones = "filter_INPUT_ZONES";
constexpr std::string_view kZonePrefix = "filter_IN_";

bool IsFirewalld(const Table& table) {
  return table.family == Family::kInet && table.name == kFirewalld;
}

// The chains of firewalld's zones that packets are led to, in its order, each once.
std::vector<const Chain*> ZonesOf(const Table& table) {
  std::vector<const Chain*> zones;
  for (const Chain& chain : table.chains) {
    // Zones by source have chains of their own in some releases.
    if (chain.name.compare(0, kZones.size(), kZones) != 0) continue;
    for (const Rule& rule : chain.rules) {
      if (rule.target.compare(0, kZonePrefix.size(), kZonePrefix) != 0) continue;
      const Chain* zone = table.FindChain(rule.target);
      if (zone == nullptr || std::find(zones.begin(), zones.end(), zone) != zones.end()) continue;
      zones.push_back(zone);
    }
  }
  return zones;
}

class Checker {
 public:
  Checker(const Settings& settings, const Ruleset& all) : settings_(settings), all_(all) {}

  std::vector<Finding> Run() {
    const auto targets = Resolve(settings_, all_);
    if (!targets.ok()) {
      Unplaceable(targets.status());
      return std::move(findings_);
    }
    targets_ = *targets;
    CheckInstalled();
    CheckBaseChains();
    return std::move(findings_);
  }

  std::vector<Finding> RunOthers() {
    CheckBaseChains();
    return std::move(findings_);
  }

 private:
  void Problem(std::string text, std::string command) {
    findings_.push_back({Finding::Kind::kProblem, std::move(text), std::move(command)});
  }
  void Hint(std::string text, std::string command) {
    findings_.push_back({Finding::Kind::kHint, std::move(text), std::move(command)});
  }

  PortRange Ports() const { return settings_.media_ports.value_or(PortRange{}); }

  // The status names the command that makes the chain; where firewalld filters, it would be of no use.
  void Unplaceable(const absl::Status& status) {
    const Table* firewalld = all_.Find(Family::kInet, kFirewalld);
    if (firewalld == nullptr) return Problem(std::string(base::Message(status)), "");
    Problem(StrCat(base::Message(status), "; but firewalld filters here: leave nftables-base-chain out"), "");
    for (const Chain& chain : firewalld->chains) {
      if (IsInput(chain)) CheckFirewalld(*firewalld, chain);
    }
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
        if (IsFirewalld(table) && IsInput(chain)) CheckFirewalld(table, chain);
        else CheckBaseChain(table, chain, TargetOf(table));
      }
    }
  }

  static bool IsInput(const Chain& chain) {
    return chain.hook && chain.hook->place == Hook::Place::kInput;
  }

  // From the chain's first rule: is media accepted, led to us, or dropped first?
  void CheckBaseChain(const Table& table, const Chain& chain, const Target* target) {
    if (target != nullptr && target->hook && target->chain == chain.name) return;  // ours
    const std::string jump = target != nullptr && !target->hook ? target->chain : "";
    const Passage passage = Walk(table, Ports(), jump).Through(chain);
    if (passage.fate == Passage::Fate::kDropped) return Dropped(table, chain, passage, jump);
    if (passage.fate == Passage::Fate::kOpen || !chain.hook->policy_drop) return;
    Problem(StrCat(NameOf(table, chain), " has policy drop and accepts nothing for media ports; an accept in "
                   "another table does not help"),
            Opening(table, chain));
  }

  void Dropped(const Table& table, const Chain& chain, const Passage& passage,
               const std::string& jump) {
    const bool later = !jump.empty() && std::any_of(chain.rules.begin(), chain.rules.end(),
                                                    [&](const Rule& other) {
                                                      return other.verdict == Verdict::kJump &&
                                                             other.target == jump;
                                                    });
    if (later) {
      Problem(StrCat(NameOf(table, chain), " drops media before the jump to '", jump, "' (rule handle ",
                     passage.rule->handle, ")"),
              settings_.append ? "leave nftables-append out, then: rtpctl nft remove && rtpctl nft apply"
                               : "rtpctl nft remove && rtpctl nft apply");
      return;
    }
    Problem(StrCat(NameOf(table, *passage.chain), " drops media (rule handle ", passage.rule->handle, ")"),
            Opening(table, chain));
  }

  std::string Opening(const Table& table, const Chain& chain) const {
    const std::string rule = StrCat("nft insert rule ", PlaceOf(table, chain), " udp dport ",
                                    Ports().first, "-", Ports().last, " accept");
    if (table.name != kFilterTable || !settings_.own_table ||
        chain.hook->place != Hook::Place::kInput) {
      return rule;
    }
    return StrCat("set nftables-base-chain = ", chain.name, " (only open ports pass), or for the whole range: ",
                  rule);
  }

  // By firewalld's own means: its rules are made anew at each reload, and some releases lock them. Which zone media
  // comes in by is not known here: it is a problem where no zone lets it in, else something to look at.
  void CheckFirewalld(const Table& table, const Chain& input) {
    Walk walk(table, Ports());
    const std::vector<const Chain*> zones = ZonesOf(table);
    std::vector<const Chain*> closed;
    for (const Chain* zone : zones) {
      if (walk.Through(*zone).fate != Passage::Fate::kOpen) closed.push_back(zone);
    }
    if (zones.empty() && walk.Through(input).fate == Passage::Fate::kDropped) {
      Problem("firewalld lets no media in; an accept in another table does not help", AddPort(""));
    }
    for (const Chain* chain : closed) {
      const std::string zone = chain->name.substr(kZonePrefix.size());
      std::string text = StrCat("firewalld lets no media in by zone '", zone,
                                "'; an accept in another table does not help");
      if (zones.size() > 1) {
        text += closed.size() == zones.size() ? "; other zones do not, either" : "; other zones do";
        text += " (firewall-cmd --get-active-zones: which zone an interface is in)";
      }
      if (closed.size() == zones.size()) Problem(std::move(text), AddPort(zone));
      else Hint(std::move(text), AddPort(zone));
    }
  }

  std::string AddPort(const std::string& zone) const {
    return StrCat("firewall-cmd --permanent ", zone.empty() ? "" : StrCat("--zone=", zone, " "),
                  "--add-port=", Ports().first, "-", Ports().last, "/udp && firewall-cmd --reload");
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

std::vector<Finding> CheckEach(Settings settings, const std::vector<PortRange>& ports, const Ruleset& all) {
  std::vector<Finding> found;
  for (const PortRange& range : ports) {
    settings.media_ports = range;
    for (Finding& one : settings.wanted ? Check(settings, all) : CheckOthers(range, all)) {
      const bool known = std::any_of(found.begin(), found.end(), [&one](const Finding& other) {
        return other.text == one.text && other.command == one.command;
      });
      if (!known) found.push_back(std::move(one));
    }
  }
  return found;
}

}  // namespace mediad::nft

#include "mediad/nft/settings.h"

#include <algorithm>
#include <utility>

#include "proto/base/text.h"

namespace mediad::nft {
namespace {

using base::StrCat;

constexpr std::string_view kMarkStart = "rtpengine ";
constexpr size_t kMaxComment = 120;  // the kernel takes 128
constexpr size_t kMaxName = 64;      // of an instance

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// nft's own rule for names without quotes.
bool IsName(std::string_view name) {
  if (name.empty() || name.size() > 100 || !IsLetter(name[0])) return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return IsLetter(c) || IsDigit(c) || c == '-' || c == '.' || c == '/';
  });
}

absl::Status CheckName(std::string_view option, std::string_view name) {
  if (IsName(name)) return absl::OkStatus();
  return absl::InvalidArgumentError(StrCat("Invalid value for '", option, "' ('", name,
                                           "'): letters, digits, _ - . / and no digit first"));
}

std::vector<Family> FamiliesOf(std::string_view words) {
  if (words == "inet") return {Family::kInet};
  if (words == "ip" || words == "ip4") return {Family::kIp};
  if (words == "ip6") return {Family::kIp6};
  if (words == "auto") return {};
  return {Family::kIp, Family::kIp6};
}

Target MakeTarget(const Settings& settings, Family family) {
  Target target;
  target.family = family;
  target.owns_table = settings.own_table;
  target.table = settings.own_table ? settings.table : std::string(kFilterTable);
  target.chain = settings.chain;
  target.append = settings.append;
  const std::string prefix = settings.own_table ? "" : settings.chain + "_";
  if (family != Family::kIp6) target.set4 = prefix + "media4";
  if (family != Family::kIp) target.set6 = prefix + "media6";
  if (settings.own_table || settings.base_chain.empty()) {
    target.hook = Hook{};
    target.hook->priority = settings.own_table ? settings.priority : 0;
  } else if (settings.base_chain != kNoBaseChain) {
    target.base_chain = settings.base_chain;
  }
  return target;
}

std::string AddTableCommand(Family family) {
  return StrCat("nft add table ", FamilyName(family), " ", kFilterTable);
}

std::string AddChainCommand(Family family, std::string_view chain) {
  return StrCat("nft 'add chain ", FamilyName(family), " ", kFilterTable, " ", chain,
                " { type filter hook input priority 0; policy accept; }'");
}

// The families whose table `filter` has what the settings name.
std::vector<Family> FamiliesWith(const Settings& settings, const Ruleset& installed) {
  const bool any_chain =
      settings.base_chain.empty() || settings.base_chain == std::string(kNoBaseChain);
  std::vector<Family> found;
  for (const Family family : {Family::kInet, Family::kIp, Family::kIp6}) {
    const Table* table = installed.Find(family, kFilterTable);
    if (table == nullptr) continue;
    if (!any_chain && table->FindChain(settings.base_chain) == nullptr) continue;
    if (family == Family::kInet) return {family};
    found.push_back(family);
  }
  return found;
}

absl::Status CheckBaseChain(const Target& target, const Table& table) {
  const Chain* base = table.FindChain(target.base_chain);
  const std::string where =
      StrCat("chain '", target.base_chain, "' of table '", FamilyName(target.family), " ",
             target.table, "'");
  if (base == nullptr) {
    return absl::NotFoundError(StrCat("there is no ", where, "; create it with: ",
                                      AddChainCommand(target.family, target.base_chain)));
  }
  if (base->hook && (base->hook->place != Hook::Place::kInput || !base->hook->filter)) {
    return absl::FailedPreconditionError(
        StrCat(where, " hangs on hook '", base->hook->name,
               "', where packets for this host do not pass; name a chain with 'type filter hook "
               "input' in nftables-base-chain, or create one: ",
               AddChainCommand(target.family, "input")));
  }
  return absl::OkStatus();
}

// A chain of that name which somebody else uses is left alone.
absl::Status CheckOwnChain(const Target& target, const Table& table) {
  const Chain* own = table.FindChain(target.chain);
  if (own == nullptr || target.owns_table) return absl::OkStatus();
  const bool hooked_otherwise = own->hook.has_value() != target.hook.has_value();
  const bool strange = std::any_of(own->rules.begin(), own->rules.end(), [](const Rule& rule) {
    return !IsMarked(rule) && !IsReferences(rule);
  });
  if (!hooked_otherwise && !strange) return absl::OkStatus();
  return absl::AlreadyExistsError(
      StrCat("chain '", target.chain, "' of table '", FamilyName(target.family), " ", target.table,
             "' has rules that are not ours and is left alone; choose another name in "
             "nftables-chain, or delete it: nft delete chain ",
             FamilyName(target.family), " ", target.table, " ", target.chain));
}

absl::Status CheckSets(const Target& target, const Table& table) {
  for (const base::Family media : {base::Family::kIpv4, base::Family::kIpv6}) {
    const std::string name = target.set(media);
    const Set* set = name.empty() ? nullptr : table.FindSet(name);
    if (set == nullptr || set->media == media || target.owns_table) continue;
    return absl::AlreadyExistsError(
        StrCat("set '", name, "' of table '", FamilyName(target.family), " ", target.table,
               "' is of another type and not ours; choose another name in nftables-chain, or delete "
               "it: nft delete set ",
               FamilyName(target.family), " ", target.table, " ", name));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Settings> MakeSettings(const base::options::ParsedOptions& options) {
  Settings settings;
  settings.table_number = options.Int("table");
  settings.kernel_table = settings.table_number >= 0;
  const std::string& mode = options.String("nftables");
  settings.wanted = mode == "on" || (mode == "auto" && settings.kernel_table);
  settings.own_table = !options.IsSet("nftables-base-chain");
  settings.base_chain = options.String("nftables-base-chain");
  settings.instance = options.String("worker-name");
  settings.table = options.String("nftables-table");
  settings.append = options.Bool("nftables-append");
  settings.priority = static_cast<int32_t>(options.Int("nftables-priority"));
  settings.families = FamiliesOf(options.String("nftables-family"));
  settings.media_ports = PortRange{static_cast<uint16_t>(options.Int("port-min")),
                                   static_cast<uint16_t>(options.Int("port-max"))};
  settings.chain = options.String("nftables-chain");
  if (settings.chain.empty()) {
    settings.chain = settings.own_table       ? "input"
                     : settings.kernel_table ? StrCat("rtpengine_", settings.table_number)
                                              : "rtpengine";
  }
  if (absl::Status status = CheckName("nftables-chain", settings.chain); !status.ok()) return status;
  if (absl::Status status = CheckName("nftables-table", settings.table); !status.ok()) return status;
  if (!settings.own_table && !settings.base_chain.empty()) {
    if (absl::Status s = CheckName("nftables-base-chain", settings.base_chain); !s.ok()) return s;
  }
  if (settings.own_table && settings.table == kFilterTable) {
    return absl::InvalidArgumentError(
        "nftables-table = filter: that is the administrator's table; set nftables-base-chain to put "
        "rules there");
  }
  if (!settings.own_table && settings.chain == settings.base_chain) {
    return absl::InvalidArgumentError("nftables-chain and nftables-base-chain must differ");
  }
  return settings;
}

std::vector<std::string> Warnings(const base::options::ParsedOptions& options) {
  std::vector<std::string> warnings;
  if (!options.IsSet("nftables-base-chain") && options.Bool("nftables-append")) {
    warnings.push_back("nftables-append has no effect without nftables-base-chain");
  }
  if (options.IsSet("nftables-base-chain")) {
    for (const char* name : {"nftables-table", "nftables-priority"}) {
      if (!options.IsSet(name)) continue;
      warnings.push_back(StrCat(name, " has no effect together with nftables-base-chain"));
    }
  }
  return warnings;
}

std::vector<Target> AllTargets(const Settings& settings) {
  std::vector<Family> families = settings.families;
  if (families.empty()) {
    families = settings.own_table ? std::vector<Family>{Family::kInet}
                                  : std::vector<Family>{Family::kInet, Family::kIp, Family::kIp6};
  }
  std::vector<Target> targets;
  for (const Family family : families) targets.push_back(MakeTarget(settings, family));
  return targets;
}

absl::StatusOr<std::vector<Target>> Resolve(const Settings& settings, const Ruleset& installed) {
  if (settings.own_table) return AllTargets(settings);
  std::vector<Family> families = settings.families;
  if (families.empty()) families = FamiliesWith(settings, installed);
  if (families.empty()) families = {Family::kInet};  // nothing fits: the commands for this one
  std::vector<Target> targets;
  for (const Family family : families) {
    const Target target = MakeTarget(settings, family);
    const Table* table = installed.Find(family, target.table);
    if (table == nullptr) {
      std::string text = StrCat("there is no table '", FamilyName(family), " ", target.table,
                                "'; create it with: ", AddTableCommand(family));
      if (!target.base_chain.empty()) {
        text += " && " + AddChainCommand(family, target.base_chain);
      }
      return absl::NotFoundError(text);
    }
    if (!target.base_chain.empty()) {
      if (absl::Status status = CheckBaseChain(target, *table); !status.ok()) return status;
    }
    if (absl::Status status = CheckOwnChain(target, *table); !status.ok()) return status;
    if (absl::Status status = CheckSets(target, *table); !status.ok()) return status;
    targets.push_back(target);
  }
  return targets;
}

std::string CommentText(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, kMaxComment)) {
    const bool plain = c >= ' ' && c <= '~' && c != '"' && c != '\\' && c != '*' && c != '\'';
    out += plain ? c : '_';
  }
  return out;
}

std::string Mark(const Settings& settings, std::string_view text) {
  return CommentText(
      StrCat(kMarkStart, std::string_view(settings.instance).substr(0, kMaxName), ": ", text));
}

bool IsMarked(const Rule& rule) {
  return rule.comment.rfind(kMarkStart, 0) == 0 &&
         rule.comment.find(": ") != std::string::npos;
}

bool IsMarkedBy(const Settings& settings, const Rule& rule) {
  return rule.comment.rfind(Mark(settings, ""), 0) == 0;
}

bool IsReferences(const Rule& rule) {
  // Saved and restored by nft, the reference's rule is a counter that does nothing.
  const bool remains = rule.counter && rule.verdict == Verdict::kNone && rule.comment.empty() &&
                       rule.set.empty() && !rule.conditional && !rule.udp && !rule.ports;
  return remains || rule.foreign_handler ||
         rule.comment.rfind("rtpengine UDP handler table ", 0) == 0;
}

}  // namespace mediad::nft

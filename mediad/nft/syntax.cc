#include "mediad/nft/syntax.h"

#include <algorithm>

#include "proto/base/text.h"

namespace mediad::nft {
namespace {

using base::StrAppend;
using base::StrCat;
using Op = Change::Op;

std::string HookSyntax(const Hook& hook) {
  return StrCat("{ type filter hook input priority ", hook.priority, "; policy accept; }");
}

std::string SetSyntax(base::Family media) {
  return StrCat("{ type ", media == base::Family::kIpv4 ? "ipv4_addr" : "ipv6_addr",
                " . inet_service; counter; }");
}

std::string RuleSyntax(const RuleSpec& rule) {
  if (rule.kind == RuleSpec::Kind::kJump) {
    return StrCat("meta l4proto udp counter jump ", rule.target, " comment \"", rule.comment, "\"");
  }
  return StrCat(rule.media == base::Family::kIpv4 ? "ip" : "ip6", " daddr . udp dport @", rule.set,
                " counter accept comment \"", rule.comment, "\"");
}

std::string PinholeSyntax(const Pinholes& pinholes, bool comments) {
  std::string out = "{ ";
  bool first = true;
  for (const auto& [port, comment] : pinholes) {
    StrAppend(&out, first ? "" : ", ", port.address.ToString(), " . ", port.port);
    if (comments && !comment.empty()) StrAppend(&out, " comment \"", comment, "\"");
    first = false;
  }
  return out + " }";
}

}  // namespace

std::string Syntax(const Change& change) {
  const std::string table = StrCat(FamilyName(change.family), " ", change.table);
  const std::string chain = StrCat(table, " ", change.chain);
  const std::string set = StrCat(table, " ", change.set);
  switch (change.op) {
    case Op::kAddTable: return StrCat("add table ", table);
    case Op::kDeleteTable: return StrCat("delete table ", table);
    case Op::kAddChain:
      return change.hook ? StrCat("add chain ", chain, " ", HookSyntax(*change.hook))
                         : StrCat("add chain ", chain);
    case Op::kDeleteChain: return StrCat("delete chain ", chain);
    case Op::kAddSet: return StrCat("add set ", set, " ", SetSyntax(change.media));
    case Op::kDeleteSet: return StrCat("delete set ", set);
    case Op::kAddRule: return StrCat("add rule ", chain, " ", RuleSyntax(change.rule));
    case Op::kInsertRule: return StrCat("insert rule ", chain, " ", RuleSyntax(change.rule));
    case Op::kDeleteRule: return StrCat("delete rule ", chain, " handle ", change.handle);
    case Op::kAddPinholes:
      return StrCat("add element ", set, " ", PinholeSyntax(change.pinholes, true));
    case Op::kDeletePinholes:
      return StrCat("delete element ", set, " ", PinholeSyntax(change.pinholes, false));
  }
  return "";
}

std::string Syntax(const Plan& plan) {
  std::string out;
  for (const Change& change : plan) out += Syntax(change) + "\n";
  return out;
}

}  // namespace mediad::nft

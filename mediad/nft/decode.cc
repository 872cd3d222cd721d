#include "mediad/nft/decode.h"

#include <endian.h>
#include <libmnl/libmnl.h>
#include <libnftnl/chain.h>
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <libnftnl/set.h>
#include <libnftnl/table.h>
#include <libnftnl/udata.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <memory>
#include <string_view>
#include <utility>

#include "mediad/nft/rule_facts.h"
#include "mediad/nft/wire.h"

namespace mediad::nft {
namespace {

constexpr size_t kMaxName = 256;

template <auto Free>
struct Deleter {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
using TablePtr = std::unique_ptr<nftnl_table, Deleter<nftnl_table_free>>;
using ChainPtr = std::unique_ptr<nftnl_chain, Deleter<nftnl_chain_free>>;
using RulePtr = std::unique_ptr<nftnl_rule, Deleter<nftnl_rule_free>>;
using SetPtr = std::unique_ptr<nftnl_set, Deleter<nftnl_set_free>>;
using IteratorPtr = std::unique_ptr<nftnl_set_elems_iter, Deleter<nftnl_set_elems_iter_destroy>>;

std::string Text(const char* text) { return text == nullptr ? std::string() : std::string(text); }

Table* Find(Ruleset* ruleset, std::optional<Family> family, const std::string& name) {
  if (!family) return nullptr;
  return const_cast<Table*>(ruleset->Find(*family, name));
}

// A comment among the user data of a rule or an element: type 0 of both kinds, then a C string.
std::string CommentOf(const void* data, size_t size) {
  const auto* octets = static_cast<const uint8_t*>(data);
  size_t at = 0;
  while (data != nullptr && at + 2 <= size) {
    const uint8_t type = octets[at];
    const size_t length = octets[at + 1];
    at += 2;
    if (length > size - at) return "";
    if (type == NFTNL_UDATA_RULE_COMMENT) {
      const auto* text = reinterpret_cast<const char*>(octets + at);
      return std::string(text, strnlen(text, length));
    }
    at += length;
  }
  return "";
}

void AddTable(const nlmsghdr* message, Ruleset* ruleset) {
  TablePtr table(nftnl_table_alloc());
  if (nftnl_table_nlmsg_parse(message, table.get()) < 0) return;
  const auto family = FamilyOf(nftnl_table_get_u32(table.get(), NFTNL_TABLE_FAMILY));
  const std::string name = Text(nftnl_table_get_str(table.get(), NFTNL_TABLE_NAME));
  if (!family || name.empty() || ruleset->Find(*family, name) != nullptr) return;
  Table& out = ruleset->tables.emplace_back();
  out.family = *family;
  out.name = name;
}

Hook HookOf(nftnl_chain* chain) {
  static constexpr const char* kNames[] = {"prerouting", "input", "forward", "output",
                                           "postrouting", "ingress"};
  Hook hook;
  const uint32_t number = nftnl_chain_get_u32(chain, NFTNL_CHAIN_HOOKNUM);
  hook.place = number == NF_INET_LOCAL_IN       ? Hook::Place::kInput
               : number == NF_INET_PRE_ROUTING ? Hook::Place::kPrerouting
                                                : Hook::Place::kOther;
  hook.name = number < std::size(kNames) ? kNames[number] : "another";
  hook.priority = nftnl_chain_get_s32(chain, NFTNL_CHAIN_PRIO);
  hook.filter = Text(nftnl_chain_get_str(chain, NFTNL_CHAIN_TYPE)) == "filter";
  hook.policy_drop = nftnl_chain_is_set(chain, NFTNL_CHAIN_POLICY) &&
                     nftnl_chain_get_u32(chain, NFTNL_CHAIN_POLICY) == NF_DROP;
  return hook;
}

void AddChain(const nlmsghdr* message, Ruleset* ruleset) {
  ChainPtr chain(nftnl_chain_alloc());
  if (nftnl_chain_nlmsg_parse(message, chain.get()) < 0) return;
  Table* table = Find(ruleset, FamilyOf(nftnl_chain_get_u32(chain.get(), NFTNL_CHAIN_FAMILY)),
                      Text(nftnl_chain_get_str(chain.get(), NFTNL_CHAIN_TABLE)));
  const std::string name = Text(nftnl_chain_get_str(chain.get(), NFTNL_CHAIN_NAME));
  if (table == nullptr || name.empty() || table->FindChain(name) != nullptr) return;
  Chain& out = table->chains.emplace_back();
  out.name = name;
  if (nftnl_chain_is_set(chain.get(), NFTNL_CHAIN_HOOKNUM)) out.hook = HookOf(chain.get());
}

Chain* FindChain(Ruleset* ruleset, std::optional<Family> family, const std::string& table,
                 const std::string& chain) {
  Table* const found = Find(ruleset, family, table);
  return found == nullptr ? nullptr : const_cast<Chain*>(found->FindChain(chain));
}

// An attribute that holds a string; empty if it does not.
std::string StringOf(const nlattr* attribute) {
  const auto* text = static_cast<const char*>(mnl_attr_get_payload(attribute));
  return std::string(text, strnlen(text, std::min<size_t>(mnl_attr_get_payload_len(attribute), kMaxName)));
}

// Calls `visit` with each attribute in `size` octets from `first`.
template <typename Visit>
void ForEach(const void* first, size_t size, Visit visit) {
  const auto* at = static_cast<const uint8_t*>(first);
  const uint8_t* const end = at + size;
  while (at < end) {
    const auto* attribute = reinterpret_cast<const nlattr*>(at);
    if (!mnl_attr_ok(attribute, static_cast<int>(end - at))) return;
    visit(attribute);
    at += std::min<size_t>(MNL_ALIGN(attribute->nla_len), static_cast<size_t>(end - at));
  }
}
template <typename Visit>
void ForEachNested(const nlattr* nest, Visit visit) {
  ForEach(mnl_attr_get_payload(nest), mnl_attr_get_payload_len(nest), visit);
}
template <typename Visit>
void ForEachOf(const nlmsghdr* message, Visit visit) {
  constexpr size_t kHeader = MNL_ALIGN(sizeof(nfgenmsg));
  const size_t size = mnl_nlmsg_get_payload_len(message);
  if (size < kHeader) return;
  ForEach(mnl_nlmsg_get_payload_offset(message, kHeader), size - kHeader, visit);
}

bool NamesTheReference(const nlattr* expressions) {
  bool found = false;
  ForEachNested(expressions, [&](const nlattr* element) {
    ForEachNested(element, [&](const nlattr* part) {
      found = found ||
              (mnl_attr_get_type(part) == NFTA_EXPR_NAME && StringOf(part) == "rtpengine");
    });
  });
  return found;
}

void AddRule(const nlmsghdr* message, Ruleset* ruleset) {
  RulePtr rule(nftnl_rule_alloc());
  if (nftnl_rule_nlmsg_parse(message, rule.get()) < 0) return AddUnknownRule(message, ruleset);
  Chain* const chain =
      FindChain(ruleset, FamilyOf(nftnl_rule_get_u32(rule.get(), NFTNL_RULE_FAMILY)),
                Text(nftnl_rule_get_str(rule.get(), NFTNL_RULE_TABLE)),
                Text(nftnl_rule_get_str(rule.get(), NFTNL_RULE_CHAIN)));
  if (chain == nullptr) return;
  Rule out = FactsOf(rule.get());
  out.handle = nftnl_rule_get_u64(rule.get(), NFTNL_RULE_HANDLE);
  uint32_t size = 0;
  const void* data = nftnl_rule_get_data(rule.get(), NFTNL_RULE_USERDATA, &size);
  out.comment = CommentOf(data, size);
  chain->rules.push_back(std::move(out));
}

base::Family MediaOf(nftnl_set* set) {
  const uint32_t type = nftnl_set_get_u32(set, NFTNL_SET_KEY_TYPE);
  const uint32_t length = nftnl_set_get_u32(set, NFTNL_SET_KEY_LEN);
  const uint32_t flags = nftnl_set_get_u32(set, NFTNL_SET_FLAGS);
  if (flags != 0) return base::Family::kNone;  // maps, intervals, constant ones
  if (type == kKeyTypeV4 && length == kKeyLengthV4) return base::Family::kIpv4;
  if (type == kKeyTypeV6 && length == kKeyLengthV6) return base::Family::kIpv6;
  return base::Family::kNone;
}

void AddSet(const nlmsghdr* message, Ruleset* ruleset) {
  SetPtr set(nftnl_set_alloc());
  if (nftnl_set_nlmsg_parse(message, set.get()) < 0) return;
  Table* const table = Find(ruleset, FamilyOf(nftnl_set_get_u32(set.get(), NFTNL_SET_FAMILY)),
                            Text(nftnl_set_get_str(set.get(), NFTNL_SET_TABLE)));
  const std::string name = Text(nftnl_set_get_str(set.get(), NFTNL_SET_NAME));
  if (table == nullptr || name.empty() || table->FindSet(name) != nullptr) return;
  Set& out = table->sets.emplace_back();
  out.name = name;
  out.media = MediaOf(set.get());
}

void AddElements(const nlmsghdr* message, Ruleset* ruleset) {
  SetPtr set(nftnl_set_alloc());
  if (nftnl_set_elems_nlmsg_parse(message, set.get()) < 0) return;
  Table* const table = Find(ruleset, FamilyOf(nftnl_set_get_u32(set.get(), NFTNL_SET_FAMILY)),
                            Text(nftnl_set_get_str(set.get(), NFTNL_SET_TABLE)));
  if (table == nullptr) return;
  auto* const out = const_cast<Set*>(table->FindSet(Text(nftnl_set_get_str(set.get(), NFTNL_SET_NAME))));
  if (out == nullptr || out->media == base::Family::kNone) return;
  IteratorPtr elements(nftnl_set_elems_iter_create(set.get()));
  while (nftnl_set_elem* element = nftnl_set_elems_iter_next(elements.get())) {
    uint32_t size = 0;
    const void* key = nftnl_set_elem_get(element, NFTNL_SET_ELEM_KEY, &size);
    const auto port = key == nullptr ? std::nullopt
                                     : PortOfKey({static_cast<const uint8_t*>(key), size}, out->media);
    if (!port) continue;
    size = 0;
    const void* data = nftnl_set_elem_is_set(element, NFTNL_SET_ELEM_USERDATA)
                           ? nftnl_set_elem_get(element, NFTNL_SET_ELEM_USERDATA, &size)
                           : nullptr;
    out->elements.emplace(*port, CommentOf(data, size));
  }
}

bool HasHeader(const nlmsghdr* message) {
  return message->nlmsg_len >= MNL_NLMSG_HDRLEN + sizeof(nfgenmsg);
}

}  // namespace

void AddUnknownRule(const nlmsghdr* message, Ruleset* ruleset) {
  if (!HasHeader(message)) return;
  Rule rule;
  std::string table, chain;
  rule.verdict = Verdict::kOther;
  rule.conditional = true;
  ForEachOf(message, [&](const nlattr* attribute) {
    const size_t size = mnl_attr_get_payload_len(attribute);
    switch (mnl_attr_get_type(attribute)) {
      case NFTA_RULE_TABLE: table = StringOf(attribute); break;
      case NFTA_RULE_CHAIN: chain = StringOf(attribute); break;
      case NFTA_RULE_HANDLE:
        if (size == sizeof(uint64_t)) rule.handle = be64toh(mnl_attr_get_u64(attribute));
        break;
      case NFTA_RULE_EXPRESSIONS: rule.foreign_handler = NamesTheReference(attribute); break;
      case NFTA_RULE_USERDATA: rule.comment = CommentOf(mnl_attr_get_payload(attribute), size); break;
      default: break;
    }
  });
  const auto* header = static_cast<const nfgenmsg*>(mnl_nlmsg_get_payload(message));
  Chain* const found = FindChain(ruleset, FamilyOf(header->nfgen_family), table, chain);
  if (found != nullptr) found->rules.push_back(std::move(rule));
}

void AddMessage(const nlmsghdr* message, Ruleset* ruleset) {
  if (!HasHeader(message) || NFNL_SUBSYS_ID(message->nlmsg_type) != NFNL_SUBSYS_NFTABLES) return;
  switch (NFNL_MSG_TYPE(message->nlmsg_type)) {
    case NFT_MSG_NEWTABLE: return AddTable(message, ruleset);
    case NFT_MSG_NEWCHAIN: return AddChain(message, ruleset);
    case NFT_MSG_NEWRULE: return AddRule(message, ruleset);
    case NFT_MSG_NEWSET: return AddSet(message, ruleset);
    case NFT_MSG_NEWSETELEM: return AddElements(message, ruleset);
    default: return;
  }
}

std::optional<Notification> ParseNotification(const nlmsghdr* message) {
  if (!HasHeader(message) || NFNL_SUBSYS_ID(message->nlmsg_type) != NFNL_SUBSYS_NFTABLES) {
    return std::nullopt;
  }
  Notification out;
  out.sender = message->nlmsg_pid;
  out.end = NFNL_MSG_TYPE(message->nlmsg_type) == NFT_MSG_NEWGEN;
  const auto* header = static_cast<const nfgenmsg*>(mnl_nlmsg_get_payload(message));
  out.family = FamilyOf(header->nfgen_family);
  // The table's name is attribute 1 of every kind of object.
  static_assert(NFTA_TABLE_NAME == 1 && NFTA_CHAIN_TABLE == 1 && NFTA_RULE_TABLE == 1 &&
                NFTA_SET_TABLE == 1 && NFTA_SET_ELEM_LIST_TABLE == 1);
  const uint16_t wanted = out.end ? uint16_t{NFTA_GEN_PROC_NAME} : uint16_t{NFTA_TABLE_NAME};
  ForEachOf(message, [&](const nlattr* attribute) {
    if (mnl_attr_get_type(attribute) != wanted) return;
    (out.end ? out.process : out.table) = StringOf(attribute);
  });
  return out;
}

}  // namespace mediad::nft

#include "mediad/nft/transaction.h"

#include <endian.h>
#include <libmnl/libmnl.h>
#include <libnftnl/chain.h>
#include <libnftnl/common.h>
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <libnftnl/set.h>
#include <libnftnl/table.h>
#include <libnftnl/udata.h>
#include <linux/in.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include <memory>
#include <string>

#include "mediad/nft/wire.h"

namespace mediad::nft {
namespace {

using Op = Change::Op;

constexpr size_t kMessage = size_t{1} << 16;  // room for one
constexpr size_t kPinholesPerMessage = 200;   // an attribute's length has 16 bits

// Appends messages to the batch.
class Batch {
 public:
  explicit Batch(Transaction* out) : out_(out), room_(kMessage) {}

  // For libnftnl's `…_nlmsg_build_payload`.
  nlmsghdr* Begin(uint16_t type, Family family, uint16_t flags, uint32_t sequence) {
    return nftnl_nlmsg_build_hdr(reinterpret_cast<char*>(room_.data()), type, NumberOf(family), flags,
                                 sequence);
  }
  void End(const nlmsghdr* message) {
    last_ = out_->octets.size();
    const auto* octets = reinterpret_cast<const uint8_t*>(message);
    out_->octets.insert(out_->octets.end(), octets, octets + NLMSG_ALIGN(message->nlmsg_len));
  }

  void Open(std::optional<uint32_t> generation) {
    nlmsghdr* message = Frame(NFNL_MSG_BATCH_BEGIN);
    if (generation) mnl_attr_put_u32(message, NFNL_BATCH_GENID, htobe32(*generation));
    End(message);
  }
  void Close() {
    auto* last = reinterpret_cast<nlmsghdr*>(out_->octets.data() + last_);
    last->nlmsg_flags |= NLM_F_ACK;
    out_->last = last->nlmsg_seq;
    End(Frame(NFNL_MSG_BATCH_END));
  }

 private:
  nlmsghdr* Frame(uint16_t type) {
    nlmsghdr* message = mnl_nlmsg_put_header(room_.data());
    message->nlmsg_type = type;
    message->nlmsg_flags = NLM_F_REQUEST;
    message->nlmsg_seq = kBeginSequence;
    auto* header = static_cast<nfgenmsg*>(mnl_nlmsg_put_extra_header(message, sizeof(nfgenmsg)));
    header->nfgen_family = AF_UNSPEC;
    header->version = NFNETLINK_V0;
    header->res_id = htobe16(NFNL_SUBSYS_NFTABLES);
    return message;
  }

  Transaction* const out_;
  std::vector<uint8_t> room_;
  size_t last_ = 0;  // offset of the last message
};

void AddExpression(nftnl_rule* rule, nftnl_expr* expression) { nftnl_rule_add_expr(rule, expression); }

void AddMetaComparison(nftnl_rule* rule, uint32_t key, uint8_t value) {
  nftnl_expr* meta = nftnl_expr_alloc("meta");
  nftnl_expr_set_u32(meta, NFTNL_EXPR_META_KEY, key);
  nftnl_expr_set_u32(meta, NFTNL_EXPR_META_DREG, NFT_REG_1);
  AddExpression(rule, meta);
  nftnl_expr* cmp = nftnl_expr_alloc("cmp");
  nftnl_expr_set_u32(cmp, NFTNL_EXPR_CMP_SREG, NFT_REG_1);
  nftnl_expr_set_u32(cmp, NFTNL_EXPR_CMP_OP, NFT_CMP_EQ);
  nftnl_expr_set(cmp, NFTNL_EXPR_CMP_DATA, &value, sizeof value);
  AddExpression(rule, cmp);
}

void AddPayload(nftnl_rule* rule, uint32_t base, uint32_t offset, uint32_t length, uint32_t reg) {
  nftnl_expr* payload = nftnl_expr_alloc("payload");
  nftnl_expr_set_u32(payload, NFTNL_EXPR_PAYLOAD_BASE, base);
  nftnl_expr_set_u32(payload, NFTNL_EXPR_PAYLOAD_OFFSET, offset);
  nftnl_expr_set_u32(payload, NFTNL_EXPR_PAYLOAD_LEN, length);
  nftnl_expr_set_u32(payload, NFTNL_EXPR_PAYLOAD_DREG, reg);
  AddExpression(rule, payload);
}

// ip daddr . udp dport @set
void AddLookup(nftnl_rule* rule, Family family, const RuleSpec& spec) {
  const bool v4 = spec.media == base::Family::kIpv4;
  if (family == Family::kInet) {
    AddMetaComparison(rule, NFT_META_NFPROTO, v4 ? NFPROTO_IPV4 : NFPROTO_IPV6);
  }
  AddMetaComparison(rule, NFT_META_L4PROTO, IPPROTO_UDP);
  AddPayload(rule, NFT_PAYLOAD_NETWORK_HEADER, v4 ? 16 : 24, v4 ? 4 : 16, NFT_REG_1);
  AddPayload(rule, NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2, v4 ? NFT_REG32_01 : NFT_REG_2);
  nftnl_expr* lookup = nftnl_expr_alloc("lookup");
  nftnl_expr_set_u32(lookup, NFTNL_EXPR_LOOKUP_SREG, NFT_REG_1);
  nftnl_expr_set_str(lookup, NFTNL_EXPR_LOOKUP_SET, spec.set.c_str());
  AddExpression(rule, lookup);
}

// A comment as nft keeps it among a rule's or an element's user data: type 0, length, C string.
std::vector<uint8_t> UserData(const std::string& comment) {
  std::vector<uint8_t> data;
  data.push_back(NFTNL_UDATA_RULE_COMMENT);
  data.push_back(static_cast<uint8_t>(comment.size() + 1));
  for (const char c : comment) data.push_back(static_cast<uint8_t>(c));
  data.push_back(0);
  return data;
}

nftnl_rule* MakeRule(const Change& change) {
  nftnl_rule* rule = nftnl_rule_alloc();
  nftnl_rule_set_u32(rule, NFTNL_RULE_FAMILY, NumberOf(change.family));
  nftnl_rule_set_str(rule, NFTNL_RULE_TABLE, change.table.c_str());
  nftnl_rule_set_str(rule, NFTNL_RULE_CHAIN, change.chain.c_str());
  if (change.op == Op::kDeleteRule) {
    nftnl_rule_set_u64(rule, NFTNL_RULE_HANDLE, change.handle);
    return rule;
  }
  const RuleSpec& spec = change.rule;
  const bool jump = spec.kind == RuleSpec::Kind::kJump;
  if (jump) {
    AddMetaComparison(rule, NFT_META_L4PROTO, IPPROTO_UDP);
  } else {
    AddLookup(rule, change.family, spec);
  }
  AddExpression(rule, nftnl_expr_alloc("counter"));
  nftnl_expr* verdict = nftnl_expr_alloc("immediate");
  nftnl_expr_set_u32(verdict, NFTNL_EXPR_IMM_DREG, NFT_REG_VERDICT);
  nftnl_expr_set_u32(verdict, NFTNL_EXPR_IMM_VERDICT,
                     jump ? static_cast<uint32_t>(NFT_JUMP) : uint32_t{NF_ACCEPT});
  if (jump) nftnl_expr_set_str(verdict, NFTNL_EXPR_IMM_CHAIN, spec.target.c_str());
  AddExpression(rule, verdict);
  const std::vector<uint8_t> data = UserData(spec.comment);
  nftnl_rule_set_data(rule, NFTNL_RULE_USERDATA, data.data(), static_cast<uint32_t>(data.size()));
  return rule;
}

nftnl_set* MakeSet(const Change& change) {
  const bool v4 = change.media == base::Family::kIpv4;
  nftnl_set* set = nftnl_set_alloc();
  nftnl_set_set_u32(set, NFTNL_SET_FAMILY, NumberOf(change.family));
  nftnl_set_set_str(set, NFTNL_SET_TABLE, change.table.c_str());
  nftnl_set_set_str(set, NFTNL_SET_NAME, change.set.c_str());
  if (change.op != Op::kAddSet) return set;
  nftnl_set_set_u32(set, NFTNL_SET_ID, v4 ? 4 : 6);
  nftnl_set_set_u32(set, NFTNL_SET_KEY_TYPE, v4 ? kKeyTypeV4 : kKeyTypeV6);
  nftnl_set_set_u32(set, NFTNL_SET_KEY_LEN, v4 ? kKeyLengthV4 : kKeyLengthV6);
  nftnl_set_add_expr(set, nftnl_expr_alloc("counter"));
  return set;
}

void WriteTable(const Change& change, uint32_t sequence, Batch* batch) {
  const std::unique_ptr<nftnl_table, decltype(&nftnl_table_free)> table(nftnl_table_alloc(),
                                                                        nftnl_table_free);
  nftnl_table_set_u32(table.get(), NFTNL_TABLE_FAMILY, NumberOf(change.family));
  nftnl_table_set_str(table.get(), NFTNL_TABLE_NAME, change.table.c_str());
  const bool add = change.op == Op::kAddTable;
  nlmsghdr* message = batch->Begin(add ? NFT_MSG_NEWTABLE : NFT_MSG_DELTABLE, change.family,
                                   add ? NLM_F_CREATE : 0, sequence);
  nftnl_table_nlmsg_build_payload(message, table.get());
  batch->End(message);
}

void WriteChain(const Change& change, uint32_t sequence, Batch* batch) {
  const std::unique_ptr<nftnl_chain, decltype(&nftnl_chain_free)> chain(nftnl_chain_alloc(),
                                                                        nftnl_chain_free);
  nftnl_chain_set_u32(chain.get(), NFTNL_CHAIN_FAMILY, NumberOf(change.family));
  nftnl_chain_set_str(chain.get(), NFTNL_CHAIN_TABLE, change.table.c_str());
  nftnl_chain_set_str(chain.get(), NFTNL_CHAIN_NAME, change.chain.c_str());
  const bool add = change.op == Op::kAddChain;
  if (add && change.hook) {
    nftnl_chain_set_str(chain.get(), NFTNL_CHAIN_TYPE, "filter");
    nftnl_chain_set_u32(chain.get(), NFTNL_CHAIN_HOOKNUM, NF_INET_LOCAL_IN);
    nftnl_chain_set_s32(chain.get(), NFTNL_CHAIN_PRIO, change.hook->priority);
    nftnl_chain_set_u32(chain.get(), NFTNL_CHAIN_POLICY, NF_ACCEPT);
  }
  nlmsghdr* message = batch->Begin(add ? NFT_MSG_NEWCHAIN : NFT_MSG_DELCHAIN, change.family,
                                   add ? NLM_F_CREATE : 0, sequence);
  nftnl_chain_nlmsg_build_payload(message, chain.get());
  batch->End(message);
}

void WriteSet(const Change& change, uint32_t sequence, Batch* batch) {
  const std::unique_ptr<nftnl_set, decltype(&nftnl_set_free)> set(MakeSet(change), nftnl_set_free);
  const bool add = change.op == Op::kAddSet;
  nlmsghdr* message = batch->Begin(add ? NFT_MSG_NEWSET : NFT_MSG_DELSET, change.family,
                                   add ? NLM_F_CREATE : 0, sequence);
  nftnl_set_nlmsg_build_payload(message, set.get());
  batch->End(message);
}

void WriteRule(const Change& change, uint32_t sequence, Batch* batch) {
  const std::unique_ptr<nftnl_rule, decltype(&nftnl_rule_free)> rule(MakeRule(change),
                                                                     nftnl_rule_free);
  const bool remove = change.op == Op::kDeleteRule;
  const uint16_t flags = remove                       ? 0
                         : change.op == Op::kAddRule ? NLM_F_CREATE | NLM_F_APPEND
                                                      : NLM_F_CREATE;
  nlmsghdr* message =
      batch->Begin(remove ? NFT_MSG_DELRULE : NFT_MSG_NEWRULE, change.family, flags, sequence);
  nftnl_rule_nlmsg_build_payload(message, rule.get());
  batch->End(message);
}

void WritePinholes(const Change& change, uint32_t sequence, Batch* batch) {
  const bool add = change.op == Op::kAddPinholes;
  auto pinhole = change.pinholes.begin();
  while (pinhole != change.pinholes.end()) {
    const std::unique_ptr<nftnl_set, decltype(&nftnl_set_free)> set(MakeSet(change), nftnl_set_free);
    for (size_t i = 0; i < kPinholesPerMessage && pinhole != change.pinholes.end(); ++i, ++pinhole) {
      const std::vector<uint8_t> key = KeyOf(pinhole->first);
      nftnl_set_elem* element = nftnl_set_elem_alloc();
      nftnl_set_elem_set(element, NFTNL_SET_ELEM_KEY, key.data(), static_cast<uint32_t>(key.size()));
      if (add && !pinhole->second.empty()) {
        const std::vector<uint8_t> data = UserData(pinhole->second);
        nftnl_set_elem_set(element, NFTNL_SET_ELEM_USERDATA, data.data(),
                           static_cast<uint32_t>(data.size()));
      }
      nftnl_set_elem_add(set.get(), element);
    }
    nlmsghdr* message = batch->Begin(add ? NFT_MSG_NEWSETELEM : NFT_MSG_DELSETELEM, change.family,
                                     add ? NLM_F_CREATE : 0, sequence);
    nftnl_set_elems_nlmsg_build_payload(message, set.get());
    batch->End(message);
  }
}

void Write(const Change& change, uint32_t sequence, Batch* batch) {
  switch (change.op) {
    case Op::kAddTable:
    case Op::kDeleteTable: return WriteTable(change, sequence, batch);
    case Op::kAddChain:
    case Op::kDeleteChain: return WriteChain(change, sequence, batch);
    case Op::kAddSet:
    case Op::kDeleteSet: return WriteSet(change, sequence, batch);
    case Op::kAddRule:
    case Op::kInsertRule:
    case Op::kDeleteRule: return WriteRule(change, sequence, batch);
    case Op::kAddPinholes:
    case Op::kDeletePinholes: return WritePinholes(change, sequence, batch);
  }
}

}  // namespace

Transaction MakeTransaction(const Plan& plan, std::optional<uint32_t> generation) {
  Transaction transaction;
  Batch batch(&transaction);
  batch.Open(generation);
  for (size_t i = 0; i < plan.size(); ++i) Write(plan[i], static_cast<uint32_t>(i + 1), &batch);
  batch.Close();
  return transaction;
}

}  // namespace mediad::nft

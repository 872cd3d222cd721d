// See rule_facts.h. Registers are followed only as far as needed: what was loaded last into each.
#include "mediad/nft/rule_facts.h"

#include <libnftnl/expr.h>
#include <linux/in.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace mediad::nft {
namespace {

enum class Loaded : uint8_t { kNothing, kProtocol, kFamily, kDestination, kPort, kOther };

class Reader {
 public:
  Rule Read(const nftnl_rule* rule) {
    struct Free {
      void operator()(nftnl_expr_iter* it) const { nftnl_expr_iter_destroy(it); }
    };
    const std::unique_ptr<nftnl_expr_iter, Free> it(nftnl_expr_iter_create(rule));
    while (nftnl_expr* expression = nftnl_expr_iter_next(it.get())) Take(expression);
    return std::move(rule_);
  }

 private:
  void Take(const nftnl_expr* e) {
    const std::string_view name = nftnl_expr_get_str(e, NFTNL_EXPR_NAME);
    if (name == "counter") {
      rule_.counter = true;
    } else if (name == "log") {
      // says something, decides nothing
    } else if (name == "meta") {
      TakeMeta(e);
    } else if (name == "payload") {
      TakePayload(e);
    } else if (name == "cmp") {
      TakeComparison(e);
    } else if (name == "range") {
      TakeRange(e);
    } else if (name == "lookup") {
      TakeLookup(e);
    } else if (name == "immediate") {
      TakeImmediate(e);
    } else if (name == "reject") {
      rule_.verdict = Verdict::kDrop;
    } else if (name == "target") {
      const char* target = nftnl_expr_get_str(e, NFTNL_EXPR_TG_NAME);
      rule_.foreign_handler = target != nullptr && std::strcmp(target, "RTPENGINE") == 0;
      rule_.verdict = Verdict::kOther;
    } else {
      rule_.conditional = true;
    }
  }

  void TakeMeta(const nftnl_expr* e) {
    if (!nftnl_expr_is_set(e, NFTNL_EXPR_META_DREG)) {  // sets a mark or so
      rule_.conditional = true;
      return;
    }
    const uint32_t key = nftnl_expr_get_u32(e, NFTNL_EXPR_META_KEY);
    loaded_[nftnl_expr_get_u32(e, NFTNL_EXPR_META_DREG)] =
        key == NFT_META_L4PROTO   ? Loaded::kProtocol
        : key == NFT_META_NFPROTO ? Loaded::kFamily
                                  : Loaded::kOther;
  }

  void TakePayload(const nftnl_expr* e) {
    if (!nftnl_expr_is_set(e, NFTNL_EXPR_PAYLOAD_DREG)) {
      rule_.conditional = true;
      return;
    }
    const uint32_t base = nftnl_expr_get_u32(e, NFTNL_EXPR_PAYLOAD_BASE);
    const uint32_t offset = nftnl_expr_get_u32(e, NFTNL_EXPR_PAYLOAD_OFFSET);
    const uint32_t length = nftnl_expr_get_u32(e, NFTNL_EXPR_PAYLOAD_LEN);
    const auto is = [&](uint32_t b, uint32_t o, uint32_t l) {
      return base == b && offset == o && length == l;
    };
    Loaded what = Loaded::kOther;
    if (is(NFT_PAYLOAD_NETWORK_HEADER, 9, 1) || is(NFT_PAYLOAD_NETWORK_HEADER, 6, 1)) {
      what = Loaded::kProtocol;  // of IPv4; of IPv6
    } else if (is(NFT_PAYLOAD_NETWORK_HEADER, 16, 4) || is(NFT_PAYLOAD_NETWORK_HEADER, 24, 16)) {
      what = Loaded::kDestination;
    } else if (is(NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2)) {
      what = Loaded::kPort;
    }
    loaded_[nftnl_expr_get_u32(e, NFTNL_EXPR_PAYLOAD_DREG)] = what;
  }

  Loaded In(uint32_t reg) const {
    const auto found = loaded_.find(reg);
    return found == loaded_.end() ? Loaded::kNothing : found->second;
  }

  static uint16_t Port(const void* data, uint32_t size) {
    if (data == nullptr || size < 2) return 0;
    const auto* octets = static_cast<const uint8_t*>(data);
    return static_cast<uint16_t>(octets[0] << 8 | octets[1]);
  }

  void Narrow(uint16_t first, uint16_t last) {
    PortRange ports = rule_.ports.value_or(PortRange{});
    ports.first = std::max(ports.first, first);
    ports.last = std::min(ports.last, last);
    rule_.ports = ports;
  }

  void TakeComparison(const nftnl_expr* e) {
    uint32_t size = 0;
    const void* data = nftnl_expr_get(e, NFTNL_EXPR_CMP_DATA, &size);
    const uint32_t op = nftnl_expr_get_u32(e, NFTNL_EXPR_CMP_OP);
    const Loaded what = In(nftnl_expr_get_u32(e, NFTNL_EXPR_CMP_SREG));
    const uint8_t octet = data != nullptr && size >= 1 ? *static_cast<const uint8_t*>(data) : 0;
    if (what == Loaded::kFamily && op == NFT_CMP_EQ) return;  // goes with what is compared next
    if (what == Loaded::kProtocol && op == NFT_CMP_EQ && octet == IPPROTO_UDP) {
      rule_.udp = true;
    } else if (what == Loaded::kPort && op == NFT_CMP_EQ) {
      Narrow(Port(data, size), Port(data, size));
    } else if (what == Loaded::kPort && op == NFT_CMP_GTE) {
      Narrow(Port(data, size), 65535);
    } else if (what == Loaded::kPort && op == NFT_CMP_LTE) {
      Narrow(0, Port(data, size));
    } else {
      rule_.conditional = true;
    }
  }

  void TakeRange(const nftnl_expr* e) {
    uint32_t from_size = 0, to_size = 0;
    const void* from = nftnl_expr_get(e, NFTNL_EXPR_RANGE_FROM_DATA, &from_size);
    const void* to = nftnl_expr_get(e, NFTNL_EXPR_RANGE_TO_DATA, &to_size);
    if (In(nftnl_expr_get_u32(e, NFTNL_EXPR_RANGE_SREG)) == Loaded::kPort &&
        nftnl_expr_get_u32(e, NFTNL_EXPR_RANGE_OP) == NFT_RANGE_EQ) {
      Narrow(Port(from, from_size), Port(to, to_size));
    } else {
      rule_.conditional = true;
    }
  }

  void TakeLookup(const nftnl_expr* e) {
    const char* set = nftnl_expr_get_str(e, NFTNL_EXPR_LOOKUP_SET);
    const bool plain = set != nullptr && rule_.set.empty() &&
                       (!nftnl_expr_is_set(e, NFTNL_EXPR_LOOKUP_FLAGS) ||
                        nftnl_expr_get_u32(e, NFTNL_EXPR_LOOKUP_FLAGS) == 0) &&
                       In(nftnl_expr_get_u32(e, NFTNL_EXPR_LOOKUP_SREG)) == Loaded::kDestination;
    if (plain) {
      rule_.set = set;
    } else {
      rule_.conditional = true;
    }
  }

  void TakeImmediate(const nftnl_expr* e) {
    if (!nftnl_expr_is_set(e, NFTNL_EXPR_IMM_VERDICT)) {
      rule_.conditional = true;
      return;
    }
    switch (static_cast<int>(nftnl_expr_get_u32(e, NFTNL_EXPR_IMM_VERDICT))) {
      case NF_ACCEPT: rule_.verdict = Verdict::kAccept; break;
      case NF_DROP: rule_.verdict = Verdict::kDrop; break;
      case NFT_JUMP: rule_.verdict = Verdict::kJump; break;
      case NFT_GOTO: rule_.verdict = Verdict::kGoto; break;
      case NFT_RETURN: rule_.verdict = Verdict::kReturn; break;
      case NFT_CONTINUE: rule_.verdict = Verdict::kNone; break;
      default: rule_.verdict = Verdict::kOther; break;
    }
    if (nftnl_expr_is_set(e, NFTNL_EXPR_IMM_CHAIN)) {
      rule_.target = nftnl_expr_get_str(e, NFTNL_EXPR_IMM_CHAIN);
    }
  }

  Rule rule_;
  std::map<uint32_t, Loaded> loaded_;
};

}  // namespace

Rule FactsOf(const nftnl_rule* rule) { return Reader().Read(rule); }

}  // namespace mediad::nft

// See walk.h.
#include "mediad/nft/walk.h"

namespace mediad::nft {
namespace {

using Fate = Passage::Fate;

// All conditions are known.
bool IsPlain(const Rule& rule) { return !rule.conditional && rule.set.empty(); }

bool EndsChain(const Rule& rule) {
  return rule.verdict == Verdict::kReturn || rule.verdict == Verdict::kGoto;
}

}  // namespace

bool Walk::Covers(const Rule& rule) const {
  return !rule.ports || (rule.ports->first <= ports_.first && rule.ports->last >= ports_.last);
}

bool Walk::Touches(const Rule& rule) const {
  return !rule.ports || (rule.ports->first <= ports_.last && rule.ports->last >= ports_.first);
}

Passage Walk::At(const Chain& chain, const Rule& rule) {
  switch (rule.verdict) {
    case Verdict::kAccept: {
      const bool meant = rule.udp && rule.ports;
      if (Covers(rule) && (IsPlain(rule) || meant)) return {Fate::kOpen, meant, &chain, &rule};
      return {};
    }
    case Verdict::kDrop:
      if (IsPlain(rule) && Touches(rule)) return {Fate::kDropped, false, &chain, &rule};
      return {};
    case Verdict::kJump:
    case Verdict::kGoto: {
      if (!ours_.empty() && rule.target == ours_) return {Fate::kOpen, true, &chain, &rule};
      const Chain* target = table_.FindChain(rule.target);
      if (target == nullptr) return {};
      const Passage there = Through(*target);
      if (there.fate == Fate::kDropped && IsPlain(rule) && Touches(rule)) return there;
      if (there.fate == Fate::kOpen && Covers(rule) && (IsPlain(rule) || there.meant)) return there;
      return {};
    }
    default: return {};
  }
}

Passage Walk::Through(const Chain& chain) {
  // Loops, which the kernel refuses, would end here, too.
  const auto [known, fresh] = known_.try_emplace(&chain);
  if (!fresh) return known->second;
  for (const Rule& rule : chain.rules) {
    const Passage passage = At(chain, rule);
    if (passage.fate != Fate::kPassesOn) return known->second = passage;
    if (EndsChain(rule) && IsPlain(rule) && Covers(rule)) break;
  }
  return {};
}

}  // namespace mediad::nft

// What becomes of media in a chain: its rules in order and, through jumps, those of other chains, as the kernel takes
// them.
//
// A condition we do not understand gets the benefit of the doubt: a drop behind it is none, and an accept behind it
// counts only where media is meant, by its ports or by our chain. Not here: what is said about it (check.h). Pure. Any
// thread.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "mediad/nft/ruleset.h"

namespace mediad::nft {

struct Passage {
  enum class Fate : uint8_t { kPassesOn, kOpen, kDropped } fate = Fate::kPassesOn;
  bool meant = false;            // kOpen: by the media ports or our chain, not by an accept of anything
  const Chain* chain = nullptr;  // where it is decided; null: kPassesOn
  const Rule* rule = nullptr;
};

// Through the chains of one table, which has to outlive it. Each chain is read once.
class Walk {
 public:
  // `ours`: a jump to this chain opens; may be empty.
  Walk(const Table& table, const PortRange& ports, std::string ours = "")
      : table_(table), ports_(ports), ours_(std::move(ours)) {}

  // kPassesOn: on to whoever jumped here, or to the policy.
  Passage Through(const Chain& chain);

 private:
  bool Covers(const Rule& rule) const;
  bool Touches(const Rule& rule) const;
  // Of one rule; nothing decided: kPassesOn.
  Passage At(const Chain& chain, const Rule& rule);

  const Table& table_;
  const PortRange ports_;
  const std::string ours_;
  std::map<const Chain*, Passage> known_;
};

}  // namespace mediad::nft

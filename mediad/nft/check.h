// What keeps media out, or would: findings in words, each with the command that mends it.
//
// Looks at the whole rule set, not only at our part: a packet has to pass every base chain of the input hook, and an
// accept in one does not help in the next. Rules with conditions we do not understand are given the benefit of the
// doubt. Pure. Any thread.
#pragma once

#include <string>
#include <vector>

#include "mediad/nft/ruleset.h"
#include "mediad/nft/settings.h"

namespace mediad::nft {

struct Finding {
  enum class Kind : uint8_t { kProblem, kHint } kind = Kind::kProblem;
  std::string text;
  std::string command;  // that mends it; may be empty
};

// In the order in which they should be mended. Empty: nothing found.
std::vector<Finding> Check(const Settings& settings, const Ruleset& all);
// The same where no rules of ours are kept: only what others' rules do to media. `ports`: the media ports.
std::vector<Finding> CheckOthers(const PortRange& ports, const Ruleset& all);
// One of the two, as settings.wanted says, for each range of media ports; what is found several times is told once.
std::vector<Finding> CheckEach(Settings settings, const std::vector<PortRange>& ports, const Ruleset& all);

}  // namespace mediad::nft

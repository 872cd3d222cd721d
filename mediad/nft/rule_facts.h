// What a rule does, out of its expressions. Pure. Any thread.
#pragma once

#include <libnftnl/rule.h>

#include "mediad/nft/ruleset.h"

namespace mediad::nft {

// Everything but handle and comment.
Rule FactsOf(const nftnl_rule* rule);

}  // namespace mediad::nft

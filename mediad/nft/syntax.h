// A plan in nft's own words, one command a line: what an administrator would type for the same. Pure.
#pragma once

#include <string>
#include <vector>

#include "mediad/nft/plan.h"

namespace mediad::nft {

// Without "nft" in front: the lines are a file for `nft -f`.
std::string Syntax(const Change& change);
std::string Syntax(const Plan& plan);

}  // namespace mediad::nft

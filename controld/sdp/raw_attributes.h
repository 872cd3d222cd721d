// The attributes of one section as they came, for sections that go on as their author wrote them. What they mean is
// parse.h's. Pure; any thread.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "controld/sdp/session_description.h"

namespace controld::sdp {

// Every attribute but mid and label of the section whose m= line is number `position` (from 0) of a body that
// Parse() took, in order. None if there is no such section.
std::vector<Attribute> RawAttributes(std::string_view body, size_t position);

}  // namespace controld::sdp

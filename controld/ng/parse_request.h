// From a decoded dictionary to a typed request: aliases, coercions, rtpp-flags, templates, warnings.
#pragma once

#include "controld/ng/request.h"
#include "controld/ng/value.h"

namespace controld::ng {

// Reads `command` and, for the commands that run the common key parser, all keys in order of appearance
// (ng-protocol.md §5, §8, §9). Never fails: oddities are in Request::warnings, a request that has to fail
// has Request::error set.
Request ParseRequest(const Dictionary& dictionary);

// The canonical name ("block DTMF") and the short one ("BlkDTMF").
std::string_view CommandName(Command command);
std::string_view CommandShortName(Command command);

}  // namespace controld::ng

// Dictionaries as debug lines show them: `{ "command": "list", "limit": 3, "flags": [ "a", "b" ]
// }`. Close to JSON, for people; octets stay as they are. Pure.
#pragma once

#include <string>

#include "controld/ng/value.h"

namespace controld::listen {

std::string DumpForLog(const ng::Dictionary& dictionary);

}  // namespace controld::listen

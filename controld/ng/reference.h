// docs/ng.md: every command, key, flag and word of NG, made from the tables that the parser works
// from. `rtpctl ng reference` prints it; a test compares it with the file. Pure.
#pragma once

#include <string>
#include <string_view>

namespace controld::ng {

std::string ReferenceText();
// How a key is written in rtpp-flags; empty: there is no example for it. `name`: its first spelling.
std::string_view KeyExample(std::string_view name);

}  // namespace controld::ng

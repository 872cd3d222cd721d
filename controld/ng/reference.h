// docs/ng.md: every command, key, flag and word of NG, made from the tables that the parser works
// from. `rtpctl ng reference` prints it; a test compares it with the file. Pure.
#pragma once

#include <string>

#include "controld/ng/key_table.h"
#include "controld/ng/words.h"

namespace controld::ng {

std::string ReferenceText();
// As an item of rtpp-flags, or a request in JSON ("{…") where there is no such form.
std::string KeyExample(const KeyRow& key);
// `word`: of the key's grammar.
std::string WordExample(const KeyRow& key, const Word& word);

// `command`: of SdpAttrCommands.
std::string SdpAttrExample(const Word& command);
// Of a word of the key's grammar: the key's own where that says something.
const Status& WordStatus(const KeyRow& key, const Word& word);

}  // namespace controld::ng

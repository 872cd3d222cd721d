// What each item of an rtpp-flags text means to us, in words: for people who write scripts.
//
// The parser's own tables and warnings, item by item. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "controld/ng/effect.h"
#include "controld/ng/parse_request.h"

namespace controld::ng {

std::string_view VerdictName(Verdict verdict);

struct LintEntry {
  std::string item;  // as it stands in the text
  Verdict verdict = Verdict::kGood;
  std::string meaning;                // and what is allowed where something else stands there
  std::vector<std::string> warnings;  // what the daemon would log
};

// `command` decides what keys apply to. Without templates in `options` their items are not judged.
std::vector<LintEntry> LintFlags(std::string_view text, Command command = Command::kOffer,
                                 const ParseOptions& options = {});

}  // namespace controld::ng

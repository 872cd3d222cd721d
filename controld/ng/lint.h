// What each item of an rtpp-flags text means to us, in words: for people who write scripts.
//
// The parser's own tables and warnings, item by item. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "controld/ng/request.h"

namespace controld::ng {

enum class LintVerdict : uint8_t { kGood, kDeprecated, kNotSupported, kUnknown };
std::string_view LintVerdictName(LintVerdict verdict);

struct LintEntry {
  std::string item;  // as it stands in the text
  LintVerdict verdict = LintVerdict::kGood;
  std::string meaning;
  std::vector<std::string> warnings;  // what the daemon would log
};

// `command` decides what keys apply to.
std::vector<LintEntry> LintFlags(std::string_view text, Command command = Command::kOffer);

}  // namespace controld::ng

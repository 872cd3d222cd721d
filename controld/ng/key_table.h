// The keys of ng-protocol.md §8.1–8.5: spellings, how each is read, tier, meaning, whether anything
// uses it.
//
// The one place where a key is declared; the parser works from it, documentation is generated from
// it.
#pragma once

#include <cstdint>
#include <string_view>

#include "absl/types/span.h"
#include "controld/ng/value.h"

namespace controld::ng {

class Parser;

struct KeyRow {
  std::string_view spellings;
  void (*apply)(Parser&, const Value&);
  uint8_t tier;
  bool implemented;
  std::string_view meaning;
};

absl::Span<const KeyRow> KeyRows();
const KeyRow* FindKey(std::string_view name);  // nullptr when unknown

}  // namespace controld::ng

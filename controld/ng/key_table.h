// The keys of ng-protocol.md §8.1–8.5: spellings, how each is read, what its values look like,
// tier, whether it does anything, meaning, example.
//
// The one place where a key is declared; the parser works from it, documentation is generated from
// it.
#pragma once

#include <cstdint>
#include <string_view>

#include "absl/types/span.h"
#include "controld/ng/effect.h"
#include "controld/ng/request.h"
#include "controld/ng/value.h"
#include "controld/ng/value_grammar.h"

namespace controld::ng {

class Parser;

struct KeyRow {
  std::string_view spellings;
  void (*apply)(Parser&, const Value&);  // is given values of the grammar only
  Grammar grammar;
  uint8_t tier;
  Status status;
  std::string_view meaning;
  // As it stands in rtpp-flags behind "key=", or a request in JSON where rtpp-flags cannot say it.
  std::string_view example;

  constexpr std::string_view name() const { return spellings.substr(0, spellings.find('|')); }
};

absl::Span<const KeyRow> KeyRows();
const KeyRow* FindKey(std::string_view name);  // nullptr when unknown

// The commands that know no aliases, templates or rtpp-flags (§5) read exactly these.
struct LiteralKeyRow {
  Command command;
  KeyRow key;
};
absl::Span<const LiteralKeyRow> LiteralKeyRows();

}  // namespace controld::ng

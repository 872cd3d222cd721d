// Value coercions of ng-protocol.md §3: what counts as a number, as a list of texts; escapes in
// list items.
//
// Pure and thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "controld/ng/value.h"

namespace controld::ng {

// The whole text as a number: decimal, or by its base prefix (0x28, 050) as JSON texts are read.
std::optional<int64_t> ParseNumber(std::string_view text, bool base_prefix);

// An integer, or a text that is one.
std::optional<int64_t> NumberOf(const Value& value, bool base_prefix);

// "--" becomes "=", ".." becomes a space: rtpp-flags can carry neither.
std::string Unescape(std::string_view text);

// Calls `visit(std::string_view)` for the texts of a list (other items are skipped), or for the
// parts of one text between commas. Empty parts of such a text are skipped.
template <typename Visit>
void ForEachText(const Value& value, Visit visit) {
  if (const List* list = value.list()) {
    for (const Value& item : *list) {
      if (const std::string* text = item.string()) visit(std::string_view(*text));
    }
  } else if (const std::string* text = value.string()) {
    std::string_view rest = *text;
    while (!rest.empty()) {
      const size_t comma = rest.find(',');
      const std::string_view part = rest.substr(0, comma);
      if (!part.empty()) visit(part);
      if (comma == std::string_view::npos) break;
      rest.remove_prefix(comma + 1);
    }
  }
}

}  // namespace controld::ng

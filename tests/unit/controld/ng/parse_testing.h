// Building dictionaries for tests of the request parser.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "controld/ng/parse_request.h"
#include "controld/ng/value.h"

namespace controld::ng {

inline Dictionary Dict(std::vector<Dictionary::Entry> entries) {
  Dictionary out;
  for (auto& [key, value] : entries) out.Add(key, value);
  return out;
}

inline Request ParseAs(std::string_view command, std::vector<Dictionary::Entry> entries,
                       const ParseOptions& options = {}) {
  entries.insert(entries.begin(), {"command", command});
  return ParseRequest(Dict(std::move(entries)), options);
}

inline Request ParseOffer(std::vector<Dictionary::Entry> entries,
                          const ParseOptions& options = {}) {
  return ParseAs("offer", std::move(entries), options);
}

inline std::vector<std::string> Strings(std::initializer_list<const char*> texts) {
  return {texts.begin(), texts.end()};
}

}  // namespace controld::ng

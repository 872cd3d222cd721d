// What the values of a key look like: one grammar for each row of key_table.cc. The parser ignores
// a value that is not of it, and says so; `rtpctl ng lint` and docs/ng.md say what is allowed.
//
// Not here: what values mean (key_handlers.h), and the items of lists and dictionaries, which are
// judged one by one. Pure; any thread.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "controld/ng/value.h"
#include "controld/ng/words.h"

namespace controld::ng {

struct Grammar {
  enum class Kind : uint8_t {
    kAny,
    kText,
    kTexts,    // list of texts, or one text with commas
    kNumber,   // or a text that is one
    kAddress,  // IP address as a text
    kWord,     // one of `words`
    kWords,    // list of them, or one text with commas
    kMembers,  // a dictionary with `words`
  };
  Kind kind = Kind::kAny;
  int64_t minimum = 0, maximum = 0;  // of kNumber
  Words (*words)() = nullptr;
  // In place of what the kind asks for, where that is not enough.
  bool (*fits)(const Value& value) = nullptr;
  std::string_view takes = {};  // what `fits` asks for, in words
};

inline constexpr Grammar kText{Grammar::Kind::kText};
inline constexpr Grammar kTexts{Grammar::Kind::kTexts};
inline constexpr Grammar kAddress{Grammar::Kind::kAddress};

constexpr Grammar NumberIn(int64_t minimum, int64_t maximum) {
  return {Grammar::Kind::kNumber, minimum, maximum};
}
// Of an int, or of milliseconds and the like in one.
inline constexpr Grammar kAmount = NumberIn(0, std::numeric_limits<int>::max());

constexpr Grammar OneOf(Words (*words)(), bool (*fits)(const Value&) = nullptr) {
  return {Grammar::Kind::kWord, 0, 0, words, fits};
}
constexpr Grammar ListOf(Words (*words)(), bool (*fits)(const Value&) = nullptr) {
  return {Grammar::Kind::kWords, 0, 0, words, fits};
}
constexpr Grammar Members(Words (*members)(), bool (*fits)(const Value&) = nullptr,
                          std::string_view takes = {}) {
  return {Grammar::Kind::kMembers, 0, 0, members, fits, takes};
}
constexpr Grammar Special(bool (*fits)(const Value&), std::string_view takes) {
  return {Grammar::Kind::kAny, 0, 0, nullptr, fits, takes};
}

// `base_prefix`: how numbers in texts are read (coercion.h).
bool Fits(const Grammar& grammar, const Value& value, bool base_prefix);

// "a number from 0 to 256", "a list of: offer, require …".
std::string Takes(const Grammar& grammar);

}  // namespace controld::ng

#include "controld/ng/value_grammar.h"

#include <optional>

#include "controld/ng/coercion.h"
#include "proto/base/endpoint.h"
#include "proto/base/text.h"

namespace controld::ng {
namespace {

std::string Names(Words words) {
  std::string out;
  for (const Word& word : words) {
    base::StrAppend(&out, out.empty() ? "" : ", ", word.canonical, word.form() ? "…" : "");
  }
  return out;
}

}  // namespace

bool Fits(const Grammar& grammar, const Value& value, bool base_prefix) {
  if (grammar.fits != nullptr) return grammar.fits(value);
  const std::string* text = value.string();
  switch (grammar.kind) {
    case Grammar::Kind::kAny:
      return true;
    case Grammar::Kind::kText:
      return text != nullptr;
    case Grammar::Kind::kTexts:
    case Grammar::Kind::kWords:
      return text != nullptr || value.list() != nullptr;
    case Grammar::Kind::kNumber: {
      const std::optional<int64_t> number = NumberOf(value, base_prefix);
      return number && *number >= grammar.minimum && *number <= grammar.maximum;
    }
    case Grammar::Kind::kAddress:
      return text != nullptr && base::IpAddress::Parse(*text).has_value();
    case Grammar::Kind::kWord:
      return text != nullptr && FindWord(grammar.words(), *text) != nullptr;
    case Grammar::Kind::kMembers:
      return value.dictionary() != nullptr;
  }
  return false;
}

std::string Takes(const Grammar& grammar) {
  if (!grammar.takes.empty()) return std::string(grammar.takes);
  switch (grammar.kind) {
    case Grammar::Kind::kAny:
      return "anything";
    case Grammar::Kind::kText:
      return "a text";
    case Grammar::Kind::kTexts:
      return "a list of texts";
    case Grammar::Kind::kNumber:
      return grammar.maximum >= std::numeric_limits<int>::max()
                 ? base::StrCat("a number, at least ", grammar.minimum)
                 : base::StrCat("a number from ", grammar.minimum, " to ", grammar.maximum);
    case Grammar::Kind::kAddress:
      return "an IP address";
    case Grammar::Kind::kWord:
      return base::StrCat("one of: ", Names(grammar.words()));
    case Grammar::Kind::kWords:
      return base::StrCat("a list of: ", Names(grammar.words()));
    case Grammar::Kind::kMembers:
      return base::StrCat("a dictionary with: ", Names(grammar.words()));
  }
  return {};
}

}  // namespace controld::ng

#include "controld/ng/coercion.h"

#include <charconv>
#include <system_error>

namespace controld::ng {

std::optional<int64_t> ParseNumber(std::string_view text, bool base_prefix) {
  const bool negative = !text.empty() && text[0] == '-';
  std::string_view digits = text.substr(negative ? 1 : 0);
  int base = 10;
  if (base_prefix && digits.size() > 1 && digits[0] == '0') {
    const bool hexadecimal = digits[1] == 'x' || digits[1] == 'X';
    base = hexadecimal ? 16 : 8;
    digits.remove_prefix(hexadecimal ? 2 : 1);
  }
  if (digits.empty() || digits[0] == '-')
    return std::nullopt;  // from_chars would take a second sign
  int64_t number = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), number, base);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return negative ? -number : number;
}

std::optional<int64_t> NumberOf(const Value& value, bool base_prefix) {
  if (const int64_t* number = value.integer()) return *number;
  if (const std::string* text = value.string()) return ParseNumber(*text, base_prefix);
  return std::nullopt;
}

std::string Unescape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    const bool twice = i + 1 < text.size() && text[i] == text[i + 1];
    if (twice && (text[i] == '-' || text[i] == '.')) {
      out.push_back(text[i] == '-' ? '=' : ' ');
      ++i;
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

}  // namespace controld::ng

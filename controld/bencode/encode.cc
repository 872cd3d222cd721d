#include "controld/bencode/encode.h"

#include <charconv>
#include <iterator>

namespace controld::bencode {
namespace {

// A reply has hundreds of numbers: no formatting library, one append.
template <typename Number>
void AppendNumber(char before, Number number, char after, std::string* out) {
  char digits[24];  // a sign, 20 digits, and what stands around them
  char* at = digits;
  if (before != '\0') *at++ = before;
  at = std::to_chars(at, std::end(digits), number).ptr;
  *at++ = after;
  out->append(digits, static_cast<size_t>(at - digits));
}

void EncodeString(std::string_view text, std::string* out) {
  AppendNumber('\0', text.size(), ':', out);
  out->append(text);
}

}  // namespace

void Encode(const ng::Value& value, std::string* out) {
  if (const std::string* text = value.string()) {
    EncodeString(*text, out);
  } else if (const int64_t* number = value.integer()) {
    AppendNumber('i', *number, 'e', out);
  } else if (const ng::Dictionary* dictionary = value.dictionary()) {
    Encode(*dictionary, out);
  } else {
    out->push_back('l');
    for (const ng::Value& item : *value.list()) Encode(item, out);
    out->push_back('e');
  }
}

void Encode(const ng::Dictionary& dictionary, std::string* out) {
  out->push_back('d');
  for (const auto& [key, value] : dictionary.entries()) {
    EncodeString(key, out);
    Encode(value, out);
  }
  out->push_back('e');
}

}  // namespace controld::bencode

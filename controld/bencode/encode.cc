#include "controld/bencode/encode.h"

#include <algorithm>
#include <charconv>
#include <iterator>

namespace controld::bencode {
namespace {

// A reply has hundreds of numbers: no formatting library, one append.
void EncodeInteger(int64_t number, std::string* out) {
  char digits[24];  // a sign, 20 digits, and what stands around them
  digits[0] = 'i';
  char* const at = std::to_chars(digits + 1, std::end(digits), number).ptr;
  *at = 'e';
  out->append(digits, static_cast<size_t>(at - digits) + 1);
}

void EncodeString(std::string_view text, std::string* out) {
  // Most strings are short: length and text in one append.
  char encoded[64];
  char* const at = std::to_chars(encoded, encoded + 20, text.size()).ptr;
  *at = ':';
  const size_t head = static_cast<size_t>(at - encoded) + 1;
  if (text.size() > sizeof encoded - head) {
    out->append(encoded, head).append(text);
    return;
  }
  std::copy(text.begin(), text.end(), at + 1);
  out->append(encoded, head + text.size());
}

}  // namespace

void Encode(const ng::Value& value, std::string* out) {
  if (const std::string* text = value.string()) {
    EncodeString(*text, out);
  } else if (const int64_t* number = value.integer()) {
    EncodeInteger(*number, out);
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

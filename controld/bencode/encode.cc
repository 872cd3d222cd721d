#include "controld/bencode/encode.h"

#include "proto/base/text.h"

namespace controld::bencode {
namespace {

void EncodeString(std::string_view text, std::string* out) {
  base::StrAppend(out, text.size(), ":", text);
}

}  // namespace

void Encode(const ng::Value& value, std::string* out) {
  if (const std::string* text = value.string()) {
    EncodeString(*text, out);
  } else if (const int64_t* number = value.integer()) {
    base::StrAppend(out, "i", *number, "e");
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

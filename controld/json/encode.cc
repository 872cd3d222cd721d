#include "controld/json/encode.h"

#include <cstdint>
#include <string_view>

#include "proto/base/text.h"

namespace controld::json {
namespace {

constexpr bool IsContinuation(uint8_t octet) { return (octet & 0xc0) == 0x80; }

// Length of the UTF-8 sequence that begins `text` (RFC 3629 §4: no overlong forms, no surrogates);
// 0 if none.
size_t Utf8SequenceLength(std::string_view text) {
  const auto at = [text](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t first = at(0);
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  const size_t length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (text.size() < length) return 0;
  for (size_t i = 1; i < length; ++i) {
    if (!IsContinuation(at(i))) return 0;
  }
  const uint8_t second = at(1);
  if ((first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f)) return 0;
  if ((first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f)) return 0;
  return length;
}

void AppendUnicodeEscape(uint8_t octet, std::string* out) {
  constexpr char kHex[] = "0123456789abcdef";
  out->append("\\u00");
  out->push_back(kHex[octet >> 4]);
  out->push_back(kHex[octet & 0xf]);
}

void AppendAscii(char c, std::string* out) {
  switch (c) {
    case '"':
      out->append("\\\"");
      return;
    case '\\':
      out->append("\\\\");
      return;
    case '\n':
      out->append("\\n");
      return;
    case '\r':
      out->append("\\r");
      return;
    case '\t':
      out->append("\\t");
      return;
    default:
      if (static_cast<uint8_t>(c) < 0x20 || c == 0x7f) {
        AppendUnicodeEscape(static_cast<uint8_t>(c), out);
      } else {
        out->push_back(c);
      }
  }
}

void EncodeString(std::string_view text, std::string* out) {
  out->push_back('"');
  while (!text.empty()) {
    const size_t length = Utf8SequenceLength(text);
    if (length == 1) {
      AppendAscii(text[0], out);
    } else if (length == 0) {
      AppendUnicodeEscape(static_cast<uint8_t>(text[0]), out);
    } else {
      out->append(text.substr(0, length));
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  out->push_back('"');
}

}  // namespace

void Encode(const ng::Value& value, std::string* out) {
  if (const std::string* text = value.string()) {
    EncodeString(*text, out);
  } else if (const int64_t* number = value.integer()) {
    base::StrAppend(out, *number);
  } else if (const ng::Dictionary* dictionary = value.dictionary()) {
    Encode(*dictionary, out);
  } else {
    out->push_back('[');
    bool first = true;
    for (const ng::Value& item : *value.list()) {
      if (!first) out->push_back(',');
      first = false;
      Encode(item, out);
    }
    out->push_back(']');
  }
}

void Encode(const ng::Dictionary& dictionary, std::string* out) {
  out->push_back('{');
  bool first = true;
  for (const auto& [key, value] : dictionary.entries()) {
    if (!first) out->push_back(',');
    first = false;
    EncodeString(key, out);
    out->push_back(':');
    Encode(value, out);
  }
  out->push_back('}');
}

}  // namespace controld::json

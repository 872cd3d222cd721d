#include "controld/bencode/decode.h"

#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "proto/base/text.h"

namespace controld::bencode {
namespace {

constexpr bool IsDigit(char c) { return c >= '0' && c <= '9'; }

class Decoder {
 public:
  Decoder(std::string_view text, const DecodeLimits& limits) : text_(text), limits_(limits) {}

  bool Item(int depth, ng::Value* out) {
    if (++elements_ > limits_.elements) return Fail("too many elements");
    if (AtEnd()) return Fail("value expected");
    switch (text_[position_]) {
      case 'i':
        return Integer(out);
      case 'l':
        return ListOf(depth, out);
      case 'd':
        return DictionaryOf(depth, out);
      default: {
        std::string_view octets;
        if (!String(&octets)) return false;
        *out = ng::Value(octets);
        return true;
      }
    }
  }

  size_t position() const { return position_; }
  absl::Status status() const {
    return absl::InvalidArgumentError(base::StrCat(reason_, " at offset ", position_));
  }

 private:
  bool AtEnd() const { return position_ >= text_.size(); }
  bool Fail(std::string_view reason) {
    reason_ = reason;
    return false;
  }

  bool Integer(ng::Value* out) {
    size_t at = position_ + 1;
    const bool negative = at < text_.size() && text_[at] == '-';
    if (negative) ++at;
    const size_t first = at;
    // Accumulated as a negative number: that side of the range is one larger.
    int64_t number = 0;
    for (; at < text_.size() && IsDigit(text_[at]); ++at) {
      const int digit = text_[at] - '0';
      if (number < (std::numeric_limits<int64_t>::min() + digit) / 10)
        return Fail("integer too large");
      number = number * 10 - digit;
    }
    if (at == first) return Fail("integer without digits");
    if (text_[first] == '0' && (at - first > 1 || negative))
      return Fail("leading zero in an integer");
    if (at >= text_.size() || text_[at] != 'e') return Fail("integer without end");
    if (!negative) {
      if (number == std::numeric_limits<int64_t>::min()) return Fail("integer too large");
      number = -number;
    }
    position_ = at + 1;
    *out = ng::Value(number);
    return true;
  }

  bool String(std::string_view* out) {
    size_t at = position_;
    size_t length = 0;
    for (; at < text_.size() && IsDigit(text_[at]); ++at) {
      // Whatever exceeds the text is too large; stopping there keeps `length` from overflowing.
      if (length > text_.size()) return Fail("string length beyond the end");
      length = length * 10 + static_cast<size_t>(text_[at] - '0');
    }
    if (at == position_) return Fail("value expected");
    if (text_[position_] == '0' && at - position_ > 1) return Fail("leading zero in a length");
    if (at >= text_.size() || text_[at] != ':') return Fail("string length without colon");
    if (length > text_.size() - at - 1) return Fail("string length beyond the end");
    *out = text_.substr(at + 1, length);
    position_ = at + 1 + length;
    return true;
  }

  // True at an 'e' (consumed) or where the text ends between two items.
  bool Closed() {
    if (AtEnd()) return true;
    if (text_[position_] != 'e') return false;
    ++position_;
    return true;
  }

  bool ListOf(int depth, ng::Value* out) {
    if (depth >= limits_.depth) return Fail("nested too deeply");
    ++position_;
    ng::List list;
    while (!Closed()) {
      if (!Item(depth + 1, &list.emplace_back())) return false;
    }
    *out = ng::Value(std::move(list));
    return true;
  }

  bool DictionaryOf(int depth, ng::Value* out) {
    if (depth >= limits_.depth) return Fail("nested too deeply");
    ++position_;
    ng::Dictionary dictionary;
    while (!Closed()) {
      std::string_view key;
      if (!String(&key)) return false;
      if (!Item(depth + 1, &dictionary.Add(std::string(key), ng::Value()))) return false;
    }
    *out = ng::Value(std::move(dictionary));
    return true;
  }

  std::string_view text_;
  const DecodeLimits& limits_;
  size_t position_ = 0;
  size_t elements_ = 0;
  std::string_view reason_;
};

}  // namespace

absl::StatusOr<Decoded> Decode(std::string_view text, const DecodeLimits& limits) {
  Decoder decoder(text, limits);
  Decoded decoded;
  if (!decoder.Item(0, &decoded.value)) return decoder.status();
  decoded.consumed = decoder.position();
  return decoded;
}

}  // namespace controld::bencode

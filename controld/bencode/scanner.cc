#include "controld/bencode/scanner.h"

namespace controld::bencode {
namespace {

// More digits than any length or integer that we accept: bounds what is read again on the next
// call.
constexpr size_t kMaxDigits = 20;
constexpr size_t kMaxLength = size_t{1} << 30;

constexpr bool IsDigit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

Scanner::Result Scanner::Scan(std::string_view text) {
  if (invalid_) return Result::kInvalid;
  while (position_ < text.size()) {
    Result item = Result::kComplete;
    const char c = text[position_];
    if (c == 'l' || c == 'd') {
      ++depth_;
      ++position_;
      continue;
    }
    if (c == 'e' && depth_ > 0) {
      --depth_;
      ++position_;
    } else {
      item = c == 'i' ? ScanInteger(text) : ScanString(text);
    }
    if (item == Result::kInvalid) invalid_ = true;
    if (item != Result::kComplete) return item;
    if (depth_ == 0) return Result::kComplete;
  }
  return Result::kIncomplete;
}

Scanner::Result Scanner::ScanInteger(std::string_view text) {
  for (size_t at = position_ + 1; at < text.size(); ++at) {
    if (text[at] == 'e') {
      position_ = at + 1;
      return Result::kComplete;
    }
    if ((!IsDigit(text[at]) && text[at] != '-') || at - position_ > kMaxDigits)
      return Result::kInvalid;
  }
  return Result::kIncomplete;
}

Scanner::Result Scanner::ScanString(std::string_view text) {
  size_t length = 0;
  for (size_t at = position_; at < text.size(); ++at) {
    if (text[at] == ':' && at > position_) {
      if (length > text.size() - at - 1) return Result::kIncomplete;
      position_ = at + 1 + length;
      return Result::kComplete;
    }
    if (!IsDigit(text[at]) || at - position_ > kMaxDigits) return Result::kInvalid;
    length = length * 10 + static_cast<size_t>(text[at] - '0');
    if (length > kMaxLength) return Result::kInvalid;
  }
  return Result::kIncomplete;
}

}  // namespace controld::bencode

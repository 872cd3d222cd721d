#include "controld/json/scanner.h"

namespace controld::json {

Scanner::Result Scanner::Scan(std::string_view text) {
  if (!text.empty() && text[0] != '{') return Result::kInvalid;
  for (; position_ < text.size(); ++position_) {
    const char c = text[position_];
    if (in_string_) {
      if (escaped_) {
        escaped_ = false;
      } else if (c == '\\') {
        escaped_ = true;
      } else if (c == '"') {
        in_string_ = false;
      }
    } else if (c == '"') {
      in_string_ = true;
    } else if (c == '{' || c == '[') {
      ++depth_;
    } else if ((c == '}' || c == ']') && --depth_ == 0) {
      ++position_;
      return Result::kComplete;
    }
  }
  return Result::kIncomplete;
}

}  // namespace controld::json

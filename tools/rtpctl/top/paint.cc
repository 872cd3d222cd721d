// See paint.h.
#include "tools/rtpctl/top/paint.h"

#include "proto/base/text.h"

namespace rtpctl::top {
namespace {

// Parameters of SGR (ECMA-48 §8.3.117); empty: as it is.
const char* Attribute(Look look, bool color) {
  switch (look) {
    case Look::kPlain: return "";
    case Look::kBold: return "1";
    case Look::kTitle: return "7";
    case Look::kSelected: return "1;7";
    case Look::kDim: return color ? "2" : "";
    case Look::kGood: return color ? "32" : "";
    case Look::kWarning: return color ? "33" : "1";
    case Look::kBad: return color ? "1;31" : "1";
  }
  return "";
}

void Append(const Line& line, bool color, std::string* out) {
  for (const Span& span : line) {
    const char* attribute = Attribute(span.look, color);
    if (*attribute == '\0') {
      *out += span.text;
    } else {
      base::StrAppend(out, "\033[", attribute, "m", span.text, "\033[0m");
    }
  }
}

}  // namespace

std::string Painter::Paint(const Lines& lines) {
  const bool all = shown_.size() != lines.size();
  std::string out;
  for (size_t row = 0; row < lines.size(); ++row) {
    if (!all && lines[row] == shown_[row]) continue;
    // Erased before: behind a line that is full the cursor still stands on its last character.
    base::StrAppend(&out, "\033[", row + 1, ";1H\033[K");
    Append(lines[row], color_, &out);
  }
  shown_ = lines;
  return out;
}

}  // namespace rtpctl::top

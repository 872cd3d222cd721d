// Splits an rtpp-flags text into items (ng-protocol.md §9): words, key=text, key=[list], key=[k=v
// …].
//
// Syntax only; what items mean is the parser's. Pure; nesting is bounded.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "controld/ng/value.h"

namespace controld::ng {

struct RtppFlagsItem {
  std::string_view name;       // of a key, or the whole word
  std::optional<Value> value;  // nullopt: a word
};

class RtppFlagsReader {
 public:
  explicit RtppFlagsReader(std::string_view text) : text_(text) {}

  // The next item at the top level, or nullopt at the end. Brackets that are still open there count
  // as closed.
  std::optional<RtppFlagsItem> Next();
  // Octets read so far.
  size_t position() const { return position_; }

 private:
  // Deeper brackets are plain text. codec=[strip=[…]] needs two levels, sdp-attr three.
  static constexpr int kMaxDepth = 8;

  RtppFlagsItem Item(int depth);
  Value Bracket(int depth);
  bool AtEnd() const { return position_ >= text_.size(); }
  void SkipSpaces();

  std::string_view text_;
  size_t position_ = 0;
};

}  // namespace controld::ng

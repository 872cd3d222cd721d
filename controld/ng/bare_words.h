// The words that stand alone and that only an rtpp-flags text knows (ng-protocol.md §9): those that
// compose a transport protocol, and the two names of interfaces.
//
// Everything else that stands alone is a flag (flag_table.h). Tables and a value; any thread.
#pragma once

#include <string_view>

#include "absl/types/span.h"

namespace controld::ng {

struct TransportWord {
  std::string_view text;
  unsigned keep;  // of the bits so far
  unsigned set;
  std::string_view meaning;
};

struct DirectionWord {
  std::string_view text;
  std::string_view meaning;
};

absl::Span<const TransportWord> TransportCompositionWords();
absl::Span<const DirectionWord> DirectionWords();
const DirectionWord* FindDirectionWord(std::string_view text);  // nullptr: none of them

// What the transport words of one text compose, in order of appearance.
class TransportBits {
 public:
  // The word's row; nullptr when it is none of them.
  const TransportWord* Apply(std::string_view text);
  // Empty when no word was seen, or when they contradict each other.
  std::string_view protocol() const;
  bool contradictory() const { return seen_ && protocol().empty(); }

 private:
  unsigned bits_ = 0;
  bool seen_ = false;
};

}  // namespace controld::ng

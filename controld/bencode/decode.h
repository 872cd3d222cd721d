// Bencode text to a value tree, by the strictness of ng-protocol.md §3.
//
// Strict about lengths and keys; but a text that ends between two items counts as if everything
// open had been closed there (the recorded behaviour for a datagram), and bytes after the value are
// left alone. Not here: finding the end of a message in a stream (scanner.h), what the keys mean
// (controld/ng). Pure, thread-safe; recursion and memory are bounded by DecodeLimits.
#pragma once

#include <cstddef>
#include <string_view>

#include "absl/status/statusor.h"
#include "controld/ng/value.h"

namespace controld::bencode {

struct DecodeLimits {
  int depth = 32;            // of nested lists and dictionaries
  size_t elements = 16'384;  // values in the whole tree, keys not counted
};

struct Decoded {
  ng::Value value;
  size_t consumed = 0;  // octets of the text; the rest is not ours
};

// kInvalidArgument with the reason and the offset: "leading zero in a length at offset 12".
absl::StatusOr<Decoded> Decode(std::string_view text, const DecodeLimits& limits = {});

}  // namespace controld::bencode

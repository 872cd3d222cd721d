// A value tree as bencode text. Dictionaries are written in insertion order, not sorted: clients
// search keys linearly and the recorded replies are unsorted (ng-protocol.md §3).
//
// Pure, thread-safe. Recursion follows our own reply trees, never the network's nesting.
#pragma once

#include <string>

#include "controld/ng/value.h"

namespace controld::bencode {

// Both append to `out`.
void Encode(const ng::Value& value, std::string* out);
void Encode(const ng::Dictionary& dictionary, std::string* out);

}  // namespace controld::bencode

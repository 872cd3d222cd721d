// A value tree as JSON text (RFC 8259; ng-protocol.md §3): integers are numbers, members keep their
// order.
//
// Our strings are raw octets, JSON's are Unicode. What is valid UTF-8 is written as it is; any
// other octet is taken for ISO 8859-1 and written as \u00xx, so that the text stays valid JSON and
// nothing is lost to a reader who knows (SDP of old endpoints). Pure, thread-safe.
#pragma once

#include <string>

#include "controld/ng/value.h"

namespace controld::json {

// Both append to `out`.
void Encode(const ng::Value& value, std::string* out);
void Encode(const ng::Dictionary& dictionary, std::string* out);

}  // namespace controld::json

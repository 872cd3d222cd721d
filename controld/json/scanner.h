// Finds the end of a JSON object in a stream (NG over TCP; an extension, ng-protocol.md §1.2).
//
// Looks at structure only: brackets outside of strings. What it delimits may still fail to parse.
// Each octet is looked at once, whatever pieces it comes in. One thread per object.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace controld::json {

class Scanner {
 public:
  enum class Result : uint8_t { kIncomplete, kComplete, kInvalid };

  // `text` starts with the object and, from call to call, only grows. kInvalid is final.
  Result Scan(std::string_view text);
  // Octets of the object, after kComplete.
  size_t length() const { return position_; }
  // Ready for the next message.
  void Reset() { *this = Scanner(); }

 private:
  size_t position_ = 0;  // octets seen
  size_t depth_ = 0;
  bool in_string_ = false;
  bool escaped_ = false;  // the octet before was a backslash within a string
};

}  // namespace controld::json

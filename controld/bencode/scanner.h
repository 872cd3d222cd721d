// Finds the end of a bencode value in a stream (NG over TCP, ng-protocol.md §1.2).
//
// Looks at structure only: lengths, brackets. What it delimits may still fail to decode. It
// remembers where it stopped, so that feeding a message octet by octet stays linear. One thread per
// object.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace controld::bencode {

class Scanner {
 public:
  enum class Result : uint8_t { kIncomplete, kComplete, kInvalid };

  // `text` starts with the value and, from call to call, only grows. kInvalid is final.
  Result Scan(std::string_view text);
  // Octets of the value, after kComplete.
  size_t length() const { return position_; }
  // Ready for the next message.
  void Reset() { *this = Scanner(); }

 private:
  Result ScanInteger(std::string_view text);
  Result ScanString(std::string_view text);

  size_t position_ = 0;  // start of the first item not yet seen whole
  size_t depth_ = 0;
  bool invalid_ = false;
};

}  // namespace controld::bencode

// NG messages in a stream of octets: COOKIE SP PAYLOAD, back to back (ng-protocol.md §1.2).
//
// The end of a message is the end of its payload's value: bencode, or JSON as an extension. Line
// breaks between messages are skipped, so that a person with a terminal can talk to it. A stream
// whose next message cannot be found is at its end: there is no way to resume.
//
// Optionally the stream opens with one line, a greeting, of which this knows only where it ends.
//
// Sans-IO: octets in, messages out. Memory is bounded by the largest message and what one Append
// brings. One thread per object.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "controld/bencode/scanner.h"
#include "controld/json/scanner.h"

namespace controld::ng {

class StreamFramer {
 public:
  // The reference closes connections with more than 1024 octets of partial message; an SDP needs
  // more, a list of statistics much more.
  static constexpr size_t kMaxMessage = size_t{1} << 20;
  static constexpr size_t kMaxCookie = 1024;
  static constexpr size_t kMaxGreeting = 1024;

  enum class Result : uint8_t { kIncomplete, kGreeting, kMessage, kInvalid };

  explicit StreamFramer(bool with_greeting = false, size_t max_message = kMaxMessage)
      : greeting_(with_greeting), max_message_(max_message) {}

  void Append(std::string_view octets);
  // The next thing in the stream. `out` is valid until the next call of either method: the message
  // with its cookie, or the greeting without its line end. kInvalid is final; see fault().
  Result Next(std::string_view* out);

  // Whether a message has begun and not ended.
  bool partial() const { return begin_ < buffer_.size(); }
  std::string_view fault() const { return fault_; }

 private:
  Result Fail(std::string_view fault);
  Result NextGreeting(std::string_view* out);
  Result ScanPayload(std::string_view message);

  bool greeting_;
  const size_t max_message_;
  std::string buffer_;
  size_t begin_ = 0;    // of what has not been handed out
  size_t payload_ = 0;  // offset of the payload in the message; 0: the space has not been seen
  size_t scanned_ = 0;  // octets without a space or line end
  bencode::Scanner bencode_;
  json::Scanner json_;
  std::string_view fault_;
};

}  // namespace controld::ng

#include "controld/ng/stream_framer.h"

namespace controld::ng {

void StreamFramer::Append(std::string_view octets) {
  if (!fault_.empty()) return;
  buffer_.erase(0, begin_);
  begin_ = 0;
  buffer_.append(octets);
}

StreamFramer::Result StreamFramer::Fail(std::string_view fault) {
  fault_ = fault;
  buffer_ = std::string();
  begin_ = 0;
  return Result::kInvalid;
}

StreamFramer::Result StreamFramer::NextGreeting(std::string_view* out) {
  const size_t end = buffer_.find('\n', scanned_);
  if (end == std::string::npos) {
    scanned_ = buffer_.size();
    if (scanned_ > kMaxGreeting) return Fail("Greeting is too long");
    return Result::kIncomplete;
  }
  if (end > kMaxGreeting) return Fail("Greeting is too long");
  *out = std::string_view(buffer_).substr(0, end);
  if (!out->empty() && out->back() == '\r') out->remove_suffix(1);
  begin_ = end + 1;
  scanned_ = 0;
  greeting_ = false;
  return Result::kGreeting;
}

StreamFramer::Result StreamFramer::ScanPayload(std::string_view message) {
  const std::string_view payload = message.substr(payload_);
  size_t length = 0;
  if (payload.empty()) return Result::kIncomplete;
  if (payload[0] == 'd') {
    const auto result = bencode_.Scan(payload);
    if (result == bencode::Scanner::Result::kInvalid) return Fail("Invalid bencode in stream");
    if (result == bencode::Scanner::Result::kIncomplete) return Result::kIncomplete;
    length = bencode_.length();
  } else if (payload[0] == '{') {
    if (json_.Scan(payload) != json::Scanner::Result::kComplete) return Result::kIncomplete;
    length = json_.length();
  } else {
    return Fail("Invalid NG data format in stream");
  }
  begin_ += payload_ + length;
  payload_ = scanned_ = 0;
  bencode_.Reset();
  json_.Reset();
  return Result::kMessage;
}

StreamFramer::Result StreamFramer::Next(std::string_view* out) {
  if (!fault_.empty()) return Result::kInvalid;
  if (greeting_) return NextGreeting(out);
  if (payload_ == 0 && scanned_ == 0) {
    while (begin_ < buffer_.size() && (buffer_[begin_] == '\n' || buffer_[begin_] == '\r')) {
      ++begin_;
    }
  }
  const size_t start = begin_;
  // Not more than is allowed, so that it makes no difference how much came at once.
  const std::string_view rest = std::string_view(buffer_).substr(start, max_message_ + 1);
  if (payload_ == 0) {
    const size_t space = rest.substr(0, kMaxCookie + 1).find(' ', scanned_);
    if (space == 0) return Fail("No cookie in stream");
    if (space == std::string_view::npos) {
      scanned_ = rest.size();
      if (scanned_ > kMaxCookie) return Fail("No cookie in stream");
      return Result::kIncomplete;
    }
    payload_ = space + 1;
  }
  const Result result = ScanPayload(rest);
  if (result == Result::kMessage) {
    *out = rest.substr(0, begin_ - start);
    if (out->size() > max_message_) return Fail("Message in stream is too long");
  } else if (result == Result::kIncomplete && rest.size() > max_message_) {
    return Fail("Message in stream is too long");
  }
  return result;
}

}  // namespace controld::ng

// Requests, SDP bodies and readers of replies that the tests of calls and negotiation share.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "controld/ng/request.h"
#include "controld/ng/value.h"
#include "proto/base/clock.h"
#include "proto/base/text.h"

namespace controld::call {

// Seconds of a virtual clock that starts on a round date.
inline base::Now At(double seconds) {
  base::Now now;
  now.monotonic = std::chrono::nanoseconds(static_cast<int64_t>(seconds * 1e9));
  now.unix_us = 1'700'000'000'000'000 + static_cast<int64_t>(seconds * 1e6);
  return now;
}

class CountingRandom final : public base::Random {
 public:
  uint64_t Next() override { return 2 * ++count_; }

 private:
  uint64_t count_ = 1000;
};

// One audio section; `lines` (each with CRLF) follow m=.
inline std::string Sdp(std::string_view address, int port, std::string_view lines = "",
                       std::string_view protocol = "RTP/AVP", std::string_view formats = "8 0") {
  const char* type = address.find(':') == std::string_view::npos ? "IP4" : "IP6";
  return base::StrCat("v=0\r\no=alice 7 7 IN ", type, " ", address, "\r\ns=-\r\nc=IN ", type, " ",
                      address, "\r\nt=0 0\r\nm=audio ", port, " ", protocol, " ", formats, "\r\n",
                      lines);
}

inline ng::Request Message(ng::Command command, std::string call_id) {
  ng::Request request;
  request.command = command;
  request.call_id = std::move(call_id);
  return request;
}

inline ng::Request Offer(std::string call_id, std::string from, std::string sdp) {
  ng::Request request = Message(ng::Command::kOffer, std::move(call_id));
  request.from_tag = std::move(from);
  request.sdp = std::move(sdp);
  return request;
}

// In dialogue.
inline ng::Request Reoffer(std::string call_id, std::string from, std::string to, std::string sdp) {
  ng::Request request = Offer(std::move(call_id), std::move(from), std::move(sdp));
  request.to_tag = std::move(to);
  return request;
}

inline ng::Request Answer(std::string call_id, std::string from, std::string to, std::string sdp) {
  ng::Request request = Reoffer(std::move(call_id), std::move(from), std::move(to), std::move(sdp));
  request.command = ng::Command::kAnswer;
  return request;
}

inline ng::Request With(ng::Request request, std::initializer_list<ng::Flag> flags) {
  for (const ng::Flag flag : flags) request.Set(flag);
  return request;
}

inline std::vector<std::string> Lines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const size_t end = text.find("\r\n");
    lines.emplace_back(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 2);
  }
  return lines;
}

// The lines that begin with `prefix`.
inline std::vector<std::string> LinesOf(std::string_view text, std::string_view prefix) {
  std::vector<std::string> found;
  for (std::string& line : Lines(text)) {
    if (line.starts_with(prefix)) found.push_back(std::move(line));
  }
  return found;
}

// Port of the m= line number `index`; -1 if there is none.
inline int MediaPort(std::string_view text, size_t index = 0) {
  const std::vector<std::string> sections = LinesOf(text, "m=");
  if (index >= sections.size()) return -1;
  return std::stoi(sections[index].substr(sections[index].find(' ') + 1));
}

// The text under `key`, or "" (replies never hold empty texts that a test would have to tell
// apart).
inline std::string Text(const ng::Dictionary& reply, std::string_view key) {
  const ng::Value* value = reply.Find(key);
  return value != nullptr && value->string() != nullptr ? *value->string() : std::string();
}

// Keys of the dictionary under `key`, in order.
inline std::vector<std::string> Keys(const ng::Dictionary& reply, std::string_view key) {
  std::vector<std::string> keys;
  const ng::Value* value = reply.Find(key);
  if (value == nullptr || value->dictionary() == nullptr) return keys;
  for (const auto& [name, entry] : value->dictionary()->entries()) keys.push_back(name);
  return keys;
}

}  // namespace controld::call

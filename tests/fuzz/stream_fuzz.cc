// The stream framer: any octets, cut anyhow, give the same messages; all of them lie in the stream,
// in order; and memory stays bounded. The first octet chooses the size of the pieces.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "controld/ng/framing.h"
#include "controld/ng/stream_framer.h"

namespace {

using controld::ng::StreamFramer;

void Require(bool condition) {
  if (!condition) __builtin_trap();
}

struct Outcome {
  std::vector<std::string> messages;
  std::string fault;
  bool operator==(const Outcome& other) const {
    return messages == other.messages && fault == other.fault;
  }
};

Outcome Run(std::string_view stream, size_t piece, bool greeting) {
  StreamFramer framer(greeting, 4096);
  Outcome out;
  for (size_t at = 0; at < stream.size(); at += piece) {
    framer.Append(stream.substr(at, piece));
    std::string_view message;
    for (;;) {
      const StreamFramer::Result result = framer.Next(&message);
      if (result == StreamFramer::Result::kIncomplete) break;
      if (result == StreamFramer::Result::kInvalid) {
        out.fault = std::string(framer.fault());
        Require(!out.fault.empty());
        return out;
      }
      if (result == StreamFramer::Result::kMessage) {
        Require(controld::ng::SplitCookie(message).has_value());
      }
      out.messages.emplace_back(message);
    }
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 1) return 0;
  const size_t piece = data[0] % 64u + 1;
  const bool greeting = (data[0] & 0x80) != 0;
  const std::string_view stream(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Outcome slow = Run(stream, piece, greeting);
  Require(slow == Run(stream, 1, greeting));
  size_t from = 0;
  for (const std::string& message : slow.messages) {
    const size_t found = stream.find(message, from);
    Require(found != stream.npos);
    from = found + message.size();
  }
  return 0;
}

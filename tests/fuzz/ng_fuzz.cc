// NG messages: any octets are dropped, answered with an error, or parsed to a request within
// bounds; the same payload serves as an rtpp-flags text.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "controld/ng/framing.h"
#include "controld/ng/parse_request.h"

namespace {

using controld::ng::Command;
using controld::ng::Request;

void Require(bool condition) {
  if (!condition) __builtin_trap();
}

void CheckRequest(const Request& request) {
  Require(request.warnings.size() <= Request::kMaxWarnings);
  for (const std::string& warning : request.warnings) Require(warning.size() < 512);
  Require(request.tos >= 0 && request.tos <= 256);
  Require(request.ptime >= 0 && request.ptime_reverse >= 0);
  Require(!request.delete_delay || *request.delete_delay >= 0);
  Require(!request.received_from || request.received_from->valid());
  Require(request.sdp_attr.size() <= 7);
  Require(request.command != Command::kUnknown || !request.error.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const controld::ng::Templates templates = {{"default", "replace-origin template=x"},
                                                    {"x", "template=x"}};
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto message = controld::ng::SplitCookie(text);
  if (!message) return 0;
  const auto decoded = controld::ng::DecodePayload(message->payload);
  Require(decoded.ok() == (decoded.command != Command::kUnknown));
  const std::string reply = controld::ng::EncodeReply(message->cookie, decoded.encoding,
                                                      controld::ng::ErrorReply(decoded.error));
  Require(reply.starts_with(message->cookie) && reply[message->cookie.size()] == ' ');
  if (decoded.ok()) {
    CheckRequest(controld::ng::ParseRequest(decoded.dictionary, {.encoding = decoded.encoding}));
    CheckRequest(controld::ng::ParseRequest(
        decoded.dictionary, {.encoding = decoded.encoding, .templates = &templates}));
  }
  controld::ng::Dictionary flags;
  flags.Add("command", "offer");
  flags.Add("rtpp-flags", message->payload);
  CheckRequest(controld::ng::ParseRequest(flags));
  return 0;
}

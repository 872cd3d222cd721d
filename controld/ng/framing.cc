#include "controld/ng/framing.h"

#include <utility>

#include "absl/status/status.h"
#include "controld/bencode/decode.h"
#include "controld/bencode/encode.h"
#include "controld/json/decode.h"
#include "controld/json/encode.h"

namespace controld::ng {
namespace {

void DecodeBencode(std::string_view payload, DecodedPayload* out) {
  auto decoded = bencode::Decode(payload);
  if (!decoded.ok()) {
    out->error = "Could not decode bencode dictionary";
    out->detail = std::string(decoded.status().message());
    return;
  }
  out->dictionary = std::move(*decoded->value.dictionary());  // the payload begins with 'd'
}

void DecodeJson(std::string_view payload, DecodedPayload* out) {
  out->encoding = Encoding::kJson;
  auto dictionary = json::Decode(payload);
  if (!dictionary.ok()) {
    out->error = absl::IsInvalidArgument(dictionary.status()) ? "Failed to parse JSON document"
                                                              : "Could not decode JSON dictionary";
    out->detail = std::string(dictionary.status().message());
    return;
  }
  out->dictionary = *std::move(dictionary);
}

}  // namespace

std::optional<Message> SplitCookie(std::string_view message) {
  const size_t space = message.find(' ');
  if (space == std::string_view::npos || space == 0) return std::nullopt;
  return Message{message.substr(0, space), message.substr(space + 1)};
}

DecodedPayload DecodePayload(std::string_view payload) {
  DecodedPayload out;
  if (payload.empty()) {
    out.error = "Invalid data (no payload)";
    return out;
  }
  if (payload[0] == 'd') {
    DecodeBencode(payload, &out);
  } else if (payload[0] == '{') {
    DecodeJson(payload, &out);
  } else {
    out.error = "Invalid NG data format";
  }
  if (!out.error.empty()) return out;
  const CommandLookup lookup = PeekCommand(out.dictionary);
  out.command = lookup.command;
  out.error = lookup.error;
  return out;
}

Dictionary ErrorReply(std::string_view reason) {
  Dictionary reply;
  reply.Add("result", "error");
  reply.Add("error-reason", reason);
  return reply;
}

std::string EncodePayload(Encoding encoding, const Dictionary& reply) {
  return EncodeReply({}, encoding, reply);
}

std::string EncodeReply(std::string_view cookie, Encoding encoding, const Dictionary& reply) {
  std::string out;
  out.reserve(cookie.size() + 2048);  // an SDP fits; statistics grow it
  if (!cookie.empty()) {
    out.append(cookie);
    out.push_back(' ');
  }
  if (encoding == Encoding::kJson) {
    json::Encode(reply, &out);
  } else {
    bencode::Encode(reply, &out);
  }
  return out;
}

}  // namespace controld::ng

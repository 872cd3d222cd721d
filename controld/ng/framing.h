// NG messages on the wire: COOKIE SP PAYLOAD, the encoding by the payload's first octet, and the
// error texts for what cannot be decoded (ng-protocol.md §2, §3, §4).
//
// Not here: sockets, the reply cache, the meaning of keys. Pure and thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "controld/ng/commands.h"
#include "controld/ng/encoding.h"
#include "controld/ng/value.h"

namespace controld::ng {

// Views into the datagram.
struct Message {
  std::string_view cookie;
  std::string_view payload;  // may be empty
};

// Splits at the first space. nullopt when there is none or nothing stands before it: such a message
// is logged ("Received invalid NG data (no cookie) from …") and gets no reply at all.
std::optional<Message> SplitCookie(std::string_view message);

struct DecodedPayload {
  Encoding encoding = Encoding::kBencode;  // of the reply, also when decoding failed
  Dictionary dictionary;
  Command command = Command::kUnknown;
  std::string_view error;  // error-reason; empty when `command` is known
  std::string detail;      // for the log: what was wrong, and where

  bool ok() const { return error.empty(); }
};

DecodedPayload DecodePayload(std::string_view payload);

// error-reason where the reply is more than its transport can carry.
inline constexpr char kReplyDoesNotFit[] = "Reply does not fit a datagram";

// {result: "error", error-reason: `reason`}.
Dictionary ErrorReply(std::string_view reason);

// The dictionary alone (ng-plain), and with the cookie before it.
std::string EncodePayload(Encoding encoding, const Dictionary& reply);
std::string EncodeReply(std::string_view cookie, Encoding encoding, const Dictionary& reply);

}  // namespace controld::ng

// Answers as JSON for scripts.
//
// Protobuf's JSON with choices that make it stable and pleasant to query: field names as in
// admin.proto, every scalar present even when it is 0 or empty, 64-bit numbers as numbers, enum
// values by name, octets as text (call-ids; see Printable) or as an IP address (fields address and
// advertised). Messages that are absent are left out. Pure; any thread.
#pragma once

#include <google/protobuf/message.h>

#include <string>

namespace rtpctl {

enum class JsonLayout : uint8_t { kIndented, kOneLine };

std::string ToJson(const google::protobuf::Message& message,
                   JsonLayout layout = JsonLayout::kIndented);

}  // namespace rtpctl

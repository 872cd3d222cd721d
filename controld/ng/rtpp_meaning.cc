// What the items of an rtpp-flags text mean (ng-protocol.md §9): transport words, directions, tags
// and codec shortcuts; all else is a key or a flag like those of the dictionary.

#include <optional>
#include <string>
#include <string_view>

#include "controld/ng/parser.h"
#include "controld/ng/rtpp_flags.h"

namespace controld::ng {
namespace {

// Words that compose a transport protocol, in order of appearance.
class TransportBits {
 public:
  // False when the word is none of them.
  bool Apply(std::string_view word) {
    for (unsigned bits = 0; bits < 8; ++bits) {
      if (!kNames[bits].empty() && word == kNames[bits]) return Set(bits);
    }
    if (word == "RTP") return Set(bits_ & ~kSrtp);
    if (word == "SRTP") return Set(bits_ | kSrtp);
    if (word == "AVP") return Set(bits_ & ~kAvpf);
    if (word == "AVPF") return Set(bits_ | kAvpf);
    if (word == "DTLS") return Set(bits_ | kDtls);
    return false;
  }

  // Empty when no word was seen, or when they contradict each other.
  std::string_view protocol() const { return seen_ ? kNames[bits_] : std::string_view(); }

 private:
  static constexpr unsigned kSrtp = 1, kAvpf = 2, kDtls = 4;
  static constexpr std::string_view kNames[8] = {
      "RTP/AVP",          "RTP/SAVP", "RTP/AVPF",          "RTP/SAVPF",
      "UDP/TLS/RTP/SAVP", "",         "UDP/TLS/RTP/SAVPF", ""};

  bool Set(unsigned bits) {
    bits_ = bits;
    seen_ = true;
    return true;
  }

  unsigned bits_ = 0;
  bool seen_ = false;
};

// "codec-strip" → "strip"; empty when the key is no shortcut.
std::string_view CodecShortcut(std::string_view name) {
  if (name == "transcode") return name;
  constexpr std::string_view kPrefix = "codec-";
  if (!name.starts_with(kPrefix)) return {};
  name.remove_prefix(kPrefix.size());
  for (const std::string_view list :
       {"strip", "offer", "except", "ignore", "accept", "consume", "mask", "set", "transcode"}) {
    if (name == list) return list;
  }
  return {};
}

}  // namespace

void Parser::RtppFlags(std::string_view text) {
  const bool outermost = !in_rtpp_flags_;
  in_rtpp_flags_ = true;
  rtpp_flags_seen_ = true;
  RtppFlagsReader reader(text);
  TransportBits transport;
  int directions = 0;
  while (const std::optional<RtppFlagsItem> item = reader.Next()) {
    if (item->value) {
      RtppItem(item->name, *item->value, &directions);
    } else if (!options_.transport_words || !transport.Apply(item->name)) {
      RtppWord(item->name, &directions);
    }
  }
  if (const std::string_view protocol = transport.protocol(); !protocol.empty()) {
    request_.transport_protocol = protocol;
  }
  if (outermost) in_rtpp_flags_ = false;
}

void Parser::RtppWord(std::string_view word, int* directions) {
  if (word == "internal" || word == "external") {
    Direction(word, directions);
  } else {
    FlagWord(word);
  }
}

void Parser::RtppItem(std::string_view name, const Value& value, int* directions) {
  const std::string* text = value.string();
  if (name == "direction" && text) return Direction(*text, directions);
  if (name == "rtpp-flags" || name == "rtpp_flags")
    return WarnUnknownFlag(name);  // no text within a text
  if (const std::string_view list = CodecShortcut(name); !list.empty()) {
    if (text) Codec(list, *text);
    if (const List* items = value.list()) {
      for (const Value& item : *items) {
        if (item.string()) Codec(list, *item.string());
      }
    }
    return;
  }
  Key(name, value);
  // Given here, a tag is meant; given as a key, it may only stand there because it always does.
  if (name == "to-tag" && text) request_.Set(Flag::kToTag);
  if (name == "from-tag" && text) request_.Set(Flag::kDirectional);
}

void Parser::Direction(std::string_view interface, int* directions) {
  ++*directions;
  if (*directions == 1) {
    request_.from_interface = interface;
  } else if (*directions == 2) {
    request_.to_interface = interface;
  } else {
    Warn("Too many directions: '", interface.substr(0, 64), "'");
  }
}

}  // namespace controld::ng

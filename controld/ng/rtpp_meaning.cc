// What the items of an rtpp-flags text mean (ng-protocol.md §9): transport words, directions, tags
// and codec shortcuts; all else is a key or a flag like those of the dictionary.

#include <optional>
#include <string>
#include <string_view>

#include "controld/ng/bare_words.h"
#include "controld/ng/parser.h"
#include "controld/ng/rtpp_flags.h"
#include "proto/base/text.h"

namespace controld::ng {
namespace {

// "codec-strip" → "strip"; empty when the key is no shortcut.
std::string_view CodecShortcut(std::string_view name) {
  constexpr std::string_view kPrefix = "codec-";
  if (name == "transcode") return name;
  if (!name.starts_with(kPrefix)) return {};
  return Canonical(CodecMembers(), name.substr(kPrefix.size()));
}

}  // namespace

void Parser::RtppFlags(std::string_view text) {
  const bool outermost = !in_rtpp_flags_;
  in_rtpp_flags_ = true;
  rtpp_flags_seen_ = true;
  RtppFlagsReader reader(text);
  TransportBits transport;
  int directions = 0;
  size_t start = 0;
  while (const std::optional<RtppFlagsItem> item = reader.Next()) {
    if (entries_ && outermost) {
      entries_->emplace_back().item = base::Trim(text.substr(start, reader.position() - start));
      start = reader.position();
    }
    const TransportWord* word =
        item->value || !options_.transport_words ? nullptr : transport.Apply(item->name);
    if (word) {
      Meaning(word->meaning);
    } else if (item->value) {
      RtppItem(item->name, *item->value, &directions);
    } else {
      RtppWord(item->name, &directions);
    }
  }
  if (transport.contradictory()) {
    Warn(Verdict::kBadValue, "Transport words of rtpp-flags contradict each other: ignored");
  } else if (const std::string_view protocol = transport.protocol(); !protocol.empty()) {
    request_.transport_protocol = protocol;
  }
  if (outermost) in_rtpp_flags_ = false;
}

void Parser::RtppWord(std::string_view word, int* directions) {
  if (const DirectionWord* row = FindDirectionWord(word)) {
    Meaning(row->meaning);
    Direction(word, directions);
  } else {
    FlagWord(word);
  }
}

void Parser::RtppItem(std::string_view name, const Value& value, int* directions) {
  const std::string* text = value.string();
  if (name == "direction" && text) {
    Meaning("interface: the first such item is towards the sender, the second towards the receiver");
    return Direction(*text, directions);
  }
  if (name == "rtpp-flags" || name == "rtpp_flags")
    return WarnUnknownFlag(name);  // no text within a text
  if (const std::string_view list = CodecShortcut(name); !list.empty()) {
    Meaning("codec");
    Codecs(list, text ? Value(List{value}) : value);  // commas of a text are part of it
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
    Warn(Verdict::kBadValue, "Too many directions: '", interface.substr(0, 64), "'");
  }
}

}  // namespace controld::ng

#include "controld/ng/key_handlers.h"

#include <algorithm>

#include "proto/base/endpoint.h"
#include "proto/media/fingerprint.h"

namespace controld::ng::keys {
namespace {

std::optional<bool> SwitchOf(const Value& value) {
  const std::string* text = value.string();
  const std::string_view word = text ? Canonical(SwitchWords(), *text) : std::string_view();
  if (word.empty()) return std::nullopt;
  return word == "on";
}

// "[2001:db8::1]": some clients write an IPv6 address as it stands in a URI.
std::string_view WithoutBrackets(std::string_view text) {
  const bool bracketed = text.size() > 2 && text.front() == '[' && text.back() == ']';
  return bracketed ? text.substr(1, text.size() - 2) : text;
}

std::optional<base::IpAddress> ReadReceivedFrom(const Value& value) {
  if (const std::string* text = value.string()) {
    return base::IpAddress::Parse(WithoutBrackets(*text));
  }
  const List* list = value.list();
  if (!list || list->size() < 2) return std::nullopt;
  const std::string* family = (*list)[0].string();
  const std::string* text = (*list)[1].string();
  if (!family || !text || (*family != "IP4" && *family != "IP6")) return std::nullopt;
  return base::IpAddress::Parse(WithoutBrackets(*text), *family == "IP4" ? base::Family::kIpv4
                                                                         : base::Family::kIpv6);
}

std::optional<int> ReadFrequency(const Value& value) {
  const std::optional<int64_t> number = NumberOf(value, false);
  if (!number || *number <= 0 || *number > 48'000) return std::nullopt;
  return static_cast<int>(*number);
}

// Lists of texts among the members of a dictionary.
bool IsTexts(Parser& parser, std::string_view member, const Value& value) {
  const bool texts = Fits(kTexts, value, false);
  if (!texts) parser.WarnMember(member, kTexts);
  return texts;
}

}  // namespace

void Flags(Parser& parser, const Value& value) {
  ForEachText(value, [&](std::string_view item) { parser.FlagWord(item); });
}

void RtppFlags(Parser& parser, const Value& value) {
  if (const std::string* text = value.string()) {
    parser.request().rtpp_flags = true;
    parser.RtppFlags(*text);
  }
}

void Template(Parser& parser, const Value& value) {
  if (const std::string* text = value.string()) parser.ApplyTemplate(*text, true);
}

void OneOfThem(Parser& parser, const Value& value) {
  if (const std::string* text = value.string()) parser.Take(*text);
}

void EachOf(Parser& parser, const Value& value) {
  ForEachText(value, [&](std::string_view item) {
    if (!parser.Take(item) && !parser.Take(Unescape(item))) parser.WarnUnknownItem(item);
  });
}

void EachMember(Parser& parser, const Value& value) {
  const Dictionary* members = value.dictionary();
  if (!members) return;
  for (const auto& [name, member] : members->entries()) {
    if (!parser.TakeMember(name)) parser.WarnUnknownItem(name);
  }
}

void MessageType(Parser& parser, const Value& value) {
  const std::string* text = value.string();
  const Word* word = text ? parser.Take(*text) : nullptr;
  if (!word) return;
  parser.request().sip_message_type =
      word->canonical == "request" ? SipMessageType::kRequest : SipMessageType::kReply;
}

void ReceivedFrom(Parser& parser, const Value& value) {
  if (const auto address = ReadReceivedFrom(value)) parser.request().received_from = *address;
}

void Direction(Parser& parser, const Value& value) {
  const List* list = value.list();
  if (!list || list->empty()) return;
  if (const std::string* from = (*list)[0].string()) parser.request().from_interface = *from;
  if (list->size() < 2) return;
  if (const std::string* to = (*list)[1].string()) parser.request().to_interface = *to;
}

void AddressFamily(Parser& parser, const Value& value) {
  const std::string* text = value.string();
  const Word* word = text ? parser.Take(*text) : nullptr;
  if (!word) return;
  parser.request().address_family =
      word->canonical == "IP4" ? base::Family::kIpv4 : base::Family::kIpv6;
}

void TransportProtocol(Parser& parser, const Value& value) {
  const std::string* text = value.string();
  if (!text) return;
  if (const Word* word = parser.Take(FindTransport(*text))) {
    parser.request().transport_protocol = word->canonical;
  }
}

void Codec(Parser& parser, const Value& value) {
  const Dictionary* members = value.dictionary();
  if (!members) return;
  for (const auto& [name, items] : members->entries()) {
    if (!parser.Codecs(name, items)) {
      parser.WarnUnknownItem(name);
    } else {
      IsTexts(parser, name, items);
    }
  }
}

void Extmap(Parser& parser, const Value& value) {
  const Dictionary* members = value.dictionary();
  if (!members) return;
  for (const auto& [name, items] : members->entries()) {
    const Word* member = parser.TakeMember(name);
    if (!member) {
      parser.WarnUnknownItem(name);
    } else if (!IsTexts(parser, name, items)) {
      continue;
    } else if (member->canonical == "strip") {
      Texts<&Request::extmap_strip>(parser, items);
    } else {
      Texts<&Request::extmap_mask>(parser, items);
    }
  }
}

void GenerateRtcp(Parser& parser, const Value& value) {
  const std::optional<bool> on = SwitchOf(value);
  if (!on) return;
  Request& request = parser.request();
  request.flags.set(static_cast<size_t>(Flag::kGenerateRtcp), *on);
  request.flags.set(static_cast<size_t>(Flag::kNoGenerateRtcp), !*on);
}

void DropTraffic(Parser& parser, const Value& value) {
  parser.request().flags.reset(static_cast<size_t>(Flag::kDropTrafficStart));
  parser.request().flags.reset(static_cast<size_t>(Flag::kDropTrafficStop));
  OneOfThem(parser, value);
}

void RecordCall(Parser& parser, const Value& value) {
  parser.request().flags.reset(static_cast<size_t>(Flag::kRecordCall));
  OneWord<&Request::recording, &RecordingOptions::record_call>(parser, value);
}

void Pause(Parser& parser, const Value& value) {
  if (parser.request().command != Command::kStopRecording) {
    Number<&Request::dtmf, &DtmfOptions::pause_ms>(parser, value);
  } else if (SwitchOf(value).value_or(false)) {
    parser.request().Set(Flag::kPause);
  }
}

void DtmfCode(Parser& parser, const Value& value) {
  if (const int64_t* number = value.integer()) parser.request().dtmf.code = std::to_string(*number);
  if (const std::string* text = value.string()) parser.request().dtmf.code = *text;
}

void Frequencies(Parser& parser, const Value& value) {
  const auto add = [&](const Value& item) {
    if (const auto number = ReadFrequency(item)) parser.request().dtmf.frequencies.push_back(*number);
  };
  if (const List* list = value.list()) {
    for (const Value& item : *list) add(item);
  } else {
    add(value);
  }
}

void Tags(Parser& parser, const Value& value) {
  const List* list = value.list();
  if (!list) return;
  for (const Value& item : *list) {
    const Dictionary* members = item.dictionary();
    if (!members) continue;
    MeshTag& tag = parser.request().tags.emplace_back();
    for (const auto& [name, member] : members->entries()) {
      const Word* known = parser.TakeMember(name);
      if (!known) {
        parser.WarnUnknownItem(name);
      } else if (known->canonical == "to") {
        ForEachText(member, [&](std::string_view to) { tag.to.push_back(Unescape(to)); });
      } else if (member.string()) {
        tag.from = *member.string();
      }
    }
  }
}

// Codecs are a list here, never one text.
void MediaList(Parser& parser, const Value& value) {
  const List* list = value.list();
  if (!list) return;
  for (const Value& item : *list) {
    const Dictionary* members = item.dictionary();
    if (!members) continue;
    MediaSpec& media = parser.request().media.emplace_back();
    for (const auto& [name, member] : members->entries()) {
      if (!parser.TakeMember(name)) {
        parser.WarnUnknownItem(name);
      } else if (name == "type" && member.string()) {
        media.type = *member.string();
      } else if (name == "id" && member.string()) {
        media.id = *member.string();
      } else if (name == "codec" && member.list()) {
        ForEachText(member, [&](std::string_view codec) { media.codecs.push_back(Unescape(codec)); });
      }
    }
  }
}

bool IsReceivedFrom(const Value& value) { return ReadReceivedFrom(value).has_value(); }

bool IsDirection(const Value& value) {
  const List* list = value.list();
  if (!list || list->empty()) return false;
  return (*list)[0].string() != nullptr || (list->size() > 1 && (*list)[1].string() != nullptr);
}

bool IsTransport(const Value& value) {
  return value.string() != nullptr && !FindTransport(*value.string()).empty();
}

bool IsFingerprintHash(const Value& value) {
  return value.string() != nullptr && media::ParseFingerprintHash(*value.string()).has_value();
}

bool IsEndpoint(const Value& value) {
  if (!value.string()) return false;
  const auto endpoint = base::Endpoint::Parse(*value.string());
  return endpoint && endpoint->valid();
}

bool IsList(const Value& value) { return value.list() != nullptr; }

bool IsNumber(const Value& value) { return NumberOf(value, true) || NumberOf(value, false); }

bool IsDtmfCode(const Value& value) {
  constexpr std::string_view kDigits = "0123456789*#ABCD";
  const std::string* text = value.string();
  if (text && text->size() == 1 && kDigits.find((*text)[0]) != kDigits.npos) return true;
  const std::optional<int64_t> number = NumberOf(value, false);
  return number && *number >= 0 && *number <= 15;
}

bool IsPause(const Value& value) {
  return Fits(kAmount, value, false) || SwitchOf(value).has_value();
}

bool AreFrequencies(const Value& value) {
  const List* list = value.list();
  if (!list) return ReadFrequency(value).has_value();
  return std::all_of(list->begin(), list->end(),
                     [](const Value& item) { return ReadFrequency(item).has_value(); });
}

}  // namespace controld::ng::keys

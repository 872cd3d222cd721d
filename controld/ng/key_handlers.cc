#include "controld/ng/key_handlers.h"

#include <utility>

#include "proto/base/text.h"

namespace controld::ng::keys {
namespace {

// Calls `apply` for every item of a list-like value and reports the items it refuses.
template <typename Apply>
void EachWord(Parser& parser, std::string_view key, const Value& value, Apply apply) {
  ForEachText(value, [&](std::string_view item) {
    if (!apply(item)) parser.WarnUnknownItem(key, item);
  });
}

void PtimeInto(Parser& parser, const Value& value, int* field) {
  if (parser.request().command != Command::kOffer) return;  // has a meaning only there
  const std::optional<int64_t> number = parser.Number(value);
  if (number && *number > 0 && *number <= 1000) *field = static_cast<int>(*number);
}

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

void MessageType(Parser& parser, const Value& value) {
  const std::string* text = value.string();
  if (!text) return;
  const std::string_view word = Canonical(SipMessageTypeWords(), *text);
  if (word.empty()) {
    parser.WarnUnknownItem("sip-message-type", *text);
  } else {
    parser.request().sip_message_type =
        word == "request" ? SipMessageType::kRequest : SipMessageType::kReply;
  }
}

void Supports(Parser& parser, const Value& value) {
  EachWord(parser, "supports", value, [&](std::string_view item) {
    const ng::FlagWord* word = FindWord(SupportsWords(), item);
    if (word) parser.request().Set(word->flag);
    return word != nullptr;
  });
}

void ReceivedFrom(Parser& parser, const Value& value) {
  if (const std::string* text = value.string()) {
    if (const auto address = base::IpAddress::Parse(WithoutBrackets(*text)))
      parser.request().received_from = *address;
    return;
  }
  const List* list = value.list();
  if (!list || list->size() < 2) return;
  const std::string* family = (*list)[0].string();
  const std::string* text = (*list)[1].string();
  if (!family || !text || (*family != "IP4" && *family != "IP6")) return;
  const auto address =
      base::IpAddress::Parse(WithoutBrackets(*text), *family == "IP4" ? base::Family::kIpv4 : base::Family::kIpv6);
  if (address) parser.request().received_from = *address;
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
  if (!text) return;
  if (*text == "IP4") parser.request().address_family = base::Family::kIpv4;
  if (*text == "IP6") parser.request().address_family = base::Family::kIpv6;
}

void TransportProtocol(Parser& parser, const Value& value) {
  const std::string* text = value.string();
  if (!text) return;
  if (*text == "accept") {
    parser.request().transport_protocol = *text;
    return;
  }
  for (const Word& word : TransportWords()) {
    if (base::EqualsIgnoreCase(word.canonical, *text))
      parser.request().transport_protocol = word.canonical;
  }
}

void TypeOfService(Parser& parser, const Value& value) {
  const std::optional<int64_t> number = parser.Number(value);
  if (number && *number >= 0 && *number <= 256) parser.request().tos = static_cast<int>(*number);
}

void Replace(Parser& parser, const Value& value) {
  EachWord(parser, "replace", value, [&](std::string_view item) { return parser.Replace(item); });
}

void Ice(Parser& parser, const Value& value) {
  EachWord(parser, "ICE", value, [&](std::string_view item) { return parser.Ice(item); });
}

void IceLite(Parser& parser, const Value& value) {
  EachWord(parser, "ICE-lite", value, [&](std::string_view item) { return parser.IceLite(item); });
}

void Dtls(Parser& parser, const Value& value) {
  EachWord(parser, "DTLS", value, [&](std::string_view item) { return parser.Dtls(item); });
}

void Sdes(Parser& parser, const Value& value) {
  EachWord(parser, "SDES", value, [&](std::string_view item) { return parser.Sdes(item); });
}

void Osrtp(Parser& parser, const Value& value) {
  EachWord(parser, "OSRTP", value, [&](std::string_view item) { return parser.Osrtp(item); });
}

void RtcpMux(Parser& parser, const Value& value) {
  EachWord(parser, "rtcp-mux", value, [&](std::string_view item) { return parser.RtcpMux(item); });
}

void Bundle(Parser& parser, const Value& value) {
  EachWord(parser, "bundle", value, [&](std::string_view item) { return parser.Bundle(item); });
}

void Codec(Parser& parser, const Value& value) {
  const Dictionary* members = value.dictionary();
  if (!members) return;
  for (const auto& [name, items] : members->entries()) {
    bool known = true;
    ForEachText(items, [&, &list = name](std::string_view item) {
      known = known && parser.Codec(list, item);
    });
    if (!known) parser.WarnUnknownItem("codec", name);
  }
}

void Ptime(Parser& parser, const Value& value) {
  PtimeInto(parser, value, &parser.request().ptime);
}
void PtimeReverse(Parser& parser, const Value& value) {
  PtimeInto(parser, value, &parser.request().ptime_reverse);
}

void Extmap(Parser& parser, const Value& value) {
  const Dictionary* members = value.dictionary();
  if (!members) return;
  for (const auto& [name, items] : members->entries()) {
    if (name == "strip") {
      Texts<&Request::extmap_strip>(parser, items);
    } else if (name == "mask") {
      Texts<&Request::extmap_mask>(parser, items);
    } else {
      parser.WarnUnknownItem("extmap", name);
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

void EndpointLearning(Parser& parser, const Value& value) {
  const std::string* text = value.string();
  if (text && !parser.EndpointLearning(*text)) parser.WarnUnknownItem("endpoint-learning", *text);
}

void DropTraffic(Parser& parser, const Value& value) {
  const std::string* text = value.string();
  if (!text) return;
  Request& request = parser.request();
  request.flags.set(static_cast<size_t>(Flag::kDropTrafficStart), *text == "start");
  request.flags.set(static_cast<size_t>(Flag::kDropTrafficStop), *text == "stop");
}

void DeleteDelay(Parser& parser, const Value& value) {
  const std::optional<int64_t> number = parser.Number(value);
  if (number && *number >= 0 && *number <= std::numeric_limits<int>::max()) {
    parser.request().delete_delay = static_cast<int>(*number);
  }
}

void RecordCall(Parser& parser, const Value& value) {
  OneWord<RecordCallWords, &Request::recording, &RecordingOptions::record_call>(parser, value);
  Request& request = parser.request();
  request.flags.set(static_cast<size_t>(Flag::kRecordCall), request.recording.record_call == "yes");
}

void All(Parser& parser, const Value& value) {
  OneWord<AllWords, &Request::all>(parser, value);
  if (parser.request().all == "all") parser.request().Set(Flag::kAll);
}

void Passthrough(Parser& parser, const Value& value) {
  if (const auto on = SwitchOf(value))
    parser.request().Set(*on ? Flag::kPassthrough : Flag::kNoPassthrough);
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
    const std::optional<int64_t> number = parser.Number(item);
    if (number && *number > 0 && *number <= 48'000) {
      parser.request().dtmf.frequencies.push_back(static_cast<int>(*number));
    }
  };
  if (const List* list = value.list()) {
    for (const Value& item : *list) add(item);
  } else {
    add(value);
  }
}

}  // namespace controld::ng::keys

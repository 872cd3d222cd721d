// How the values of keys are read: one function per kind of key, for the rows of key_table.cc.
//
// Internal to controld/ng. A value of the wrong type reads as if the key were absent
// (ng-protocol.md §3).
#pragma once

#include <limits>
#include <string>
#include <type_traits>

#include "controld/ng/coercion.h"
#include "controld/ng/parser.h"
#include "controld/ng/value.h"

namespace controld::ng::keys {

// Member pointers of Request, or of one of its option structs: SetText<&Request::play,
// &PlayOptions::file>.
template <auto kMember>
auto& Field(Request& request) {
  return request.*kMember;
}
template <auto kGroup, auto kMember>
auto& Field(Request& request) {
  return (request.*kGroup).*kMember;
}

// A text, into std::string or std::optional<std::string>.
template <auto... kPath>
void Text(Parser& parser, const Value& value) {
  if (const std::string* text = value.string()) Field<kPath...>(parser.request()) = *text;
}

// A number, into int, int64_t or an optional of them; what does not fit is dropped with a warning.
template <auto... kPath>
void Number(Parser& parser, const Value& value) {
  auto& field = Field<kPath...>(parser.request());
  using Field = std::remove_reference_t<decltype(field)>;
  constexpr bool kNarrow = std::is_same_v<Field, int> || std::is_same_v<Field, std::optional<int>>;
  using Target = std::conditional_t<kNarrow, int, int64_t>;
  const std::optional<int64_t> number = parser.Number(value);
  if (!number) return;
  if (*number < std::numeric_limits<Target>::min() ||
      *number > std::numeric_limits<Target>::max()) {
    parser.Warn("Number out of range: ", *number);
    return;
  }
  field = static_cast<Target>(*number);
}

// Texts of a list, escapes resolved, appended.
template <auto... kPath>
void Texts(Parser& parser, const Value& value) {
  ForEachText(value, [&](std::string_view item) {
    Field<kPath...>(parser.request()).push_back(Unescape(item));
  });
}

// A literal IP address into std::optional<base::IpAddress>; anything else is dropped.
template <auto... kPath>
void Address(Parser& parser, const Value& value) {
  const std::string* text = value.string();
  if (!text) return;
  if (const auto address = base::IpAddress::Parse(*text))
    Field<kPath...>(parser.request()) = *address;
}

// One word of a table into std::string, in its canonical spelling.
template <auto kWords, auto... kPath>
void OneWord(Parser& parser, const Value& value) {
  const std::string* text = value.string();
  if (!text) return;
  const std::string_view word = Canonical(kWords(), *text);
  if (word.empty()) {
    parser.Warn("Unknown value encountered: '", std::string_view(*text).substr(0, 64), "'");
  } else {
    Field<kPath...>(parser.request()) = word;
  }
}

// Keys whose values nothing reads yet: known, reported by the table's `implemented`.
inline void Nothing(Parser&, const Value&) {}

void Flags(Parser& parser, const Value& value);
void RtppFlags(Parser& parser, const Value& value);
void Template(Parser& parser, const Value& value);
void MessageType(Parser& parser, const Value& value);
void Supports(Parser& parser, const Value& value);
void ReceivedFrom(Parser& parser, const Value& value);
void Direction(Parser& parser, const Value& value);
void AddressFamily(Parser& parser, const Value& value);
void TransportProtocol(Parser& parser, const Value& value);
void TypeOfService(Parser& parser, const Value& value);
void Replace(Parser& parser, const Value& value);
void Ice(Parser& parser, const Value& value);
void IceLite(Parser& parser, const Value& value);
void Dtls(Parser& parser, const Value& value);
void Sdes(Parser& parser, const Value& value);
void Osrtp(Parser& parser, const Value& value);
void RtcpMux(Parser& parser, const Value& value);
void Bundle(Parser& parser, const Value& value);
void Codec(Parser& parser, const Value& value);
void Ptime(Parser& parser, const Value& value);
void PtimeReverse(Parser& parser, const Value& value);
void Extmap(Parser& parser, const Value& value);
void GenerateRtcp(Parser& parser, const Value& value);
void EndpointLearning(Parser& parser, const Value& value);
void DropTraffic(Parser& parser, const Value& value);
void DeleteDelay(Parser& parser, const Value& value);
void RecordCall(Parser& parser, const Value& value);
void All(Parser& parser, const Value& value);
void Passthrough(Parser& parser, const Value& value);
void Pause(Parser& parser, const Value& value);
void DtmfCode(Parser& parser, const Value& value);
void Frequencies(Parser& parser, const Value& value);
void Tags(Parser& parser, const Value& value);
void MediaList(Parser& parser, const Value& value);
void SdpAttr(Parser& parser, const Value& value);
void SdpMediaRemove(Parser& parser, const Value& value);

}  // namespace controld::ng::keys

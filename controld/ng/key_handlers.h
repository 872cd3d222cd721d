// How the values of keys are read: one function per kind of key, for the rows of key_table.cc.
//
// Internal to controld/ng. A handler sees only values of its row's grammar; others read as if the key were absent
// (ng-protocol.md §3).
#pragma once

#include <optional>
#include <string>
#include <type_traits>
#include <vector>

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

// A number, into int, int64_t or an optional of them; the grammar keeps it in range.
template <auto... kPath>
void Number(Parser& parser, const Value& value) {
  auto& field = Field<kPath...>(parser.request());
  using Field = std::remove_reference_t<decltype(field)>;
  constexpr bool kNarrow = std::is_same_v<Field, int> || std::is_same_v<Field, std::optional<int>>;
  using Target = std::conditional_t<kNarrow, int, int64_t>;
  if (const auto number = parser.Number(value)) field = static_cast<Target>(*number);
}

// A number that only an offer has a use for.
template <auto... kPath>
void OfferNumber(Parser& parser, const Value& value) {
  if (parser.request().command != Command::kOffer) return parser.WarnOfferOnly();
  Number<kPath...>(parser, value);
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

// One word of the grammar into std::string, in its canonical spelling.
template <auto... kPath>
void OneWord(Parser& parser, const Value& value) {
  const std::string* text = value.string();
  const Word* word = text ? parser.Take(*text) : nullptr;
  if (word) Field<kPath...>(parser.request()) = word->canonical;
}

// Words of the grammar, appended in their canonical spelling; of forms what follows, too.
template <auto kList>
void EachInto(Parser& parser, const Value& value) {
  ForEachText(value, [&](std::string_view item) {
    std::vector<std::string>& list = parser.request().*kList;
    if (const Word* word = parser.Take(item)) {
      list.emplace_back(word->form() ? Unescape(item) : std::string(word->canonical));
    } else {
      parser.WarnUnknownItem(item);
    }
  });
}

// What the row says is all there is to it.
inline void Nothing(Parser&, const Value&) {}
// Words whose flags and states are all there is to them.
void OneOfThem(Parser& parser, const Value& value);
void EachOf(Parser& parser, const Value& value);
void EachMember(Parser& parser, const Value& value);

void Flags(Parser& parser, const Value& value);
void RtppFlags(Parser& parser, const Value& value);
void Template(Parser& parser, const Value& value);
void MessageType(Parser& parser, const Value& value);
void ReceivedFrom(Parser& parser, const Value& value);
void Direction(Parser& parser, const Value& value);
void AddressFamily(Parser& parser, const Value& value);
void TransportProtocol(Parser& parser, const Value& value);
void Codec(Parser& parser, const Value& value);
void Extmap(Parser& parser, const Value& value);
void GenerateRtcp(Parser& parser, const Value& value);
void DropTraffic(Parser& parser, const Value& value);
void RecordCall(Parser& parser, const Value& value);
void Pause(Parser& parser, const Value& value);
void DtmfCode(Parser& parser, const Value& value);
void Frequencies(Parser& parser, const Value& value);
void Tags(Parser& parser, const Value& value);
void MediaList(Parser& parser, const Value& value);
void SdpAttr(Parser& parser, const Value& value);
void SdpMediaRemove(Parser& parser, const Value& value);

// Grammars of their own (Grammar::fits).
inline bool AnyValue(const Value&) { return true; }  // wrong ones fail the command
bool IsReceivedFrom(const Value& value);
bool IsDirection(const Value& value);
bool IsTransport(const Value& value);
bool IsFingerprintHash(const Value& value);
bool IsEndpoint(const Value& value);
bool IsList(const Value& value);
bool IsNumber(const Value& value);
bool IsDtmfCode(const Value& value);
bool IsPause(const Value& value);
bool AreFrequencies(const Value& value);

}  // namespace controld::ng::keys

// The state of one ParseRequest: what keys, flags and rtpp-flags texts have said so far.
//
// Internal to controld/ng. Lives on the stack of ParseRequest; one thread.
#pragma once

#include <optional>
#include <string_view>

#include "absl/types/span.h"
#include "controld/ng/flag_table.h"
#include "controld/ng/parse_request.h"
#include "controld/ng/words.h"
#include "proto/base/text.h"

namespace controld::ng {

class Parser {
 public:
  // Both outlive the parser.
  Parser(const ParseOptions& options, Request* request) : options_(options), request_(*request) {}

  // All keys of a dictionary in order, templates of the command first.
  void Run(const Dictionary& dictionary);

  void Key(std::string_view name, const Value& value);  // §8.1–8.5
  void FlagWord(std::string_view text);                 // §8.7
  void RtppFlags(std::string_view text);                // §9
  void ApplyTemplate(std::string_view name, bool explicitly);

  Request& request() { return request_; }
  std::optional<int64_t> Number(const Value& value) const;

  // Items of the lists that a key or a prefixed flag may carry. False: not a known word.
  bool Replace(std::string_view item);
  bool RtcpMux(std::string_view item);
  bool Ice(std::string_view item);
  bool Dtls(std::string_view item) { return AppendWord(DtlsWords(), "DTLS", item, &request_.dtls); }
  bool Osrtp(std::string_view item) {
    return AppendWord(OsrtpWords(), "OSRTP", item, &request_.osrtp);
  }
  bool IceLite(std::string_view item) {
    return AppendWord(IceLiteWords(), "ICE-lite", item, &request_.ice);
  }
  bool Sdes(std::string_view item);
  bool Bundle(std::string_view item);
  bool EndpointLearning(std::string_view item);
  // `name`: "strip", "offer" …; the item with its escapes. False: no such list.
  bool Codec(std::string_view name, std::string_view item);
  // `kind`: add, remove or substitute. False: unknown section or malformed.
  bool SdpAttrFlag(PrefixAction kind, std::string_view section_and_text);

  // Does the command make an offer that transcoding keys apply to?
  bool TranscodingKeysApply() const;

  template <typename... Parts>
  void Warn(const Parts&... parts) {
    if (request_.warnings.size() < Request::kMaxWarnings) AddWarning(base::StrCat(parts...));
  }
  void WarnUnknownFlag(std::string_view text);
  // "Unknown 'ICE' item encountered: 'perhaps'".
  void WarnUnknownItem(std::string_view key, std::string_view text);
  void WarnNotSupported(std::string_view what, std::string_view name);
  void Fail(std::string_view reason);

 private:
  // Appends the canonical word; warns when nothing acts on it yet. False: not one of `words`.
  bool AppendWord(absl::Span<const Word> words, std::string_view key, std::string_view item,
                  std::vector<std::string>* list);
  void AddWarning(std::string text);
  void RtppItem(std::string_view name, const Value& value, int* directions);
  void RtppWord(std::string_view word, int* directions);
  void Direction(std::string_view interface, int* directions);
  void ApplyWebRtc();
  bool Prefixed(const PrefixRow& row, std::string_view rest);
  void WarnUnknownSuites(std::string_view list);  // "A;B"

  const ParseOptions& options_;
  Request& request_;
  int templates_ = 0;  // applied so far, those within others included
  bool in_rtpp_flags_ = false;
  bool rtpp_flags_seen_ = false;
};

}  // namespace controld::ng

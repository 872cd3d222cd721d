// The state of one ParseRequest: what keys, flags and rtpp-flags texts have said so far.
//
// Internal to controld/ng. Lives on the stack of ParseRequest; one thread.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "controld/ng/flag_table.h"
#include "controld/ng/key_table.h"
#include "controld/ng/lint.h"
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
  // The few keys of a command that knows no others (key_table.h); of each the first.
  void RunLiterally(const Dictionary& dictionary);

  void Key(std::string_view name, const Value& value);  // §8.1–8.5
  void FlagWord(std::string_view text);                 // §8.7
  void RtppFlags(std::string_view text);                // §9
  void ApplyTemplate(std::string_view name, bool explicitly);

  Request& request() { return request_; }
  std::optional<int64_t> Number(const Value& value) const;
  // Of the texts that follow, an entry for each item. `entries` outlives the parser.
  void Explain(std::vector<LintEntry>* entries) { entries_ = entries; }

  // For the handlers of keys (key_handlers.h); words and members are those of the key's grammar.
  // The word, its flags set and its state reported; for a form, the form. nullptr: unknown.
  const Word* Take(std::string_view item);
  // The member of the key's dictionary. nullptr: unknown.
  const Word* TakeMember(std::string_view name);
  // `list`: "strip", "offer" …; the items with their escapes. False: no such list.
  bool Codecs(std::string_view list, const Value& items);
  // `kind`: add, remove or substitute. False: unknown section or malformed.
  bool SdpAttrFlag(PrefixAction kind, std::string_view section_and_text);

  // "Unknown 'ICE' item encountered: 'perhaps'"; of a flag, that the flag is unknown.
  void WarnUnknownItem(std::string_view text);
  void WarnMember(std::string_view member, const Grammar& grammar);
  void WarnOfferOnly();
  void Fail(std::string_view reason);

 private:
  template <typename... Parts>
  void Warn(Verdict verdict, const Parts&... parts) {
    // Texts of clients may have thousands of oddities: put together what will be kept.
    if (request_.warnings.size() < Request::kMaxWarnings || entries_) {
      AddWarning(verdict, base::StrCat(parts...));
    }
  }
  void AddWarning(Verdict verdict, std::string text);
  void WarnUnknownFlag(std::string_view text);
  void WarnValue(const Value& value);
  // What a row's state has to say: "Flag 'x' has no effect: …".
  void Report(const Status& status, std::string_view what, std::string_view name);
  void Meaning(std::string_view meaning);

  // False: the value does not count, and that has been said.
  bool ApplyRow(const KeyRow& row, const Value& value);
  void RtppItem(std::string_view name, const Value& value, int* directions);
  void RtppWord(std::string_view word, int* directions);
  void Direction(std::string_view interface, int* directions);
  void ApplyWebRtc();
  bool Prefixed(const PrefixRow& row, std::string_view rest);
  void WarnUnknownSuites(std::string_view list);  // "A;B"
  // Do the lists of codecs to convert belong to the command?
  bool TranscodingKeysApply() const;
  bool base_prefix() const { return options_.encoding == Encoding::kJson && !in_rtpp_flags_; }

  const ParseOptions& options_;
  Request& request_;
  std::vector<LintEntry>* entries_ = nullptr;
  const KeyRow* row_ = nullptr;  // the key that is being read
  bool counts_ = true;           // the value of the key that was read last
  std::string_view flag_;        // that says the same as row_; empty: none does
  int templates_ = 0;            // applied so far, those within others included
  bool in_rtpp_flags_ = false;
  bool rtpp_flags_seen_ = false;
};

}  // namespace controld::ng

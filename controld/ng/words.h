// The words that may stand as values of keys, with all their spellings (ng-protocol.md §8.2–8.6).
//
// Tables only. A word means the same as a list item ("SDES": ["off"]) and as a flag ("SDES-off").
#pragma once

#include <string_view>

#include "absl/types/span.h"
#include "controld/ng/request.h"

namespace controld::ng {

struct Word {
  std::string_view spellings;  // "force-relay|force_relay|force relay"
  std::string_view canonical;
  bool implemented = true;  // "ICE=remove" is in force where there is no ICE, "ICE=force" is not
};

absl::Span<const Word> IceWords();
absl::Span<const Word> IceLiteWords();  // canonical: those of IceWords
absl::Span<const Word> DtlsWords();
absl::Span<const Word> SdesWords();  // without the forms that take a suite
absl::Span<const Word> OsrtpWords();
absl::Span<const Word> BundleWords();
absl::Span<const Word> EndpointLearningWords();
absl::Span<const Word> MediaEchoWords();
absl::Span<const Word> AllWords();
absl::Span<const Word> RecordCallWords();
absl::Span<const Word> AliasKeyWords();
absl::Span<const Word> SipMessageTypeWords();  // "request", "reply"
absl::Span<const Word> TransportWords();       // sdp-rewriting.md §6; compared ignoring case
absl::Span<const Word> SectionWords();  // sdp-attr and sdp-media-remove: "global", "audio" …
absl::Span<const Word> SwitchWords();   // "on", "off"
absl::Span<const Word> DtmfSecurityWords();

// nullptr when `text` is none of them.
const Word* FindWord(absl::Span<const Word> words, std::string_view text);
// The canonical word, empty when `text` is none of them.
std::string_view Canonical(absl::Span<const Word> words, std::string_view text);

struct FlagWord {
  std::string_view spellings;
  Flag flag;
  Flag implied;  // kCount: none
};

absl::Span<const FlagWord> ReplaceWords();
absl::Span<const FlagWord> RtcpMuxWords();
absl::Span<const FlagWord> SupportsWords();

const FlagWord* FindWord(absl::Span<const FlagWord> words, std::string_view text);

}  // namespace controld::ng

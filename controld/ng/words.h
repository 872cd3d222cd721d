// The words that may stand as values of keys, or as members of their dictionaries, with all their
// spellings (ng-protocol.md §8.2–8.6).
//
// Tables only. A word means the same as a list item ("SDES": ["off"]) and as a flag ("SDES-off").
#pragma once

#include <string_view>

#include "absl/types/span.h"
#include "controld/ng/effect.h"
#include "controld/ng/request.h"

namespace controld::ng {

struct Word {
  std::string_view spellings;  // "force-relay|force_relay|force relay"
  std::string_view canonical;
  std::string_view meaning;
  Status status = kYes;
  Flag flag = Flag::kCount;     // that it sets; kCount: none
  Flag implied = Flag::kCount;  // that it sets, too
  // Of a form ("no-", "order:") what may follow; of a member of a dictionary, a value.
  std::string_view sample = {};

  // The beginning of a word.
  constexpr bool form() const { return spellings.ends_with('-') || spellings.ends_with(':'); }
};

using Words = absl::Span<const Word>;

Words IceWords();
Words IceLiteWords();  // canonical: those of IceWords
Words DtlsWords();
Words FingerprintWords();
Words SdesWords();
Words OsrtpWords();
Words RtcpMuxWords();
Words BundleWords();
Words ReplaceWords();
Words SupportsWords();
Words EndpointLearningWords();
Words MediaEchoWords();
Words DropTrafficWords();
Words AllWords();
Words RecordCallWords();
Words AliasKeyWords();
Words SipMessageTypeWords();    // "request", "reply"
Words AddressFamilyWords();     // "IP4", "IP6"
Words TransportWords();         // sdp-rewriting.md §6, and "accept"
Words AttributeSectionWords();  // of sdp-attr: "global", "audio" …
Words RemovableSectionWords();  // of sdp-media-remove: "audio" … "other"
Words SwitchWords();            // "on", "off"
Words AudioPlayerWords();
Words PassthroughWords();
Words DtmfSecurityWords();
Words T38Words();
// Members of dictionaries.
Words CodecMembers();
Words ExtmapMembers();
Words MohMembers();
Words TagsMembers();
Words MediaMembers();
Words SdpAttrCommands();  // in each section

// nullptr when `text` is none of them; forms are never found.
const Word* FindWord(Words words, std::string_view text);
// The form that `text` begins with and has something behind, or nullptr.
const Word* FindForm(Words words, std::string_view text);
// The canonical word, empty when `text` is none of them.
std::string_view Canonical(Words words, std::string_view text);
// "RTP/SAVP" for "rtp/savp"; empty when unknown. Only names of protocols are compared ignoring
// case.
std::string_view FindTransport(std::string_view text);

}  // namespace controld::ng

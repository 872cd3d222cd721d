// The flags of ng-protocol.md §8.7: spellings, what each sets, tier, whether it does anything,
// meaning.
//
// The one place where a flag is declared; the parser works from it, documentation is generated from
// it.
#pragma once

#include <cstdint>
#include <string_view>

#include "absl/types/span.h"
#include "controld/ng/effect.h"
#include "controld/ng/request.h"

namespace controld::ng {

enum class FlagAction : uint8_t {
  kSet,         // sets `flag`
  kPadCrypto,   // sets `flag`, and is SDES "pad"
  kRecordCall,  // sets `flag`, and is key record-call=yes
  kWebRtc,      // the set of keys for a browser
};

struct FlagRow {
  std::string_view spellings;
  Flag flag;
  uint8_t tier;
  Status status;
  std::string_view meaning;
  FlagAction action = FlagAction::kSet;

  constexpr std::string_view name() const { return spellings.substr(0, spellings.find('|')); }
};

// A flag that is a prefix followed by a value: "codec-strip-PCMU".
enum class PrefixAction : uint8_t {
  kItem,   // an item of the list `key`
  kValue,  // the value of `key`
  kCodec,  // an item of the list `member` of codec
  kSdpAttrAdd,
  kSdpAttrRemove,
  kSdpAttrSubstitute,
};

struct PrefixRow {
  std::string_view prefix;
  PrefixAction action;
  std::string_view key;     // that says the same in a dictionary
  std::string_view member;  // of that key's dictionary, or empty
  uint8_t tier;
  std::string_view meaning;
  std::string_view sample;  // what may follow
};

absl::Span<const FlagRow> FlagRows();
absl::Span<const PrefixRow> PrefixRows();

// nullptr when unknown. FindPrefix wants something after the prefix.
const FlagRow* FindFlag(std::string_view text);
const PrefixRow* FindPrefix(std::string_view text);

}  // namespace controld::ng

// The flags of ng-protocol.md §8.7: spellings, what each sets, tier, meaning, whether anything acts
// on it.
//
// The one place where a flag is declared; the parser works from it, documentation is generated from
// it.
#pragma once

#include <cstdint>
#include <string_view>

#include "absl/types/span.h"
#include "controld/ng/request.h"

namespace controld::ng {

enum class FlagAction : uint8_t {
  kSet,         // sets `flag`
  kObsolete,    // changes nothing, says so
  kPadCrypto,   // sets `flag`, and is SDES "pad"
  kRecordCall,  // sets `flag`, and is key record-call=yes
  kWebRtc,      // the set of keys for a browser
};

struct FlagRow {
  std::string_view spellings;
  Flag flag;
  uint8_t tier;
  bool implemented;
  std::string_view meaning;
  FlagAction action = FlagAction::kSet;
};

// A flag that is a prefix followed by a value: "codec-strip-PCMU".
enum class PrefixAction : uint8_t {
  kReplace,
  kRtcpMux,
  kBundle,
  kSdes,
  kOsrtp,
  kEndpointLearning,
  kFromTags,
  kT38,
  kCodecStrip,
  kCodecOffer,
  kCodecExcept,
  kCodecIgnore,
  kCodecAccept,
  kCodecConsume,
  kCodecMask,
  kCodecSet,
  kCodecTranscode,
  kSdpAttrAdd,
  kSdpAttrRemove,
  kSdpAttrSubstitute,
};

struct PrefixRow {
  std::string_view prefix;
  PrefixAction action;
  uint8_t tier;
  bool implemented;
  std::string_view meaning;
};

absl::Span<const FlagRow> FlagRows();
absl::Span<const PrefixRow> PrefixRows();

// nullptr when unknown. FindPrefix wants something after the prefix.
const FlagRow* FindFlag(std::string_view text);
const PrefixRow* FindPrefix(std::string_view text);

}  // namespace controld::ng

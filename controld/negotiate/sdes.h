// SDES (RFC 4568): which lines are offered to a party, which line answers it, whose key is in it
// (sdp-rewriting.md §7.1). How one line reads is sdp/crypto.h's; whether a leg has SDES at all is
// keying.h's. Pure functions; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controld/call/call_state.pb.h"
#include "controld/negotiate/attribute_writer.h"
#include "controld/ng/request.h"
#include "proto/base/clock.h"

namespace controld::negotiate {

using SdesLines = google::protobuf::RepeatedPtrField<call::SdesLine>;

// What the words of the key SDES say. Views into the request.
struct SdesOptions {
  bool off = false, no_new = false, prefer = false, keep_choice = false;
  bool pad = false, lifetime = false;
  std::vector<std::string_view> only, never, order, offerer_preference;  // suites
  // Nothing: as it is. Else added to, or removed from, every line of an offer.
  std::optional<bool> unencrypted_srtp, unencrypted_srtcp, unauthenticated_srtp;

  bool Allows(std::string_view suite) const;
  // A suite without encryption is named among those wanted.
  bool NamesNullCipher() const;
};

SdesOptions ReadSdesOptions(const ng::Request& request);

bool HasNullCipher(std::string_view suite);

// The lines among `values` of a=crypto that we can use, in their order.
SdesLines ReadLines(const std::vector<std::string>& values);

// What counts of an offerer's lines: filtered, though never down to none; and which one
// offerer_pref wants.
struct OffererLines {
  SdesLines lines;
  uint32_t preferred = 0;  // position + 1; 0: none of them
};
OffererLines SelectLines(SdesLines received, const SdesOptions& options);

// An offer: the lines of the other party with their tags and keys, then what was offered before
// (`sent`; if `chosen` is not 0 only the line at this position + 1, whatever the filters say), then
// all other suites with fresh keys. Tags of ours are above all before them.
SdesLines OfferLines(const SdesLines& received, const SdesLines& sent, uint32_t chosen,
                     const SdesOptions& options, base::Random& random);

// Position + 1 in `sent` of the line that `answer` accepts; 0: it accepts none.
uint32_t AcceptedLine(const SdesLines& sent, const call::SdesLine& answer);

// The answer to an offerer: the line of its offer that is chosen, and ours for it.
struct SdesAnswer {
  int offered = -1;  // position; -1: it has offered none
  call::SdesLine line;
};
struct AnswerContext {
  uint32_t preferred = 0;                     // of OffererLines
  // what the party on the other leg has answered with, if anything
  const call::SdesLine* other = nullptr;
  const call::SdesLine* previous = nullptr;   // our last answer, if there is one
  bool keep_choice = false;                   // SDES=static
  // a suite without encryption may be chosen although others are offered
  bool null_cipher = false;
};
// The key of `other` is taken over where the suite is the same; `previous` stays where tag and
// suite do.
SdesAnswer AnswerLine(const SdesLines& offered, const AnswerContext& context, base::Random& random);

void WriteCrypto(const SdesLines& lines, const SdesOptions& options, AttributeWriter* writer);

}  // namespace controld::negotiate

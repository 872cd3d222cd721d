// Small readers of SDP text: words, numbers, "IN IP4 address". Views in, values out; no allocation.
// Not for general use: the number rules are the tolerant ones of sdp-rewriting.md §1. Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "proto/base/endpoint.h"

namespace controld::sdp {

// Takes the text up to the next blank off `rest`, and the blank with it. Two blanks in a row give
// an empty word.
std::string_view NextWord(std::string_view& rest);

// As NextWord, skipping blanks before the word: empty only at the end of `rest`.
std::string_view NextListWord(std::string_view& rest);

// The whole text is a decimal number, at most `limit`.
std::optional<uint32_t> ParseNumber(std::string_view text, uint32_t limit);

// The number `text` begins with, after blanks and a sign: what follows it is ignored. Nullopt when
// there are no digits; saturates.
std::optional<int64_t> ParseLeadingNumber(std::string_view text);

// As ParseLeadingNumber for the numbers of o=: no digits give 0, "-1" wraps around.
uint64_t ParseWrappingNumber(std::string_view text);

// "IN IP4 192.0.2.1", "IN IP6 …" with a literal address of that family; further words are ignored.
std::optional<base::IpAddress> ParseNetworkAddress(std::string_view text);

}  // namespace controld::sdp

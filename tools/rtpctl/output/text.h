// Values as people read them: text of strangers made harmless, ages, sizes, times, addresses.
//
// Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "rtpengine/v1/session.pb.h"

namespace rtpctl {

// Call-ids, tags and the like come from SIP peers: control characters and octets that are not UTF-8
// become \xNN, so that they can neither steer a terminal nor break JSON. A backslash stays as it
// is.
std::string Printable(std::string_view octets);
// The same with every octet beyond ASCII as \xNN, too: where a column has to be as wide as it looks, and
// nothing may change the direction of writing.
std::string Ascii(std::string_view octets);

// Columns a text takes on a terminal: code points (no wide or combining characters are expected).
size_t DisplayWidth(std::string_view text);
// At most `width` columns; what was cut is shown by "…" at the end.
std::string Shorten(std::string_view text, size_t width);

std::string FormatAge(int64_t seconds);     // "45s", "3m20s", "2h05m", "4d03h"; "-" when negative
std::string FormatOctets(uint64_t octets);  // "512 B", "1.5 KiB"
std::string FormatTime(int64_t unix_seconds);  // local time with offset; "-" for 0
std::string FormatNumber(double value, int decimals);

std::string FormatAddress(std::string_view octets);  // 4 or 16 octets; "-" otherwise
std::string FormatEndpoint(const rtpengine::v1::Endpoint& endpoint);
std::string FormatEndpoint(std::string_view address, uint32_t port);

// Elements joined by ", "; "-" when there are none.
template <typename Range>
std::string JoinPrintable(const Range& range) {
  std::string text;
  for (const auto& element : range) {
    if (!text.empty()) text += ", ";
    text += Printable(element);
  }
  return text.empty() ? "-" : text;
}

}  // namespace rtpctl

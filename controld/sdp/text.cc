// Words and numbers of SDP lines, see text.h.
#include "controld/sdp/text.h"

#include <limits>

namespace controld::sdp {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::string_view NextWord(std::string_view& rest) {
  const size_t blank = rest.find(' ');
  const std::string_view word = rest.substr(0, blank);
  rest.remove_prefix(blank == std::string_view::npos ? rest.size() : blank + 1);
  return word;
}

std::string_view NextListWord(std::string_view& rest) {
  const size_t begin = rest.find_first_not_of(' ');
  rest.remove_prefix(begin == std::string_view::npos ? rest.size() : begin);
  return NextWord(rest);
}

std::optional<uint32_t> ParseNumber(std::string_view text, uint32_t limit) {
  if (text.empty()) return std::nullopt;
  uint64_t value = 0;
  for (const char c : text) {
    if (!IsDigit(c)) return std::nullopt;
    value = value * 10 + static_cast<uint64_t>(c - '0');
    if (value > limit) return std::nullopt;
  }
  return static_cast<uint32_t>(value);
}

std::optional<int64_t> ParseLeadingNumber(std::string_view text) {
  size_t at = 0;
  while (at < text.size() && text[at] == ' ') ++at;
  const bool negative = at < text.size() && text[at] == '-';
  if (negative || (at < text.size() && text[at] == '+')) ++at;
  if (at == text.size() || !IsDigit(text[at])) return std::nullopt;
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  int64_t value = 0;
  for (; at < text.size() && IsDigit(text[at]); ++at) {
    const int64_t digit = text[at] - '0';
    value = value > (kMax - digit) / 10 ? kMax : value * 10 + digit;
  }
  return negative ? -value : value;
}

uint64_t ParseWrappingNumber(std::string_view text) {
  const bool negative = !text.empty() && text.front() == '-';
  if (negative) text.remove_prefix(1);
  constexpr uint64_t kMax = std::numeric_limits<uint64_t>::max();
  uint64_t value = 0;
  for (size_t at = 0; at < text.size() && IsDigit(text[at]); ++at) {
    const auto digit = static_cast<uint64_t>(text[at] - '0');
    value = value > (kMax - digit) / 10 ? kMax : value * 10 + digit;
  }
  return negative ? 0 - value : value;
}

std::optional<base::IpAddress> ParseNetworkAddress(std::string_view text) {
  if (NextWord(text) != "IN") return std::nullopt;
  const std::string_view type = NextWord(text);
  const base::Family family = type == "IP4"   ? base::Family::kIpv4
                              : type == "IP6" ? base::Family::kIpv6
                                              : base::Family::kNone;
  if (family == base::Family::kNone) return std::nullopt;
  return base::IpAddress::Parse(NextWord(text), family);
}

}  // namespace controld::sdp

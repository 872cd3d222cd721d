// See text.h.
#include "tools/rtpctl/output/text.h"

#include <array>
#include <cstdio>
#include <ctime>
#include <optional>

#include "proto/base/endpoint.h"

namespace rtpctl {
namespace {

// Length of the UTF-8 sequence at the head of `text`: 1 to 4, or 0 when it is none (RFC 3629: no
// overlong forms, surrogates, or code points above U+10FFFF).
size_t SequenceLength(std::string_view text) {
  const auto octet = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = octet(0);
  if (lead < 0x80) return 1;
  const size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((octet(i) & 0xC0) != 0x80) return 0;
  }
  const unsigned char second = octet(1);
  if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) ||
      (lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F)) {
    return 0;
  }
  return length;
}

bool IsControl(std::string_view sequence) {
  const auto lead = static_cast<unsigned char>(sequence[0]);
  if (sequence.size() == 1) return lead < 0x20 || lead == 0x7F;
  // U+0080 to U+009F: C1 controls, which some terminals obey.
  return sequence.size() == 2 && lead == 0xC2 && static_cast<unsigned char>(sequence[1]) < 0xA0;
}

std::string Print(const char* format, auto... values) {
  std::array<char, 64> buffer{};
  const int length = std::snprintf(buffer.data(), buffer.size(), format, values...);
  return {buffer.data(), static_cast<size_t>(length)};
}

}  // namespace

std::string Printable(std::string_view octets) {
  std::string text;
  while (!octets.empty()) {
    const size_t length = SequenceLength(octets);
    const size_t taken = length == 0 ? 1 : length;
    const std::string_view sequence = octets.substr(0, taken);
    if (length == 0 || IsControl(sequence)) {
      for (char c : sequence)
        text += Print("\\x%02x", static_cast<unsigned>(static_cast<unsigned char>(c)));
    } else {
      text += sequence;
    }
    octets.remove_prefix(taken);
  }
  return text;
}

std::string Ascii(std::string_view octets) {
  std::string text;
  for (const char c : octets) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet >= 0x20 && octet < 0x7F) {
      text += c;
    } else {
      text += Print("\\x%02x", static_cast<unsigned>(octet));
    }
  }
  return text;
}

size_t DisplayWidth(std::string_view text) {
  size_t width = 0;
  for (char c : text) width += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return width;
}

std::string Shorten(std::string_view text, size_t width) {
  if (DisplayWidth(text) <= width) return std::string(text);
  std::string cut;
  size_t columns = 0;
  for (char c : text) {
    const bool begins = (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    if (begins && ++columns >= width) break;
    cut += c;
  }
  return cut + "…";
}

std::string FormatAge(int64_t seconds) {
  const auto part = [](int64_t value) { return static_cast<long long>(value); };
  if (seconds < 0) return "-";
  if (seconds < 60) return Print("%llds", part(seconds));
  if (seconds < 3600) return Print("%lldm%02llds", part(seconds / 60), part(seconds % 60));
  if (seconds < 86400) return Print("%lldh%02lldm", part(seconds / 3600), part(seconds / 60 % 60));
  return Print("%lldd%02lldh", part(seconds / 86400), part(seconds / 3600 % 24));
}

std::string FormatOctets(uint64_t octets) {
  if (octets < 1024) return Print("%llu B", static_cast<unsigned long long>(octets));
  constexpr const char* kUnits[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  double value = static_cast<double>(octets) / 1024;
  size_t unit = 0;
  while (value >= 1024 && unit + 1 < std::size(kUnits)) {
    value /= 1024;
    ++unit;
  }
  return Print("%.1f %s", value, kUnits[unit]);
}

std::string FormatTime(int64_t unix_seconds) {
  if (unix_seconds == 0) return "-";
  const std::time_t time = static_cast<std::time_t>(unix_seconds);
  std::tm local{};
  if (localtime_r(&time, &local) == nullptr) return "-";
  std::array<char, 64> buffer{};
  const size_t length = std::strftime(buffer.data(), buffer.size(), "%Y-%m-%d %H:%M:%S %z", &local);
  return {buffer.data(), length};
}

std::string FormatNumber(double value, int decimals) { return Print("%.*f", decimals, value); }

std::string FormatAddress(std::string_view octets) {
  const auto address = base::IpAddress::FromBytes(octets);
  return address ? address->ToString() : "-";
}

std::string FormatEndpoint(std::string_view address, uint32_t port) {
  const auto parsed = base::IpAddress::FromBytes(address);
  if (!parsed || port > 65535) return "-";
  return base::Endpoint{*parsed, static_cast<uint16_t>(port)}.ToString();
}

std::string FormatEndpoint(const rtpengine::v1::Endpoint& endpoint) {
  return FormatEndpoint(endpoint.address(), endpoint.port());
}

}  // namespace rtpctl

#include "proto/media/fingerprint.h"

#include "proto/base/text.h"

namespace media {
namespace {

struct HashEntry {
  std::string_view name;
  size_t length;
};

// In the order of FingerprintHash.
constexpr std::array<HashEntry, kFingerprintHashes.size()> kEntries = {
    {{"sha-1", 20}, {"sha-224", 28}, {"sha-256", 32}, {"sha-384", 48}, {"sha-512", 64}}};

const HashEntry& Entry(FingerprintHash hash) { return kEntries[static_cast<size_t>(hash)]; }

int Nibble(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

}  // namespace

std::optional<FingerprintHash> ParseFingerprintHash(std::string_view name) {
  for (const FingerprintHash hash : kFingerprintHashes)
    if (base::EqualsIgnoreCase(name, Entry(hash).name)) return hash;
  return std::nullopt;
}

std::string_view Name(FingerprintHash hash) { return Entry(hash).name; }

size_t DigestLength(FingerprintHash hash) { return Entry(hash).length; }

std::optional<std::string> ParseDigest(std::string_view text) {
  // Two digits and a colon for each octet, but no colon after the last.
  if (text.size() % 3 != 2 || text.size() > 3 * kLongestDigest) return std::nullopt;
  std::string octets;
  octets.reserve(text.size() / 3 + 1);
  for (size_t i = 0; i < text.size(); i += 3) {
    const int high = Nibble(text[i]), low = Nibble(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    if (i + 2 < text.size() && text[i + 2] != ':') return std::nullopt;
    octets.push_back(static_cast<char>(high << 4 | low));
  }
  return octets;
}

std::string PrintDigest(std::string_view octets) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string text;
  text.reserve(octets.size() * 3);
  for (const char c : octets) {
    const auto octet = static_cast<uint8_t>(c);
    if (!text.empty()) text.push_back(':');
    text.push_back(kDigits[octet >> 4]);
    text.push_back(kDigits[octet & 15]);
  }
  return text;
}

std::optional<Fingerprint> Fingerprint::Parse(std::string_view text) {
  text = base::Trim(text);
  size_t end = 0;
  while (end < text.size() && !base::IsBlank(text[end])) ++end;
  const std::optional<FingerprintHash> hash = ParseFingerprintHash(text.substr(0, end));
  if (!hash) return std::nullopt;
  std::optional<std::string> digest = ParseDigest(base::Trim(text.substr(end)));
  if (!digest) return std::nullopt;
  Fingerprint fingerprint{*hash, *std::move(digest)};
  if (!fingerprint.valid()) return std::nullopt;
  return fingerprint;
}

std::string Fingerprint::ToString() const {
  return base::StrCat(Name(hash), " ", PrintDigest(digest));
}

}  // namespace media

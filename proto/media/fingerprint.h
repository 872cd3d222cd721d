// Certificate fingerprints as SDP has them (RFC 8122 §5): a hash function's name and a digest.
//
// Only names, lengths and text; nothing is hashed here. Values only; any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace media {

enum class FingerprintHash : uint8_t { kSha1, kSha224, kSha256, kSha384, kSha512 };

inline constexpr std::array kFingerprintHashes = {
    FingerprintHash::kSha1, FingerprintHash::kSha224, FingerprintHash::kSha256,
    FingerprintHash::kSha384, FingerprintHash::kSha512};
inline constexpr size_t kLongestDigest = 64;  // octets

// "sha-256"; in any case. nullopt: unknown, md5 and md2 included (RFC 8122 forbids them).
std::optional<FingerprintHash> ParseFingerprintHash(std::string_view name);
std::string_view Name(FingerprintHash hash);  // lower case
size_t DigestLength(FingerprintHash hash);    // octets: 20 to 64

// Octets as "AB:CD:EF"; of either case when parsed, upper case when printed. nullopt: anything
// else, the empty text included.
std::optional<std::string> ParseDigest(std::string_view text);
std::string PrintDigest(std::string_view octets);

struct Fingerprint {
  FingerprintHash hash = FingerprintHash::kSha256;
  std::string digest;  // octets; DigestLength(hash) of them

  // Empty or of a wrong length: good for nothing.
  bool valid() const { return digest.size() == DigestLength(hash); }
  // The value of an `a=fingerprint`: "sha-256 AB:CD:…". nullopt: unknown hash, wrong length, no
  // hex; blanks around and between are skipped.
  static std::optional<Fingerprint> Parse(std::string_view text);
  std::string ToString() const;

  bool operator==(const Fingerprint&) const = default;
};

}  // namespace media

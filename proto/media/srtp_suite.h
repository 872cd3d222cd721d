// The SRTP suites of SDES and DTLS-SRTP: names, lengths, transforms. Not the transforms themselves
// (mediad/srtp/). RFC 4568 §6.2, RFC 6188 §4, RFC 7714 §§12 and 14; RFC 5764 §4.1.2 for profiles.
// Constants only; any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace media {

enum class SrtpCipher : uint8_t {
  kNull,
  kAesCm,   // RFC 3711 §4.1.1, RFC 6188
  kAesF8,   // RFC 3711 §4.1.2
  kAesGcm,  // RFC 7714; authenticates too
};

enum class SrtpAuthentication : uint8_t {
  kHmacSha1,  // RFC 3711 §4.2.1, 160-bit key
  kAead,      // the cipher's own tag
};

// Lengths are in octets. Session keys are as long as master keys.
struct SrtpSuite {
  std::string_view name;  // as registered with IANA and written in a=crypto
  uint8_t key_size = 0;   // of the master key
  uint8_t salt_size = 0;
  uint8_t srtp_tag_size = 0;
  uint8_t srtcp_tag_size = 0;  // never the short one of the _32 suites (RFC 3711 §5.2)
  SrtpCipher cipher = SrtpCipher::kNull;
  SrtpAuthentication authentication = SrtpAuthentication::kHmacSha1;
  std::string_view dtls_profile = {};  // OpenSSL's name of the profile; empty: none that we offer
  uint16_t dtls_profile_number = 0;    // 0: none

  constexpr size_t KeyAndSaltSize() const { return size_t{key_size} + salt_size; }
};

// In the order of preference, which is also the order in which offers list them.
inline constexpr std::array<SrtpSuite, 12> kSrtpSuites = {{
    {"AEAD_AES_256_GCM", 32, 12, 16, 16, SrtpCipher::kAesGcm, SrtpAuthentication::kAead,
     "SRTP_AEAD_AES_256_GCM", 0x0008},
    {"AEAD_AES_128_GCM", 16, 12, 16, 16, SrtpCipher::kAesGcm, SrtpAuthentication::kAead,
     "SRTP_AEAD_AES_128_GCM", 0x0007},
    {"AES_256_CM_HMAC_SHA1_80", 32, 14, 10, 10, SrtpCipher::kAesCm},
    {"AES_256_CM_HMAC_SHA1_32", 32, 14, 4, 10, SrtpCipher::kAesCm},
    {"AES_192_CM_HMAC_SHA1_80", 24, 14, 10, 10, SrtpCipher::kAesCm},
    {"AES_192_CM_HMAC_SHA1_32", 24, 14, 4, 10, SrtpCipher::kAesCm},
    {"AES_CM_128_HMAC_SHA1_80", 16, 14, 10, 10, SrtpCipher::kAesCm, SrtpAuthentication::kHmacSha1,
     "SRTP_AES128_CM_SHA1_80", 0x0001},
    {"AES_CM_128_HMAC_SHA1_32", 16, 14, 4, 10, SrtpCipher::kAesCm, SrtpAuthentication::kHmacSha1,
     "SRTP_AES128_CM_SHA1_32", 0x0002},
    {"F8_128_HMAC_SHA1_80", 16, 14, 10, 10, SrtpCipher::kAesF8},
    {"F8_128_HMAC_SHA1_32", 16, 14, 4, 10, SrtpCipher::kAesF8},
    {"NULL_HMAC_SHA1_80", 16, 14, 10, 10, SrtpCipher::kNull},
    {"NULL_HMAC_SHA1_32", 16, 14, 4, 10, SrtpCipher::kNull},
}};

// Without regard to case; nullptr: unknown. The result lives as long as the program.
const SrtpSuite* FindSuite(std::string_view name);

// By the number negotiated in use_srtp; nullptr: none that we offer.
const SrtpSuite* FindByDtlsProfile(uint16_t number);

}  // namespace media

// Suites the kernel has, by both their names, and keys counted up from a seed. Test code only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "mediad/srtp/parameters.h"

struct KernelSuite {
  uint8_t number;  // enum rtpengine_srtp_suite
  const char* macro;
  std::string_view name;
};

inline constexpr KernelSuite kKernelSuites[] = {
    {1, "AES_CM_128_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_80"},
    {2, "AES_CM_128_HMAC_SHA1_32", "AES_CM_128_HMAC_SHA1_32"},
    {3, "AES_192_CM_HMAC_SHA1_80", "AES_192_CM_HMAC_SHA1_80"},
    {4, "AES_192_CM_HMAC_SHA1_32", "AES_192_CM_HMAC_SHA1_32"},
    {5, "AES_256_CM_HMAC_SHA1_80", "AES_256_CM_HMAC_SHA1_80"},
    {6, "AES_256_CM_HMAC_SHA1_32", "AES_256_CM_HMAC_SHA1_32"},
    {7, "AEAD_AES_128_GCM", "AEAD_AES_128_GCM"},
    {8, "AEAD_AES_256_GCM", "AEAD_AES_256_GCM"},
    {9, "NULL_HMAC_SHA1_80", "NULL_HMAC_SHA1_80"},
    {10, "NULL_HMAC_SHA1_32", "NULL_HMAC_SHA1_32"},
};

inline mediad::srtp::Parameters CountedKey(const KernelSuite& suite, uint8_t seed) {
  mediad::srtp::Parameters parameters;
  parameters.suite = media::FindSuite(suite.name);
  for (size_t i = 0; i < parameters.suite->key_size; ++i) {
    parameters.key.push_back(static_cast<char>(seed + 3 * i));
  }
  for (size_t i = 0; i < parameters.suite->salt_size; ++i) {
    parameters.salt.push_back(static_cast<char>(7 * seed + i));
  }
  return parameters;
}

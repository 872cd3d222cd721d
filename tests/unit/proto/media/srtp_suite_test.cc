#include "proto/media/srtp_suite.h"

#include <gtest/gtest.h>
#include <openssl/srtp.h>

#include <string>
#include <vector>

namespace media {
namespace {

TEST(SrtpSuite, StandsInTheOrderOfPreference) {
  std::vector<std::string_view> names;
  for (const SrtpSuite& suite : kSrtpSuites) names.push_back(suite.name);
  EXPECT_EQ(names,
            (std::vector<std::string_view>{
                "AEAD_AES_256_GCM", "AEAD_AES_128_GCM", "AES_256_CM_HMAC_SHA1_80",
                "AES_256_CM_HMAC_SHA1_32", "AES_192_CM_HMAC_SHA1_80", "AES_192_CM_HMAC_SHA1_32",
                "AES_CM_128_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32", "F8_128_HMAC_SHA1_80",
                "F8_128_HMAC_SHA1_32", "NULL_HMAC_SHA1_80", "NULL_HMAC_SHA1_32"}));
}

TEST(SrtpSuite, LengthsFollowTheName) {
  for (const SrtpSuite& suite : kSrtpSuites) {
    const auto has = [&](std::string_view part) {
      return suite.name.find(part) != std::string_view::npos;
    };
    SCOPED_TRACE(suite.name);
    const bool aead = has("GCM");
    EXPECT_EQ(suite.key_size, has("_256_") ? 32 : has("_192_") ? 24 : 16);
    EXPECT_EQ(suite.salt_size, aead ? 12 : 14);
    EXPECT_EQ(suite.srtp_tag_size, aead ? 16 : has("SHA1_32") ? 4 : 10);
    EXPECT_EQ(suite.srtcp_tag_size, aead ? 16 : 10);
    EXPECT_EQ(suite.authentication == SrtpAuthentication::kAead, aead);
    EXPECT_EQ(suite.cipher, aead           ? SrtpCipher::kAesGcm
                            : has("F8_")   ? SrtpCipher::kAesF8
                            : has("NULL_") ? SrtpCipher::kNull
                                           : SrtpCipher::kAesCm);
  }
}

TEST(SrtpSuite, IsFoundWithoutRegardToCase) {
  for (const SrtpSuite& suite : kSrtpSuites) EXPECT_EQ(FindSuite(suite.name), &suite);
  EXPECT_EQ(FindSuite("aes_cm_128_hmac_sha1_80"), FindSuite("AES_CM_128_HMAC_SHA1_80"));
  EXPECT_EQ(FindSuite("AES_CM_128_HMAC_SHA1"), nullptr);
  EXPECT_EQ(FindSuite(""), nullptr);
}

TEST(SrtpSuite, IsFoundByDtlsProfile) {
  EXPECT_EQ(FindByDtlsProfile(SRTP_AES128_CM_SHA1_80), FindSuite("AES_CM_128_HMAC_SHA1_80"));
  EXPECT_EQ(FindByDtlsProfile(SRTP_AES128_CM_SHA1_32), FindSuite("AES_CM_128_HMAC_SHA1_32"));
  EXPECT_EQ(FindByDtlsProfile(SRTP_AEAD_AES_128_GCM), FindSuite("AEAD_AES_128_GCM"));
  EXPECT_EQ(FindByDtlsProfile(SRTP_AEAD_AES_256_GCM), FindSuite("AEAD_AES_256_GCM"));
  EXPECT_EQ(FindByDtlsProfile(0), nullptr);
  EXPECT_EQ(FindByDtlsProfile(SRTP_NULL_SHA1_80), nullptr);
}

TEST(SrtpSuite, HasAProfileNameWhereItHasANumber) {
  for (const SrtpSuite& suite : kSrtpSuites) {
    EXPECT_EQ(suite.dtls_profile.empty(), suite.dtls_profile_number == 0) << suite.name;
  }
}

}  // namespace
}  // namespace media

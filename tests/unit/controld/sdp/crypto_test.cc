// Values of a=crypto: what is taken, what is not, and that what we print is read as the same.
#include "controld/sdp/crypto.h"

#include <gtest/gtest.h>

#include "proto/base/text.h"

namespace controld::sdp {
namespace {

constexpr char kKey[] = "b0CjsI18358RTSnGu/SiX5v7g88acEHzdBMvJ8qF";  // 30 octets

struct Row {
  const char* value;  // K stands for kKey
  const char* read;   // "<tag> <suite> <mki in hex> <E|e><C|c><A|a>"; empty: dropped
};

std::string Expand(std::string text) {
  for (size_t at = text.find("inline:K"); at != std::string::npos; at = text.find("inline:K", at)) {
    text.replace(at + 7, 1, kKey);
  }
  return text;
}

std::string Text(const std::optional<Crypto>& crypto) {
  if (!crypto) return "";
  std::string mki;
  for (const char octet : crypto->mki) {
    constexpr char kHex[] = "0123456789abcdef";
    mki += kHex[static_cast<unsigned char>(octet) >> 4];
    mki += kHex[octet & 15];
  }
  return base::StrCat(crypto->tag, " ", crypto->suite->name, " ", mki, " ",
                      crypto->unencrypted_srtp ? "e" : "E", crypto->unencrypted_srtcp ? "c" : "C",
                      crypto->unauthenticated_srtp ? "a" : "A");
}

constexpr Row kRows[] = {
    {"1 AES_CM_128_HMAC_SHA1_80 inline:K", "1 AES_CM_128_HMAC_SHA1_80  ECA"},
    {"0 AES_CM_128_HMAC_SHA1_80 inline:K", "0 AES_CM_128_HMAC_SHA1_80  ECA"},
    {"999999999 NULL_HMAC_SHA1_32 inline:K", "999999999 NULL_HMAC_SHA1_32  ECA"},
    {"1000000000 NULL_HMAC_SHA1_32 inline:K", ""},
    {"x AES_CM_128_HMAC_SHA1_80 inline:K", ""},
    {"-1 AES_CM_128_HMAC_SHA1_80 inline:K", ""},
    {"1 aes_cm_128_hmac_sha1_32 INLINE:b0CjsI18358RTSnGu/SiX5v7g88acEHzdBMvJ8qF",
     "1 AES_CM_128_HMAC_SHA1_32  ECA"},
    {"1  F8_128_HMAC_SHA1_80   inline:K", "1 F8_128_HMAC_SHA1_80  ECA"},
    {"1 AES_CM_512_HMAC_SHA3_80 inline:K", ""},
    {"1 AES_256_CM_HMAC_SHA1_80 inline:K", ""},
    {"1 AES_CM_128_HMAC_SHA1_80 url:K", ""},
    {"1 AES_CM_128_HMAC_SHA1_80", ""},
    {"1 AES_CM_128_HMAC_SHA1_80 inline:", ""},
    {"1 AES_CM_128_HMAC_SHA1_80 inline:b0CjsI18", ""},
    {"1 AES_CM_128_HMAC_SHA1_80 inline:K0", ""},
    {"1 AES_CM_128_HMAC_SHA1_80 inline:!!!!sI18358RTSnGu/SiX5v7g88acEHzdBMvJ8qF", ""},
    {"1 AEAD_AES_128_GCM inline:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGw==",
     "1 AEAD_AES_128_GCM  ECA"},
    {"1 AEAD_AES_128_GCM inline:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGw",
     "1 AEAD_AES_128_GCM  ECA"},
    {"1 AES_CM_128_HMAC_SHA1_80 inline:K|2^20", "1 AES_CM_128_HMAC_SHA1_80  ECA"},
    {"1 AES_CM_128_HMAC_SHA1_80 inline:K|1048576", "1 AES_CM_128_HMAC_SHA1_80  ECA"},
    {"1 AES_CM_128_HMAC_SHA1_80 inline:K|2^31|1066:4", "1 AES_CM_128_HMAC_SHA1_80 0000042a ECA"},
    {"1 AES_CM_128_HMAC_SHA1_80 inline:K|1:1", "1 AES_CM_128_HMAC_SHA1_80 01 ECA"},
    {"1 AES_CM_128_HMAC_SHA1_80 inline:K|256:1", ""},
    {"1 AES_CM_128_HMAC_SHA1_80 inline:K|1:0", ""},
    {"1 AES_CM_128_HMAC_SHA1_80 inline:K|1:129", ""},
    {"1 AES_CM_128_HMAC_SHA1_80 inline:K|x:4", ""},
    {"1 AES_CM_128_HMAC_SHA1_80 inline:K|18446744073709551616:16", ""},
    {"1 AES_CM_128_HMAC_SHA1_80 inline:K|2^20|1:4;inline:K|2^20|2:4",
     "1 AES_CM_128_HMAC_SHA1_80 00000001 ECA"},
    {"1 AES_CM_128_HMAC_SHA1_80 inline:K UNENCRYPTED_SRTP", "1 AES_CM_128_HMAC_SHA1_80  eCA"},
    {"1 AES_CM_128_HMAC_SHA1_80 inline:K UNAUTHENTICATED_SRTP UNENCRYPTED_SRTCP",
     "1 AES_CM_128_HMAC_SHA1_80  Eca"},
    {"1 AES_CM_128_HMAC_SHA1_80 inline:K KDR=1 FEC_ORDER=FEC_SRTP",
     "1 AES_CM_128_HMAC_SHA1_80  ECA"},
};

TEST(CryptoTest, Values) {
  for (const Row& row : kRows) EXPECT_EQ(Text(ReadCrypto(Expand(row.value))), row.read) << row.value;
}

TEST(CryptoTest, KeyAndSaltAreSplitWhereTheSuiteSays) {
  const auto crypto =
      ReadCrypto("1 AEAD_AES_128_GCM inline:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGw");
  ASSERT_TRUE(crypto);
  EXPECT_EQ(crypto->key.size(), 16u);
  EXPECT_EQ(crypto->key[15], 15);
  EXPECT_EQ(crypto->salt.size(), 12u);
  EXPECT_EQ(crypto->salt[0], 16);
}

TEST(CryptoTest, WhatIsPrintedIsReadAsTheSame) {
  for (const media::SrtpSuite& suite : media::kSrtpSuites) {
    Crypto crypto;
    crypto.tag = 7;
    crypto.suite = &suite;
    crypto.key = std::string(suite.key_size, '\xf1');
    crypto.salt = std::string(suite.salt_size, '\x02');
    crypto.mki = std::string("\x00\x01", 2);
    crypto.unencrypted_srtcp = true;
    for (const CryptoForm form : {CryptoForm{false, false}, CryptoForm{true, true}}) {
      const std::string text = base::StrCat("7 ", suite.name, " ", KeyParameters(crypto, form),
                                            SessionParameters(crypto));
      EXPECT_EQ(text.find('=') != std::string::npos,
                form.padding && suite.KeyAndSaltSize() % 3 != 0)
          << text;
      EXPECT_EQ(text.find("|2^31|") != std::string::npos, form.lifetime) << text;
      const auto again = ReadCrypto(text);
      ASSERT_TRUE(again) << text;
      EXPECT_EQ(Text(again), Text(crypto));
      EXPECT_EQ(again->key, crypto.key);
      EXPECT_EQ(again->salt, crypto.salt);
    }
  }
}

}  // namespace
}  // namespace controld::sdp

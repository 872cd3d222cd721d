// Published test vectors: RFC 3711 appendix B, RFC 6188 §7, RFC 7714 §§16 and 17.
#include <gtest/gtest.h>
#include <openssl/err.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mediad/srtp/aes_cm.h"
#include "mediad/srtp/aes_f8.h"
#include "mediad/srtp/aes_gcm.h"
#include "mediad/srtp/hmac_sha1.h"
#include "mediad/srtp/key_derivation.h"

namespace mediad::srtp {
namespace {

using Octets = std::vector<uint8_t>;

Octets Hex(std::string_view text) {
  Octets octets;
  for (size_t i = 0; i + 1 < text.size(); i += 2) {
    octets.push_back(static_cast<uint8_t>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16)));
  }
  return octets;
}

std::string Text(std::string_view hex) {
  const Octets octets = Hex(hex);
  return std::string(octets.begin(), octets.end());
}

template <typename Range>
Octets First(const Range& range, size_t count) {
  return Octets(range.begin(), range.begin() + static_cast<ptrdiff_t>(count));
}

Octets CounterModeStream(std::string_view key, size_t size) {
  const CipherContext cipher = NewAesEcb(Hex(key));
  const Octets iv = Hex("f0f1f2f3f4f5f6f7f8f9fafbfcfd0000");
  Octets stream(size);
  AesCmXor(cipher.get(), iv.data(), stream.data(), stream.size());
  return stream;
}

void ExpectStream(std::string_view key, std::string_view start, std::string_view at_feff) {
  const Octets stream = CounterModeStream(key, 16 * 0xff02);
  EXPECT_EQ(First(stream, 48), Hex(start));
  EXPECT_EQ(Octets(stream.begin() + 16 * 0xfeff, stream.end()), Hex(at_feff));
}

TEST(AesCm, Rfc3711AppendixB2) {
  ExpectStream("2b7e151628aed2a6abf7158809cf4f3c",
               "e03ead0935c95e80e166b16dd92b4eb4d23513162b02d0f72a43a2fe4a5f97ab"
               "41e95b3bb0a2e8dd477901e4fca894c0",
               "ec8cdf7398607cb0f2d21675ea9ea1e4362b7c3c6773516318a077d7fc5073ae"
               "6a2cc3787889374fbeb4c81b17ba6c44");
}

TEST(AesCm, Rfc6188With192Bits) {
  EXPECT_EQ(CounterModeStream("eab234764e517b2d3d160d587d8c86219740f65f99b6bcf7", 48),
            Hex("35096cba4610028dc1b57503804ce37c5de986291dcce161d5165ec4568f5c9a"
                "474a40c77894bc17180202272a4c264d"));
}

TEST(AesCm, Rfc6188With256Bits) {
  EXPECT_EQ(
      CounterModeStream("57f82fe3613fd170a85ec93c40b1f0922ec4cb0dc025b58272147cc438944a98", 48),
      Hex("92bdd28a93c3f52511c677d08b5515a49da71b2378a854f67050756ded165bac"
          "63c4868b7096d88421b563b8c94c9a31"));
}

TEST(AesCm, AnySizeIsThePrefixOfTheSameStream) {
  const std::string_view key = "2b7e151628aed2a6abf7158809cf4f3c";
  const Octets whole = CounterModeStream(key, 1100);
  for (size_t size = 0; size < whole.size(); ++size) {
    ASSERT_EQ(CounterModeStream(key, size), First(whole, size));
  }
}

void ExpectKeys(std::string_view master_key, std::string_view master_salt, std::string_view cipher,
                std::string_view salt, std::string_view authentication) {
  SessionKeys keys;
  ASSERT_TRUE(DeriveSessionKeys(Text(master_key), Text(master_salt), Protocol::kSrtp, &keys));
  EXPECT_EQ(First(keys.cipher, cipher.size() / 2), Hex(cipher));
  EXPECT_EQ(First(keys.salt, salt.size() / 2), Hex(salt));
  EXPECT_EQ(First(keys.authentication, 20), Hex(authentication));
}

TEST(KeyDerivation, Rfc3711AppendixB3) {
  ExpectKeys("e1f97a0d3e018be0d64fa32c06de4139", "0ec675ad498afeebb6960b3aabe6",
             "c61e7a93744f39ee10734afe3ff7a087", "30cbbc08863d8c85d49db34a9ae1",
             "cebe321f6ff7716b6fd4ab49af256a156d38baa4");
}

TEST(KeyDerivation, Rfc6188With192Bits) {
  ExpectKeys("73edc66c4fa15776fb57f9505c17136550ffda71f3e8e5f1", "c8522f3acd4ce86d5add78edbb11",
             "31874736a8f1143870c26e4857d8a5b2c4a354407faadabb", "2372b82d639b6d8503a47adc0a6c",
             "355b10973cd95b9eacf4061c7e1a7151e7cfbfcb");
}

TEST(KeyDerivation, Rfc6188With256Bits) {
  ExpectKeys("f0f04914b513f2763a1b1fa130f10e2998f6f6e43e4309d1e622a0e332b9f1b6",
             "3b04803de51ee7c96423ab5b78d2",
             "5ba1064e30ec51613cad926c5a28ef731ec7fb397f70a960653caf06554cd8c4",
             "fa31791685ca444a9e07c6c64e93", "fd9c32d39ed5fbb5a9dc96b30818454d1313dc05");
}

TEST(KeyDerivation, SrtcpHasKeysOfItsOwn) {
  SessionKeys rtp;
  SessionKeys rtcp;
  const std::string key(16, 'k');
  const std::string salt(14, 's');
  ASSERT_TRUE(DeriveSessionKeys(key, salt, Protocol::kSrtp, &rtp));
  ASSERT_TRUE(DeriveSessionKeys(key, salt, Protocol::kSrtcp, &rtcp));
  EXPECT_NE(rtp.cipher, rtcp.cipher);
  EXPECT_NE(rtp.authentication, rtcp.authentication);
  EXPECT_NE(rtp.salt, rtcp.salt);
  EXPECT_FALSE(DeriveSessionKeys(std::string(15, 'k'), salt, Protocol::kSrtp, &rtp));
  EXPECT_FALSE(DeriveSessionKeys(key, std::string(15, 's'), Protocol::kSrtp, &rtp));
}

TEST(AesF8, Rfc3711AppendixB1) {
  const AesF8 f8(Hex("234829008467be186c3de14aae72d62c"), Hex("32f2870d"));
  ASSERT_TRUE(f8.Ok());
  const std::string_view text = "pseudorandomness is the next best thing";
  Octets data(text.begin(), text.end());
  f8.Xor(Hex("006e5cba50681de55c621599d462564a").data(), data.data(), data.size());
  EXPECT_EQ(data, Hex("019ce7a26e7854014a6366aa95d4eefd1ad4172a14f9faf455b7f1d4b62bd08f"
                      "562c0eef7c4802"));
}

TEST(HmacSha1, Rfc2202Cases) {
  const auto digest = [](const Octets& key, std::string_view text, uint32_t word) {
    const HmacSha1 hmac(key);
    Octets result(HmacSha1::kDigestSize);
    const Octets body(text.begin(), text.end());
    hmac.Finish(hmac.Begin(body), word, result.data());
    return result;
  };
  // The word is the end of the text.
  EXPECT_EQ(digest(Octets(20, 0x0b), "Hi T", 0x68657265),
            Hex("b617318655057264e28bc0b6fb378c8ef146be00"));
  EXPECT_EQ(digest({'J', 'e', 'f', 'e'}, "what do ya want for noth", 0x696e673f),
            Hex("effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"));
}

struct GcmVector {
  std::string_view key, iv, associated, plain, sealed;
};

void ExpectGcm(const GcmVector& vector) {
  const AesGcm sealer(Hex(vector.key));
  const AesGcm opener(Hex(vector.key));
  const Octets iv = Hex(vector.iv);
  const Octets associated = Hex(vector.associated);
  // In two parts, as SRTCP has it.
  const AesGcm::Associated parts = {std::span<const uint8_t>(associated).first(8),
                                    std::span<const uint8_t>(associated).subspan(8)};
  const Octets plain = Hex(vector.plain);
  const Octets sealed = Hex(vector.sealed);
  Octets data = plain;
  Octets tag(AesGcm::kTagSize);
  sealer.Seal(iv.data(), parts, data, tag.data());
  Octets result = data;
  result.insert(result.end(), tag.begin(), tag.end());
  EXPECT_EQ(result, sealed);

  EXPECT_TRUE(opener.Verify(iv.data(), parts, data, tag.data()));
  for (size_t i = 0; i < tag.size(); ++i) {
    tag[i] ^= 1;
    Octets kept = data;
    EXPECT_FALSE(opener.Verify(iv.data(), parts, kept, tag.data()));
    EXPECT_FALSE(opener.Open(iv.data(), parts, kept, tag.data()));
    EXPECT_EQ(kept, data);
    tag[i] ^= 1;
  }
  // A DTLS engine on the same thread looks at this queue.
  EXPECT_EQ(ERR_peek_error(), 0u);
  EXPECT_TRUE(opener.Open(iv.data(), parts, data, tag.data()));
  EXPECT_EQ(data, plain);
}

constexpr std::string_view kKey128 = "000102030405060708090a0b0c0d0e0f";
constexpr std::string_view kKey256 =
    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
constexpr std::string_view kRtpPlain =
    "47616c6c696120657374206f6d6e69732064697669736120696e207061727465732074726573";
constexpr std::string_view kRtcpPlain =
    "4e5450314e545032525450200000042a0000e9304c756e61deadbeefdeadbeefdeadbeefdeadbeefdeadbeef";

TEST(AesGcm, Rfc7714Srtp128) {
  ExpectGcm({kKey128, "51753c6580c2726f20718414", "8040f17b8041f8d35501a0b2", kRtpPlain,
             "f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a51c7d19b36de3adf8833"
             "899d7f27beb16a9152cf765ee4390cce"});
}

TEST(AesGcm, Rfc7714Srtp256) {
  ExpectGcm({kKey256, "51753c6580c2726f20718414", "8040f17b8041f8d35501a0b2", kRtpPlain,
             "32b1de78a822fe12ef9f78fa332e33aab18012389a58e2f3b50b2a0276ffae0f1ba63799b87b"
             "7aa3db36dfffd6b0f9bb7878d7a76c13"});
}

TEST(AesGcm, Rfc7714Srtcp128) {
  ExpectGcm(
      {kKey128, "517524055203726f207170bb", "81c8000d4d617273800005d4", kRtcpPlain,
       "63e94885dcdab67ca727d7662f6b7e997ff5c0f76c06f32dc676a5f1730d6fda4ce09b4686303ded0bb9275b"
       "c84aa45896cf4d2fc5abf87245d9eade"});
}

TEST(AesGcm, Rfc7714Srtcp256) {
  ExpectGcm(
      {kKey256, "517524055203726f207170bb", "81c8000d4d617273800005d4", kRtcpPlain,
       "d50ae4d1f5ce5d304ba297e47d470c282c3ece5dbffe0a50a2eaa5c1110555be8415f658c61de0476f1b6fad"
       "1d1eb30c4446839f57ff6f6cb26ac3be"});
}

}  // namespace
}  // namespace mediad::srtp

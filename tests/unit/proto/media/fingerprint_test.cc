// Fingerprints from and to SDP text (RFC 8122 §5).
#include "proto/media/fingerprint.h"

#include <gtest/gtest.h>

#include <cctype>
#include <string>

#include "proto/base/text.h"

namespace media {
namespace {

TEST(Fingerprint, NamesAreReadInAnyCaseAndPrintedInLower) {
  for (const FingerprintHash hash : kFingerprintHashes) {
    std::string name(Name(hash));
    EXPECT_EQ(ParseFingerprintHash(name), hash);
    for (char& c : name) c = static_cast<char>(std::toupper(c));
    EXPECT_EQ(ParseFingerprintHash(name), hash) << name;
  }
  for (const char* name : {"", "md5", "sha256", "sha-2", "sha-2566", "sha-256 "})
    EXPECT_EQ(ParseFingerprintHash(name), std::nullopt) << name;
}

TEST(Fingerprint, EveryHashHasItsLength) {
  EXPECT_EQ(DigestLength(FingerprintHash::kSha1), 20u);
  EXPECT_EQ(DigestLength(FingerprintHash::kSha224), 28u);
  EXPECT_EQ(DigestLength(FingerprintHash::kSha256), 32u);
  EXPECT_EQ(DigestLength(FingerprintHash::kSha384), 48u);
  EXPECT_EQ(DigestLength(FingerprintHash::kSha512), kLongestDigest);
}

TEST(Fingerprint, ParsesAndPrintsTheExampleOfTheRfc) {
  const std::string digest = "12:DF:3E:5D:49:6B:19:E5:7C:AB:4A:AD:B9:B1:3F:82:18:3B:54:02";
  const auto fingerprint = Fingerprint::Parse(
      "SHA-1  \t12:df:3e:5d:49:6b:19:E5:7C:AB:4A:AD:"
      "B9:B1:3F:82:18:3B:54:02\r\n");
  ASSERT_TRUE(fingerprint);
  EXPECT_EQ(fingerprint->hash, FingerprintHash::kSha1);
  EXPECT_EQ(static_cast<uint8_t>(fingerprint->digest[1]), 0xdf);
  EXPECT_EQ(fingerprint->ToString(), "sha-1 " + digest);
  EXPECT_EQ(Fingerprint::Parse(fingerprint->ToString()), fingerprint);
}

TEST(Fingerprint, RoundTripsEveryHash) {
  for (const FingerprintHash hash : kFingerprintHashes) {
    Fingerprint fingerprint{hash, {}};
    EXPECT_FALSE(fingerprint.valid());
    for (size_t i = 0; i < DigestLength(hash); ++i)
      fingerprint.digest.push_back(static_cast<char>(i * 37 + 200));
    EXPECT_TRUE(fingerprint.valid());
    EXPECT_EQ(Fingerprint::Parse(fingerprint.ToString()), fingerprint);
  }
}

TEST(Fingerprint, RefusesWhatIsNotOne) {
  const std::string digest = PrintDigest(std::string(20, '\x5a'));
  ASSERT_TRUE(Fingerprint::Parse(base::StrCat("sha-1 ", digest)));
  for (const std::string& text :
       {std::string(), std::string("sha-1"), std::string("sha-1 "), digest, "sha1 " + digest,
        "sha-256 " + digest, "sha-1 " + digest + ":", "sha-1 " + digest + ":5A", "sha-1 :" + digest,
        "sha-1 " + digest.substr(3), "sha-1 " + digest + " x", "sha-1 5G" + digest.substr(2),
        "sha-1 5A-" + digest.substr(3), "sha-1" + digest})
    EXPECT_EQ(Fingerprint::Parse(text), std::nullopt) << text;
}

TEST(Fingerprint, DigestsAreOfBoundedLength) {
  EXPECT_TRUE(ParseDigest(PrintDigest(std::string(kLongestDigest, 'x'))));
  EXPECT_FALSE(ParseDigest(PrintDigest(std::string(kLongestDigest + 1, 'x'))));
  EXPECT_FALSE(ParseDigest(""));
  EXPECT_EQ(PrintDigest(""), "");
}

}  // namespace
}  // namespace media

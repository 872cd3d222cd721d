// Certificates and the store of them: digests, validity, rotation.
#include "mediad/dtls/certificate.h"

#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <set>

#include "mediad/dtls/certificate_store.h"

namespace mediad::dtls {
namespace {

constexpr int64_t kNow = 1'700'000'000;

time_t ToUnix(const ASN1_TIME* time) {
  tm parts{};
  EXPECT_EQ(ASN1_TIME_to_tm(time, &parts), 1);
  return timegm(&parts);
}

TEST(Certificate, IsEcdsaOnP256ByDefault) {
  const auto certificate = Certificate::Generate({}, "rtpengine-1-2", kNow);
  ASSERT_TRUE(certificate.ok()) << certificate.status();
  X509* const x = SSL_CTX_get0_certificate((*certificate)->context());
  EXPECT_EQ(EVP_PKEY_get_base_id(X509_get0_pubkey(x)), EVP_PKEY_EC);
  EXPECT_EQ(EVP_PKEY_get_bits(X509_get0_pubkey(x)), 256);
  EXPECT_EQ(X509_get_signature_nid(x), NID_ecdsa_with_SHA256);
  EXPECT_EQ(X509_verify(x, X509_get0_pubkey(x)), 1);
  char name[65];
  X509_NAME_get_text_by_NID(X509_get_subject_name(x), NID_commonName, name, sizeof name);
  EXPECT_STREQ(name, "rtpengine-1-2");
  EXPECT_EQ(ToUnix(X509_get0_notAfter(x)), kNow + 30 * 86400);
  EXPECT_LT(ToUnix(X509_get0_notBefore(x)), kNow);
  EXPECT_EQ((*certificate)->not_after_unix_s(), kNow + 30 * 86400);
}

TEST(Certificate, MayBeRsaSignedWithSha1) {
  CertificateOptions options;
  options.rsa = true;
  options.signature = media::FingerprintHash::kSha1;
  const auto certificate = Certificate::Generate(options, "x", kNow);
  ASSERT_TRUE(certificate.ok()) << certificate.status();
  X509* const x = SSL_CTX_get0_certificate((*certificate)->context());
  EXPECT_EQ(EVP_PKEY_get_bits(X509_get0_pubkey(x)), 2048);
  EXPECT_EQ(X509_get_signature_nid(x), NID_sha1WithRSAEncryption);
}

TEST(Certificate, KnowsItsDigestsOfEveryHash) {
  const auto certificate = Certificate::Generate({}, "x", kNow);
  ASSERT_TRUE(certificate.ok());
  std::set<std::string> digests;
  for (const media::FingerprintHash hash : media::kFingerprintHashes) {
    const media::Fingerprint& fingerprint = (*certificate)->fingerprint(hash);
    EXPECT_TRUE(fingerprint.valid());
    EXPECT_EQ(fingerprint.hash, hash);
    digests.insert(fingerprint.digest);
  }
  EXPECT_EQ(digests.size(), media::kFingerprintHashes.size());
  unsigned char sha256[32];
  unsigned int length = 0;
  X509_digest(SSL_CTX_get0_certificate((*certificate)->context()), EVP_sha256(), sha256, &length);
  EXPECT_EQ((*certificate)->id(), std::string(reinterpret_cast<char*>(sha256), length));
}

TEST(Certificate, RefusesWhatItCannotMake) {
  const auto code = [](CertificateOptions options, std::string_view name) {
    return Certificate::Generate(options, name, kNow).status().code();
  };
  CertificateOptions options;
  EXPECT_EQ(code(options, ""), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code(options, std::string(65, 'x')), absl::StatusCode::kInvalidArgument);
  options.signature = media::FingerprintHash::kSha512;
  EXPECT_EQ(code(options, "x"), absl::StatusCode::kInvalidArgument);
  options = {};
  options.rsa = true;
  options.rsa_bits = 512;
  EXPECT_EQ(code(options, "x"), absl::StatusCode::kInvalidArgument);
  options = {};
  options.ciphers = "NO-SUCH-CIPHER";
  EXPECT_EQ(code(options, "x"), absl::StatusCode::kInvalidArgument);
}

class Store : public ::testing::Test {
 protected:
  static constexpr int64_t kHalf = 15 * 86400;
  CertificateStore store_ = CertificateStore::Create({}, "x", kNow).value();
  bool Rotate(int64_t now) { return store_.Rotate(now).value(); }
};

TEST_F(Store, ReplacesAtHalfLife) {
  const std::string first = store_.current()->id();
  EXPECT_EQ(store_.next_rotation_unix_s(), kNow + kHalf);
  EXPECT_FALSE(Rotate(kNow + kHalf - 1));
  EXPECT_EQ(store_.current()->id(), first);
  EXPECT_TRUE(Rotate(kNow + kHalf));
  EXPECT_NE(store_.current()->id(), first);
  EXPECT_EQ(store_.next_rotation_unix_s(), kNow + 2 * kHalf);
  EXPECT_FALSE(Rotate(kNow + kHalf + 1));
}

TEST_F(Store, KeepsWhatIsInUseHoweverOld) {
  std::shared_ptr<const Certificate> held = store_.current();
  const std::string id = held->id();
  Rotate(kNow + kHalf);
  Rotate(kNow + 2 * kHalf);
  Rotate(kNow + 3 * kHalf);            // the first has expired, the second is used by nobody
  ASSERT_EQ(store_.All().size(), 3u);  // the third was replaced just now
  EXPECT_EQ(store_.All().front(), store_.current());
  EXPECT_EQ(store_.Find(id), held);
  held.reset();
  EXPECT_TRUE(Rotate(kNow + 3 * kHalf + 1));
  EXPECT_EQ(store_.Find(id), nullptr);
}

TEST_F(Store, KeepsAReplacedOneForASessionThatIsYetToCome) {
  const std::string id = store_.current()->id();
  Rotate(kNow + kHalf);
  EXPECT_FALSE(Rotate(kNow + kHalf + CertificateStore::kGrace_s - 1));
  EXPECT_NE(store_.Find(id), nullptr);
  EXPECT_TRUE(Rotate(kNow + kHalf + CertificateStore::kGrace_s));
  EXPECT_EQ(store_.Find(id), nullptr);
  EXPECT_EQ(store_.All().size(), 1u);
}

TEST_F(Store, FindsNothingUnderAnUnknownName) {
  EXPECT_EQ(store_.Find(""), nullptr);
  EXPECT_EQ(store_.Find(std::string(32, 'x')), nullptr);
}

}  // namespace
}  // namespace mediad::dtls

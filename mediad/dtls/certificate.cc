#include "mediad/dtls/certificate.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "mediad/dtls/context.h"
#include "mediad/dtls/library_error.h"
#include "proto/base/text.h"

namespace mediad::dtls {
namespace {

using KeyPointer = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using X509Pointer = std::unique_ptr<X509, decltype(&X509_free)>;

constexpr int64_t kClockDifference_s = 24 * 3600;

absl::Status CheckOptions(const CertificateOptions& options, std::string_view common_name) {
  if (common_name.empty() || common_name.size() > 64)
    return absl::InvalidArgumentError("common name of a certificate: 1 to 64 characters");
  if (options.rsa && (options.rsa_bits < 1024 || options.rsa_bits > 8192))
    return absl::InvalidArgumentError("dtls-rsa-key-size: 1024 to 8192 bits");
  if (options.signature != media::FingerprintHash::kSha1 &&
      options.signature != media::FingerprintHash::kSha256)
    return absl::InvalidArgumentError("dtls-signature: sha-256 or sha-1");
  return absl::OkStatus();
}

KeyPointer MakeKey(const CertificateOptions& options) {
  return {options.rsa ? EVP_RSA_gen(static_cast<unsigned>(options.rsa_bits)) : EVP_EC_gen("P-256"),
          EVP_PKEY_free};
}

// A positive number of 16 octets.
bool SetSerial(X509* certificate) {
  unsigned char octets[16];
  if (RAND_bytes(octets, sizeof octets) != 1) return false;
  octets[0] = static_cast<unsigned char>((octets[0] & 0x7f) | 0x40);
  BIGNUM* const number = BN_bin2bn(octets, sizeof octets, nullptr);
  const bool set = number != nullptr &&
                   BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != nullptr;
  BN_free(number);
  return set;
}

X509Pointer MakeCertificate(const CertificateOptions& options, std::string_view common_name,
                            int64_t now_unix_s, EVP_PKEY* key) {
  X509Pointer certificate(X509_new(), X509_free);
  if (certificate == nullptr) return certificate;
  X509* const x = certificate.get();
  X509_NAME* const name = X509_get_subject_name(x);
  time_t from = now_unix_s - kClockDifference_s;
  time_t until = now_unix_s + Certificate::kValidity_s;
  const EVP_MD* const digest =
      options.signature == media::FingerprintHash::kSha1 ? EVP_sha1() : EVP_sha256();
  const bool made =
      X509_set_version(x, X509_VERSION_3) == 1 && SetSerial(x) &&
      X509_time_adj_ex(X509_getm_notBefore(x), 0, 0, &from) != nullptr &&
      X509_time_adj_ex(X509_getm_notAfter(x), 0, 0, &until) != nullptr &&
      X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                                 reinterpret_cast<const unsigned char*>(common_name.data()),
                                 static_cast<int>(common_name.size()), -1, 0) == 1 &&
      X509_set_issuer_name(x, name) == 1 && X509_set_pubkey(x, key) == 1 &&
      X509_sign(x, key, digest) > 0;
  if (!made) certificate.reset();
  return certificate;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const Certificate>> Certificate::Generate(
    const CertificateOptions& options, std::string_view common_name, int64_t now_unix_s) {
  if (const absl::Status status = CheckOptions(options, common_name); !status.ok()) return status;
  const KeyPointer key = MakeKey(options);
  const X509Pointer x = key == nullptr
                            ? X509Pointer(nullptr, X509_free)
                            : MakeCertificate(options, common_name, now_unix_s, key.get());
  if (x == nullptr)
    return absl::InternalError(base::StrCat("DTLS certificate: ", TakeLibraryError()));

  std::shared_ptr<Certificate> certificate(new Certificate(now_unix_s));
  for (const media::FingerprintHash hash : media::kFingerprintHashes) {
    std::optional<std::string> digest = DigestOf(x.get(), hash);
    if (!digest)
      return absl::InternalError(base::StrCat("DTLS certificate digest: ", TakeLibraryError()));
    certificate->fingerprints_[static_cast<size_t>(hash)] = {hash, *std::move(digest)};
  }
  absl::StatusOr<SSL_CTX*> context = MakeContext(x.get(), key.get(), options.ciphers);
  if (!context.ok()) return context.status();
  certificate->context_ = *context;
  return certificate;
}

Certificate::~Certificate() { SSL_CTX_free(context_); }

}  // namespace mediad::dtls

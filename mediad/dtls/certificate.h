// A self-signed certificate for DTLS-SRTP with its private key, its fingerprints and the library
// context that presents it (media.md §5; RFC 5763 §5, RFC 8122).
//
// Immutable: any number of threads may hold one and make associations from it.
// Certificate::Generate takes milliseconds (RSA: up to a second) and belongs to no packet thread.
#pragma once

#include <openssl/ssl.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "proto/media/fingerprint.h"

namespace mediad::dtls {

struct CertificateOptions {
  bool rsa = false;     // otherwise ECDSA on P-256 (dtls-cert-cipher)
  int rsa_bits = 2048;  // dtls-rsa-key-size; 1024 to 8192
  media::FingerprintHash signature =
      media::FingerprintHash::kSha256;  // dtls-signature; SHA-1 or SHA-256
  std::string ciphers =
      "DEFAULT:!NULL:!aNULL:!SHA256:!SHA384:!aECDH:!AESGCM+AES256:!aPSK";  // dtls-ciphers
};

class Certificate {
 public:
  static constexpr int64_t kValidity_s = 30 * 24 * 3600;

  // Valid from a day before `now_unix_s` (clocks differ) until kValidity_s after it. `common_name`:
  // 1 to 64 octets. Errors: INVALID_ARGUMENT for an option that the library does not take;
  // INTERNAL.
  static absl::StatusOr<std::shared_ptr<const Certificate>> Generate(
      const CertificateOptions& options, std::string_view common_name, int64_t now_unix_s);
  ~Certificate();
  Certificate(const Certificate&) = delete;
  Certificate& operator=(const Certificate&) = delete;

  const media::Fingerprint& fingerprint(media::FingerprintHash hash) const {
    return fingerprints_[static_cast<size_t>(hash)];
  }
  // SHA-256 digest, 32 octets: how session.proto's Dtls.certificate names it.
  const std::string& id() const { return fingerprint(media::FingerprintHash::kSha256).digest; }
  int64_t not_after_unix_s() const { return created_unix_s_ + kValidity_s; }
  int64_t created_unix_s() const { return created_unix_s_; }

  // For associations: DTLS 1.2 of both roles with this certificate. Lives as long as this.
  SSL_CTX* context() const { return context_; }

 private:
  explicit Certificate(int64_t created_unix_s) : created_unix_s_(created_unix_s) {}

  const int64_t created_unix_s_;
  SSL_CTX* context_ = nullptr;
  std::array<media::Fingerprint, media::kFingerprintHashes.size()> fingerprints_;
};

}  // namespace mediad::dtls

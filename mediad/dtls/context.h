// The library's settings for all associations of one certificate: one SSL_CTX, read-only once it is
// made.
//
// DTLS 1.2 only; the peer's certificate is always asked for, never judged by the library:
// associations compare its fingerprint. No tickets, no resumption, no renegotiation. Any thread.
#pragma once

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "proto/media/fingerprint.h"

namespace mediad::dtls {

// The caller frees it. INVALID_ARGUMENT: no cipher is left of the list. INTERNAL: the library's
// text.
absl::StatusOr<SSL_CTX*> MakeContext(X509* certificate, EVP_PKEY* key, const std::string& ciphers);

std::optional<std::string> DigestOf(const X509* certificate, media::FingerprintHash hash);

// Where the cookie callbacks of the context find what a cookie has to be. `ssl`'s app data points
// to one.
struct CookieSource {
  static constexpr size_t kLength = 16;
  virtual ~CookieSource() = default;
  virtual void Cookie(unsigned char* cookie) const = 0;  // kLength octets
};

}  // namespace mediad::dtls

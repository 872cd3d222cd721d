#include "mediad/dtls/context.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include <memory>

#include "mediad/dtls/library_error.h"
#include "mediad/dtls/records.h"
#include "proto/base/text.h"

namespace mediad::dtls {
namespace {

// Certificates are self-signed; the fingerprint says whose they are (RFC 5763 §5).
int AcceptAnyChain(X509_STORE_CTX*, void*) { return 1; }

int GenerateCookie(SSL* ssl, unsigned char* cookie, unsigned int* length) {
  static_cast<const CookieSource*>(SSL_get_app_data(ssl))->Cookie(cookie);
  *length = CookieSource::kLength;
  return 1;
}

int VerifyCookie(SSL* ssl, const unsigned char* cookie, unsigned int length) {
  unsigned char expected[CookieSource::kLength];
  static_cast<const CookieSource*>(SSL_get_app_data(ssl))->Cookie(expected);
  return length == sizeof expected && CRYPTO_memcmp(cookie, expected, sizeof expected) == 0;
}

const EVP_MD* Algorithm(media::FingerprintHash hash) {
  switch (hash) {
    case media::FingerprintHash::kSha1:
      return EVP_sha1();
    case media::FingerprintHash::kSha224:
      return EVP_sha224();
    case media::FingerprintHash::kSha256:
      return EVP_sha256();
    case media::FingerprintHash::kSha384:
      return EVP_sha384();
    case media::FingerprintHash::kSha512:
      return EVP_sha512();
  }
  return EVP_sha256();
}

}  // namespace

absl::StatusOr<SSL_CTX*> MakeContext(X509* certificate, EVP_PKEY* key, const std::string& ciphers) {
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> owned(SSL_CTX_new(DTLS_method()), SSL_CTX_free);
  SSL_CTX* const context = owned.get();
  if (context == nullptr || SSL_CTX_set_min_proto_version(context, DTLS1_2_VERSION) != 1 ||
      SSL_CTX_use_certificate(context, certificate) != 1 ||
      SSL_CTX_use_PrivateKey(context, key) != 1 ||
      SSL_CTX_set1_groups_list(context, "P-256:X25519:P-384") != 1)
    return absl::InternalError(base::StrCat("DTLS settings: ", TakeLibraryError()));
  if (SSL_CTX_set_cipher_list(context, ciphers.c_str()) != 1)
    return absl::InvalidArgumentError(
        base::StrCat("dtls-ciphers \"", ciphers, "\": ", TakeLibraryError()));
  SSL_CTX_set_options(context, SSL_OP_NO_QUERY_MTU | SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION |
                                   SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_max_cert_list(context, kMaxHandshakeMessage);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  SSL_CTX_set_cert_verify_callback(context, AcceptAnyChain, nullptr);
  SSL_CTX_set_cookie_generate_cb(context, GenerateCookie);
  SSL_CTX_set_cookie_verify_cb(context, VerifyCookie);
  ERR_clear_error();
  return owned.release();
}

std::optional<std::string> DigestOf(const X509* certificate, media::FingerprintHash hash) {
  unsigned char octets[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  if (X509_digest(certificate, Algorithm(hash), octets, &length) != 1) return std::nullopt;
  return std::string(reinterpret_cast<const char*>(octets), length);
}

}  // namespace mediad::dtls

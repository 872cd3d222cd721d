#include "mediad/srtp/openssl_handles.h"

namespace mediad::srtp {
namespace {

// Fetching searches OpenSSL's providers under a lock. These live as long as the program.
const EVP_CIPHER* Fetched(const char* mode, size_t key_size) {
  struct Ciphers {
    EVP_CIPHER* ecb[3];
    EVP_CIPHER* gcm[3];
  };
  static const Ciphers ciphers = {{EVP_CIPHER_fetch(nullptr, "AES-128-ECB", nullptr),
                                   EVP_CIPHER_fetch(nullptr, "AES-192-ECB", nullptr),
                                   EVP_CIPHER_fetch(nullptr, "AES-256-ECB", nullptr)},
                                  {EVP_CIPHER_fetch(nullptr, "AES-128-GCM", nullptr),
                                   EVP_CIPHER_fetch(nullptr, "AES-192-GCM", nullptr),
                                   EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr)}};
  if (key_size != 16 && key_size != 24 && key_size != 32) return nullptr;
  const size_t at = (key_size - 16) / 8;
  return mode[0] == 'E' ? ciphers.ecb[at] : ciphers.gcm[at];
}

CipherContext NewContext(const char* mode, std::span<const uint8_t> key, bool encrypt) {
  const EVP_CIPHER* cipher = Fetched(mode, key.size());
  CipherContext context(EVP_CIPHER_CTX_new());
  if (cipher == nullptr || context == nullptr ||
      EVP_CipherInit_ex(context.get(), cipher, nullptr, key.data(), nullptr, encrypt ? 1 : 0) !=
          1) {
    return nullptr;
  }
  EVP_CIPHER_CTX_set_padding(context.get(), 0);
  return context;
}

}  // namespace

CipherContext NewAesEcb(std::span<const uint8_t> key) { return NewContext("ECB", key, true); }

CipherContext NewAesGcm(std::span<const uint8_t> key, bool encrypt) {
  return NewContext("GCM", key, encrypt);
}

}  // namespace mediad::srtp

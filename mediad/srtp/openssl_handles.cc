#include "mediad/srtp/openssl_handles.h"

namespace mediad::srtp {
namespace {

// Fetching searches OpenSSL's providers under a lock. These live as long as the program.
const EVP_CIPHER* Fetched(size_t key_size) {
  static const EVP_CIPHER* const ciphers[] = {EVP_CIPHER_fetch(nullptr, "AES-128-ECB", nullptr),
                                              EVP_CIPHER_fetch(nullptr, "AES-192-ECB", nullptr),
                                              EVP_CIPHER_fetch(nullptr, "AES-256-ECB", nullptr)};
  if (key_size != 16 && key_size != 24 && key_size != 32) return nullptr;
  return ciphers[(key_size - 16) / 8];
}

}  // namespace

CipherContext NewAesEcb(std::span<const uint8_t> key) {
  const EVP_CIPHER* cipher = Fetched(key.size());
  CipherContext context(EVP_CIPHER_CTX_new());
  if (cipher == nullptr || context == nullptr ||
      EVP_EncryptInit_ex2(context.get(), cipher, key.data(), nullptr, nullptr) != 1) {
    return nullptr;
  }
  EVP_CIPHER_CTX_set_padding(context.get(), 0);
  return context;
}

}  // namespace mediad::srtp

// OpenSSL's ciphers, owned and fetched once. Any thread; a context belongs to one at a time.
#pragma once

#include <openssl/evp.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace mediad::srtp {

struct FreeCipherContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, FreeCipherContext>;

// AES on whole blocks, without padding. `key` is 16, 24 or 32 octets. Null: OpenSSL refuses.
CipherContext NewAesEcb(std::span<const uint8_t> key);

// `count` blocks of 16 octets at `blocks`, in place.
inline void EncryptBlocks(EVP_CIPHER_CTX* ecb, uint8_t* blocks, size_t count) {
  int written = 0;
  EVP_EncryptUpdate(ecb, blocks, &written, blocks, static_cast<int>(16 * count));
}

}  // namespace mediad::srtp

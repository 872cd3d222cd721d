#include "mediad/srtp/aes_f8.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <cstring>

#include "mediad/srtp/layout.h"

namespace mediad::srtp {

AesF8::AesF8(std::span<const uint8_t> key, std::span<const uint8_t> salt)
    : cipher_(NewAesEcb(key)) {
  uint8_t masked[32];
  const size_t size = std::min(key.size(), sizeof(masked));
  for (size_t i = 0; i < size; ++i) {
    masked[i] = static_cast<uint8_t>(key[i] ^ (i < salt.size() ? salt[i] : 0x55));
  }
  masked_ = NewAesEcb({masked, size});
  OPENSSL_cleanse(masked, sizeof(masked));
}

void AesF8::Xor(const uint8_t iv[16], uint8_t* data, size_t size) const {
  uint8_t start[16];
  std::memcpy(start, iv, sizeof(start));
  EncryptBlocks(masked_.get(), start, 1);
  uint8_t block[16] = {};
  for (uint32_t j = 0; size > 0; ++j) {
    for (size_t i = 0; i < sizeof(block); ++i) block[i] ^= start[i];
    Store32(block + 12, Load32(block + 12) ^ j);
    EncryptBlocks(cipher_.get(), block, 1);
    const size_t octets = std::min(size, sizeof(block));
    for (size_t i = 0; i < octets; ++i) data[i] ^= block[i];
    data += octets;
    size -= octets;
  }
}

}  // namespace mediad::srtp

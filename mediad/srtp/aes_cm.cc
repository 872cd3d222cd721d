#include "mediad/srtp/aes_cm.h"

#include <algorithm>
#include <cstring>

#include "mediad/srtp/layout.h"

namespace mediad::srtp {

void AesCmXor(EVP_CIPHER_CTX* ecb, const uint8_t iv[16], uint8_t* data, size_t size,
              uint16_t counter) {
  constexpr size_t kBlocks = 32;
  alignas(16) uint8_t stream[16 * kBlocks];
  while (size > 0) {
    const size_t octets = std::min(size, sizeof(stream));
    const size_t blocks = (octets + 15) / 16;
    for (size_t i = 0; i < blocks; ++i) {
      std::memcpy(stream + 16 * i, iv, 14);
      Store16(stream + 16 * i + 14, counter++);
    }
    EncryptBlocks(ecb, stream, blocks);
    for (size_t i = 0; i < octets; ++i) data[i] ^= stream[i];
    data += octets;
    size -= octets;
  }
}

}  // namespace mediad::srtp

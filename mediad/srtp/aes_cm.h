// AES in counter mode as SRTP uses it: RFC 3711 §4.1.1, RFC 6188 §2. One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>

#include "mediad/srtp/openssl_handles.h"

namespace mediad::srtp {

// XORs `size` octets (65535 at most) with the key stream that begins at the counter block `iv`, of
// which the last two octets are not used: they count from `counter`. `ecb` is NewAesEcb() of the key.
//
// Counter blocks are made here and encrypted as ECB, because setting the IV of an EVP context costs
// more than the encryption of a voice packet.
void AesCmXor(EVP_CIPHER_CTX* ecb, const uint8_t iv[16], uint8_t* data, size_t size,
              uint16_t counter = 0);

}  // namespace mediad::srtp

// AES in counter mode as SRTP uses it: RFC 3711 §4.1.1, RFC 6188 §2. One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>

#include "mediad/srtp/openssl_handles.h"

namespace mediad::srtp {

// XORs `size` octets (at most 2^20) with the key stream that begins at the counter block `iv`, of
// which the last two octets are zero. `ecb` is NewAesEcb() of the session key.
//
// Counter blocks are made here and encrypted as ECB, because setting the IV of an EVP context costs
// more than the encryption of a voice packet.
void AesCmXor(EVP_CIPHER_CTX* ecb, const uint8_t iv[16], uint8_t* data, size_t size);

}  // namespace mediad::srtp

// OpenSSL 3 calls the bare SHA-1 functions deprecated, but its EVP_MAC takes twice as long for a voice
// packet.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "mediad/srtp/hmac_sha1.h"

#include <openssl/crypto.h>

#include <algorithm>

#include "mediad/srtp/layout.h"

namespace mediad::srtp {

HmacSha1::HmacSha1(std::span<const uint8_t> key) {
  uint8_t pad[SHA_CBLOCK];
  const size_t size = std::min(key.size(), sizeof(pad));
  const auto start = [&](SHA_CTX* state, uint8_t filler) {
    std::fill(std::begin(pad), std::end(pad), filler);
    for (size_t i = 0; i < size; ++i) pad[i] ^= key[i];
    SHA1_Init(state);
    SHA1_Update(state, pad, sizeof(pad));
  };
  start(&inner_, 0x36);
  start(&outer_, 0x5c);
  OPENSSL_cleanse(pad, sizeof(pad));
}

HmacSha1::~HmacSha1() {
  OPENSSL_cleanse(&inner_, sizeof(inner_));
  OPENSSL_cleanse(&outer_, sizeof(outer_));
}

SHA_CTX HmacSha1::Begin(std::span<const uint8_t> body) const {
  SHA_CTX state = inner_;
  SHA1_Update(&state, body.data(), body.size());
  return state;
}

void HmacSha1::Finish(SHA_CTX state, uint32_t word, uint8_t digest[kDigestSize]) const {
  uint8_t octets[4];
  Store32(octets, word);
  SHA1_Update(&state, octets, sizeof(octets));
  SHA1_Final(digest, &state);
  state = outer_;
  SHA1_Update(&state, digest, kDigestSize);
  SHA1_Final(digest, &state);
}

}  // namespace mediad::srtp

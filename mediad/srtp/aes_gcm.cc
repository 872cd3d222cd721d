#include "mediad/srtp/aes_gcm.h"

#include <algorithm>
#include <cstring>

#include "mediad/srtp/aes_cm.h"

namespace mediad::srtp {
namespace {

// OpenSSL asks for single blocks: the one that masks the tag, and that of an incomplete end.
void EncryptBlock(const unsigned char in[16], unsigned char out[16], const void* ecb) {
  int written = 0;
  EVP_EncryptUpdate(static_cast<EVP_CIPHER_CTX*>(const_cast<void*>(ecb)), out, &written, in, 16);
}

// What it hashes, it would decrypt by this. That is done by Crypt, once the tag is known to fit.
void LeaveAsItIs(const unsigned char*, unsigned char*, size_t, const void*, const unsigned char[16]) {}

}  // namespace

AesGcm::AesGcm(std::span<const uint8_t> key) : ecb_(NewAesEcb(key)) {
  if (ecb_ != nullptr) hash_.reset(CRYPTO_gcm128_new(ecb_.get(), EncryptBlock));
}

// Leaves hash_ ready to give the tag or to compare it.
void AesGcm::Hash(const uint8_t iv[kIvSize], const Associated& associated,
                  std::span<const uint8_t> ciphertext) const {
  CRYPTO_gcm128_setiv(hash_.get(), iv, kIvSize);
  for (const std::span<const uint8_t> part : {associated.first, associated.second}) {
    if (!part.empty()) CRYPTO_gcm128_aad(hash_.get(), part.data(), part.size());
  }
  uint8_t ignored[512];  // whole blocks
  while (!ciphertext.empty()) {
    const size_t size = std::min(ciphertext.size(), sizeof(ignored));
    CRYPTO_gcm128_decrypt_ctr32(hash_.get(), ciphertext.data(), ignored, size, LeaveAsItIs);
    ciphertext = ciphertext.subspan(size);
  }
}

void AesGcm::Crypt(const uint8_t iv[kIvSize], std::span<uint8_t> data) const {
  constexpr uint16_t kFirstBlock = 2;  // 1 masks the tag
  uint8_t start[16] = {};
  std::memcpy(start, iv, kIvSize);
  AesCmXor(ecb_.get(), start, data.data(), data.size(), kFirstBlock);
}

void AesGcm::Seal(const uint8_t iv[kIvSize], const Associated& associated, std::span<uint8_t> data,
                  uint8_t* tag) const {
  Crypt(iv, data);
  Hash(iv, associated, data);
  CRYPTO_gcm128_tag(hash_.get(), tag, kTagSize);
}

bool AesGcm::Open(const uint8_t iv[kIvSize], const Associated& associated, std::span<uint8_t> data,
                  const uint8_t* tag) const {
  if (!Verify(iv, associated, data, tag)) return false;
  Crypt(iv, data);
  return true;
}

bool AesGcm::Verify(const uint8_t iv[kIvSize], const Associated& associated,
                    std::span<const uint8_t> data, const uint8_t* tag) const {
  Hash(iv, associated, data);
  return CRYPTO_gcm128_finish(hash_.get(), tag, kTagSize) == 0;
}

}  // namespace mediad::srtp

#include "mediad/srtp/aes_gcm.h"

#include <algorithm>
#include <cstring>

namespace mediad::srtp {

void AesGcm::Start(const uint8_t iv[kIvSize], const Associated& associated) const {
  EVP_CipherInit_ex(context_.get(), nullptr, nullptr, nullptr, iv, -1);
  for (const std::span<const uint8_t> part : {associated.first, associated.second}) {
    if (!part.empty()) Update(part.data(), nullptr, part.size());
  }
}

void AesGcm::Update(const uint8_t* data, uint8_t* result, size_t size) const {
  int written = 0;
  if (size > 0) EVP_CipherUpdate(context_.get(), result, &written, data, static_cast<int>(size));
}

bool AesGcm::TagFits(const uint8_t* tag) const {
  uint8_t expected[kTagSize];
  std::memcpy(expected, tag, kTagSize);
  uint8_t none[16];
  int written = 0;
  return EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_SET_TAG, kTagSize, expected) == 1 &&
         EVP_CipherFinal_ex(context_.get(), none, &written) == 1;
}

void AesGcm::Seal(const uint8_t iv[kIvSize], const Associated& associated, std::span<uint8_t> data,
                  uint8_t* tag) const {
  Start(iv, associated);
  Update(data.data(), data.data(), data.size());
  uint8_t none[16];
  int written = 0;
  EVP_CipherFinal_ex(context_.get(), none, &written);
  EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_GET_TAG, kTagSize, tag);
}

bool AesGcm::Open(const uint8_t iv[kIvSize], const Associated& associated, std::span<uint8_t> data,
                  const uint8_t* tag) const {
  Start(iv, associated);
  Update(data.data(), data.data(), data.size());
  if (TagFits(tag)) return true;
  Start(iv, {});  // the same key stream once more restores what was received
  Update(data.data(), data.data(), data.size());
  return false;
}

bool AesGcm::Verify(const uint8_t iv[kIvSize], const Associated& associated,
                    std::span<const uint8_t> data, const uint8_t* tag) const {
  Start(iv, associated);
  uint8_t plain[512];
  while (!data.empty()) {
    const size_t size = std::min(data.size(), sizeof(plain));
    Update(data.data(), plain, size);
    data = data.subspan(size);
  }
  return TagFits(tag);
}

}  // namespace mediad::srtp

// AES-GCM with the IVs of RFC 7714 §8. One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "mediad/srtp/openssl_handles.h"

namespace mediad::srtp {

class AesGcm {
 public:
  static constexpr size_t kTagSize = 16;
  static constexpr size_t kIvSize = 12;

  // One instance encrypts or decrypts, never both.
  AesGcm(std::span<const uint8_t> key, bool encrypt) : context_(NewAesGcm(key, encrypt)) {}
  bool Ok() const { return context_ != nullptr; }

  // What is authenticated but not encrypted: `first`, then `second`.
  struct Associated {
    std::span<const uint8_t> first;
    std::span<const uint8_t> second;
  };

  // Encrypts `data` in place and writes kTagSize octets to `tag`.
  void Seal(const uint8_t iv[kIvSize], const Associated& associated, std::span<uint8_t> data,
            uint8_t* tag) const;
  // Decrypts `data` in place. False: it is not authentic and is what it was before.
  bool Open(const uint8_t iv[kIvSize], const Associated& associated, std::span<uint8_t> data,
            const uint8_t* tag) const;
  // Whether Open() would be true.
  bool Verify(const uint8_t iv[kIvSize], const Associated& associated,
              std::span<const uint8_t> data, const uint8_t* tag) const;

 private:
  void Start(const uint8_t iv[kIvSize], const Associated& associated) const;
  void Update(const uint8_t* data, uint8_t* result, size_t size) const;
  bool TagFits(const uint8_t* tag) const;

  CipherContext context_;
};

}  // namespace mediad::srtp

// AES-GCM with the IVs of RFC 7714 §8 (NIST SP 800-38D with 96 bits). One thread at a time.
//
// Counter mode is ours, GHASH is OpenSSL's: by EVP the same packet takes twice as long, most of it spent on looking up
// parameters by name.
#pragma once

#include <openssl/modes.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "mediad/srtp/openssl_handles.h"

namespace mediad::srtp {

class AesGcm {
 public:
  static constexpr size_t kTagSize = 16;
  static constexpr size_t kIvSize = 12;

  explicit AesGcm(std::span<const uint8_t> key);
  bool Ok() const { return hash_ != nullptr; }

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
  struct Release {
    void operator()(GCM128_CONTEXT* context) const { CRYPTO_gcm128_release(context); }
  };

  void Hash(const uint8_t iv[kIvSize], const Associated& associated,
            std::span<const uint8_t> ciphertext) const;
  void Crypt(const uint8_t iv[kIvSize], std::span<uint8_t> data) const;

  CipherContext ecb_;
  std::unique_ptr<GCM128_CONTEXT, Release> hash_;  // uses ecb_; null: OpenSSL refuses
};

}  // namespace mediad::srtp

// AES in f8 mode: RFC 3711 §4.1.2. One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "mediad/srtp/openssl_handles.h"

namespace mediad::srtp {

class AesF8 {
 public:
  // `key`: 16 octets; `salt`: at most as many. What is made of them in case of failure refuses
  // Ok().
  AesF8(std::span<const uint8_t> key, std::span<const uint8_t> salt);
  bool Ok() const { return cipher_ != nullptr && masked_ != nullptr; }

  // XORs `size` octets with the key stream of `iv`.
  void Xor(const uint8_t iv[16], uint8_t* data, size_t size) const;

 private:
  CipherContext cipher_;
  CipherContext masked_;  // with key XOR m, which only ever encrypts IVs
};

}  // namespace mediad::srtp

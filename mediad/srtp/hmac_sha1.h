// HMAC-SHA1 with its key digested beforehand: RFC 2104 §4, RFC 3711 §4.2.1. One thread at a time.
#pragma once

#include <openssl/sha.h>

#include <cstddef>
#include <cstdint>
#include <span>

namespace mediad::srtp {

class HmacSha1 {
 public:
  static constexpr size_t kDigestSize = 20;

  // `key`: at most 64 octets.
  explicit HmacSha1(std::span<const uint8_t> key);
  HmacSha1(const HmacSha1&) = default;
  HmacSha1& operator=(const HmacSha1&) = default;
  ~HmacSha1();

  // The state after `body`, from which tags with several roll-over counters can be finished.
  SHA_CTX Begin(std::span<const uint8_t> body) const;
  // Of what `state` has seen and the four octets of `word`.
  void Finish(SHA_CTX state, uint32_t word, uint8_t digest[kDigestSize]) const;

 private:
  SHA_CTX inner_;
  SHA_CTX outer_;
};

}  // namespace mediad::srtp

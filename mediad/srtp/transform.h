// Encryption and authentication of one packet whose index is known: RFC 3711 §§4.1 and 4.2,
// RFC 6188, RFC 7714. Not which index that is (rtp_index.h), nor where tag, MKI and index stand in
// the packet (receiver.cc, sender.cc). One thread at a time.
//
// `body` is header and payload, without what SRTP added; `header` the octets of it that stay in the
// clear. `word` is authenticated with it: the ROC for SRTP, E-bit and index for SRTCP.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "absl/status/statusor.h"
#include "mediad/srtp/aes_f8.h"
#include "mediad/srtp/aes_gcm.h"
#include "mediad/srtp/hmac_sha1.h"
#include "mediad/srtp/key_derivation.h"
#include "mediad/srtp/parameters.h"

namespace mediad::srtp {

// InvalidArgument says what is wrong with `parameters`, without the key.
absl::Status Validate(const Parameters& parameters);

class Transform {
 public:
  // `parameters` are valid.
  static absl::StatusOr<std::unique_ptr<Transform>> Create(const Parameters& parameters,
                                                           Protocol protocol);

  size_t tag_size() const { return tag_size_; }
  // The tag of AEAD is part of the ciphertext: MKI and index of SRTCP come after it.
  bool aead() const { return cipher_ == media::SrtpCipher::kAesGcm; }
  bool encrypts() const { return encrypts_; }

  // Encrypts in place, writes tag_size() octets to `tag`.
  void Seal(std::span<uint8_t> body, size_t header, uint32_t word, uint8_t* tag) const;

  // The position of the first of `words` with which `tag` fits, -1 if none does. `in_place` is
  // body.data() to decrypt then, or nullptr to change nothing. Without success nothing is changed.
  int Open(std::span<const uint8_t> body, size_t header, const uint8_t* tag,
           std::span<const uint32_t> words, uint8_t* in_place) const;

 private:
  Transform() = default;

  bool Encrypted(uint32_t word) const {
    return protocol_ == Protocol::kSrtp ? encrypts_ : (word >> 31) != 0;
  }
  void Crypt(uint8_t* body, size_t size, size_t header, uint32_t word) const;
  int Authenticate(std::span<const uint8_t> body, const uint8_t* tag,
                   std::span<const uint32_t> words) const;
  bool OpenAead(std::span<const uint8_t> body, size_t header, const uint8_t* tag, uint32_t word,
                uint8_t* in_place) const;
  void CounterIv(const uint8_t* body, uint32_t word, uint8_t iv[16]) const;
  void F8Iv(const uint8_t* body, uint32_t word, uint8_t iv[16]) const;
  void GcmIv(const uint8_t* body, uint32_t word, uint8_t iv[12]) const;

  media::SrtpCipher cipher_ = media::SrtpCipher::kNull;
  Protocol protocol_ = Protocol::kSrtp;
  bool encrypts_ = true;
  size_t tag_size_ = 0;
  SessionKeys keys_;
  CipherContext counter_mode_;
  std::optional<AesF8> f8_;
  std::optional<AesGcm> gcm_;
  std::optional<HmacSha1> hmac_;
};

}  // namespace mediad::srtp

#include "mediad/srtp/transform.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <cstring>

#include "mediad/srtp/aes_cm.h"
#include "mediad/srtp/layout.h"
#include "proto/base/text.h"

namespace mediad::srtp {

using media::SrtpCipher;

absl::Status Validate(const Parameters& parameters) {
  if (parameters.suite == nullptr) return absl::InvalidArgumentError("SRTP: no suite");
  const media::SrtpSuite& suite = *parameters.suite;
  if (parameters.key.size() != suite.key_size || parameters.salt.size() != suite.salt_size) {
    return absl::InvalidArgumentError(
        base::StrCat("SRTP: ", suite.name, " wants ", size_t{suite.key_size}, " octets of key and ",
                     size_t{suite.salt_size}, " of salt, not ", parameters.key.size(), " and ",
                     parameters.salt.size()));
  }
  if (parameters.mki.size() > kMaxMki) {
    return absl::InvalidArgumentError(
        base::StrCat("SRTP: an MKI of ", parameters.mki.size(), " octets, at most ", kMaxMki));
  }
  if (parameters.unauthenticated_srtp && suite.cipher == SrtpCipher::kAesGcm) {
    return absl::InvalidArgumentError(
        base::StrCat("SRTP: ", suite.name, " cannot be UNAUTHENTICATED_SRTP"));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<Transform>> Transform::Create(const Parameters& parameters,
                                                             Protocol protocol) {
  const media::SrtpSuite& suite = *parameters.suite;
  const bool rtp = protocol == Protocol::kSrtp;
  std::unique_ptr<Transform> transform(new Transform);
  transform->cipher_ = suite.cipher;
  transform->protocol_ = protocol;
  // A NULL cipher counts as none: libsrtp refuses its SRTCP if the E-bit claims encryption.
  transform->encrypts_ = suite.cipher != SrtpCipher::kNull &&
                         !(rtp ? parameters.unencrypted_srtp : parameters.unencrypted_srtcp);
  transform->tag_size_ = rtp ? suite.srtp_tag_size : suite.srtcp_tag_size;
  if (rtp && parameters.unauthenticated_srtp) transform->tag_size_ = 0;

  SessionKeys& keys = transform->keys_;
  bool ok = DeriveSessionKeys(parameters.key, parameters.salt, protocol, &keys);
  const std::span<const uint8_t> key(keys.cipher.data(), suite.key_size);
  switch (suite.cipher) {
    case SrtpCipher::kAesCm:
      transform->counter_mode_ = NewAesEcb(key);
      ok = ok && transform->counter_mode_ != nullptr;
      break;
    case SrtpCipher::kAesF8:
      transform->f8_.emplace(key, std::span<const uint8_t>(keys.salt.data(), suite.salt_size));
      ok = ok && transform->f8_->Ok();
      break;
    case SrtpCipher::kAesGcm:
      transform->gcm_.emplace(key);
      ok = ok && transform->gcm_->Ok();
      break;
    case SrtpCipher::kNull:
      break;
  }
  if (suite.authentication == media::SrtpAuthentication::kHmacSha1) {
    transform->hmac_.emplace(keys.authentication);
  }
  if (!ok) {
    return absl::InternalError(
        base::StrCat("SRTP: OpenSSL does not provide what ", suite.name, " needs"));
  }
  return transform;
}

void Transform::CounterIv(const uint8_t* body, uint32_t word, uint8_t iv[16]) const {
  const bool rtp = protocol_ == Protocol::kSrtp;
  std::memset(iv, 0, 16);
  std::memcpy(iv + 4, body + (rtp ? 8 : 4), 4);  // SSRC
  if (rtp) {
    Store32(iv + 8, word);
    std::memcpy(iv + 12, body + 2, 2);  // sequence number
  } else {
    Store32(iv + 10, word & 0x7fffffff);
  }
  for (size_t i = 0; i < keys_.salt.size(); ++i) iv[i] ^= keys_.salt[i];
}

void Transform::F8Iv(const uint8_t* body, uint32_t word, uint8_t iv[16]) const {
  if (protocol_ == Protocol::kSrtp) {
    std::memcpy(iv, body, 12);
    iv[0] = 0;
    Store32(iv + 12, word);
  } else {
    Store32(iv, 0);
    Store32(iv + 4, word);
    std::memcpy(iv + 8, body, 8);
  }
}

void Transform::GcmIv(const uint8_t* body, uint32_t word, uint8_t iv[12]) const {
  const bool rtp = protocol_ == Protocol::kSrtp;
  std::memset(iv, 0, 12);
  std::memcpy(iv + 2, body + (rtp ? 8 : 4), 4);  // SSRC
  if (rtp) {
    Store32(iv + 6, word);
    std::memcpy(iv + 10, body + 2, 2);  // sequence number
  } else {
    Store32(iv + 8, word & 0x7fffffff);
  }
  for (size_t i = 0; i < 12; ++i) iv[i] ^= keys_.salt[i];
}

void Transform::Crypt(uint8_t* body, size_t size, size_t header, uint32_t word) const {
  if (!Encrypted(word) || size == header) return;
  uint8_t iv[16];
  if (cipher_ == SrtpCipher::kAesCm) {
    CounterIv(body, word, iv);
    AesCmXor(counter_mode_.get(), iv, body + header, size - header);
  } else if (cipher_ == SrtpCipher::kAesF8) {
    F8Iv(body, word, iv);
    f8_->Xor(iv, body + header, size - header);
  }
}

int Transform::Authenticate(std::span<const uint8_t> body, const uint8_t* tag,
                            std::span<const uint32_t> words) const {
  if (tag_size_ == 0) return 0;
  const SHA_CTX state = hmac_->Begin(body);
  for (size_t i = 0; i < words.size(); ++i) {
    uint8_t digest[HmacSha1::kDigestSize];
    hmac_->Finish(state, words[i], digest);
    if (CRYPTO_memcmp(digest, tag, tag_size_) == 0) return static_cast<int>(i);
  }
  return -1;
}

// AEAD authenticates the header beside the ciphertext, or everything if nothing is encrypted; in
// SRTCP the word too (RFC 7714 §§7, 9.2 and 9.3).

bool Transform::OpenAead(std::span<const uint8_t> body, size_t header, const uint8_t* tag,
                         uint32_t word, uint8_t* in_place) const {
  uint8_t iv[AesGcm::kIvSize];
  GcmIv(body.data(), word, iv);
  uint8_t octets[4];
  Store32(octets, word);
  const size_t clear = Encrypted(word) ? header : body.size();
  const AesGcm::Associated associated = {
      body.first(clear), {octets, protocol_ == Protocol::kSrtp ? 0u : sizeof(octets)}};
  if (in_place == nullptr) return gcm_->Verify(iv, associated, body.subspan(clear), tag);
  return gcm_->Open(iv, associated, {in_place + clear, body.size() - clear}, tag);
}

void Transform::Seal(std::span<uint8_t> body, size_t header, uint32_t word, uint8_t* tag) const {
  if (aead()) {
    uint8_t iv[AesGcm::kIvSize];
    GcmIv(body.data(), word, iv);
    uint8_t octets[4];
    Store32(octets, word);
    const size_t clear = Encrypted(word) ? header : body.size();
    const AesGcm::Associated associated = {
        body.first(clear), {octets, protocol_ == Protocol::kSrtp ? 0u : sizeof(octets)}};
    gcm_->Seal(iv, associated, body.subspan(clear), tag);
    return;
  }
  Crypt(body.data(), body.size(), header, word);
  if (tag_size_ == 0) return;
  uint8_t digest[HmacSha1::kDigestSize];
  hmac_->Finish(hmac_->Begin(body), word, digest);
  std::memcpy(tag, digest, tag_size_);
}

int Transform::Open(std::span<const uint8_t> body, size_t header, const uint8_t* tag,
                    std::span<const uint32_t> words, uint8_t* in_place) const {
  if (aead()) {
    for (size_t i = 0; i < words.size(); ++i) {
      if (OpenAead(body, header, tag, words[i], in_place)) return static_cast<int>(i);
    }
    return -1;
  }
  const int fits = Authenticate(body, tag, words);
  if (fits >= 0 && in_place != nullptr) {
    Crypt(in_place, body.size(), header, words[static_cast<size_t>(fits)]);
  }
  return fits;
}

}  // namespace mediad::srtp

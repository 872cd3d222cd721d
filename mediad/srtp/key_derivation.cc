#include "mediad/srtp/key_derivation.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <span>

#include "mediad/srtp/aes_cm.h"

namespace mediad::srtp {

SessionKeys::~SessionKeys() { OPENSSL_cleanse(this, sizeof(*this)); }

bool DeriveSessionKeys(std::string_view key, std::string_view salt, Protocol protocol,
                       SessionKeys* keys) {
  const CipherContext cipher =
      NewAesEcb({reinterpret_cast<const uint8_t*>(key.data()), key.size()});
  if (cipher == nullptr || salt.size() > 14) return false;
  const auto derive = [&](uint8_t label, std::span<uint8_t> target) {
    uint8_t iv[16] = {};
    std::copy(salt.begin(), salt.end(), iv);  // a salt of 96 bits is filled up with zeros
    iv[7] ^= label;                           // key_id; index DIV rate is 0
    std::fill(target.begin(), target.end(), 0);
    AesCmXor(cipher.get(), iv, target.data(), target.size());
  };
  const uint8_t first = protocol == Protocol::kSrtp ? 0 : 3;
  derive(first, {keys->cipher.data(), key.size()});
  derive(static_cast<uint8_t>(first + 1), keys->authentication);
  derive(static_cast<uint8_t>(first + 2), {keys->salt.data(), salt.size()});
  return true;
}

}  // namespace mediad::srtp

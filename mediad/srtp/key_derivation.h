// Session keys from master keys: RFC 3711 §4.3, RFC 6188 §3, RFC 7714 §11. The key derivation rate
// is 0, so keys are derived once. Pure; any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace mediad::srtp {

enum class Protocol : uint8_t { kSrtp, kSrtcp };

// Erased when it goes.
struct SessionKeys {
  std::array<uint8_t, 32> cipher = {};  // as much of it as the master key is long
  std::array<uint8_t, 20> authentication = {};
  std::array<uint8_t, 14> salt = {};  // as much as the master salt is long
  ~SessionKeys();
};

// `key` is 16, 24 or 32 octets, `salt` at most 14. False: OpenSSL refuses.
bool DeriveSessionKeys(std::string_view key, std::string_view salt, Protocol protocol,
                       SessionKeys* keys);

}  // namespace mediad::srtp

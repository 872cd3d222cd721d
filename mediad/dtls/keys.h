// SRTP protection profiles and the keys that a handshake exports for them (RFC 5764 §4.1, §4.2;
// RFC 7714 §14.2).
// 7714 §14.2).
//
// No packets are protected here. Values; any thread.
#pragma once

#include <openssl/ssl.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace mediad::dtls {

struct Profile {
  unsigned long id;       // RFC 5764 §4.1.2, RFC 7714 §14.2
  std::string_view name;  // as the library spells it
  std::string_view
      suite;   // IANA name of the same transforms in SDP (RFC 4568), as SrtpKey.suite has it
  size_t key;  // octets
  size_t salt;
};

// All of them, in the order in which they are offered.
inline constexpr size_t kProfileCount = 4;
extern const std::array<Profile, kProfileCount> kProfiles;
inline constexpr std::string_view kAllProfiles =
    "SRTP_AEAD_AES_256_GCM:SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80:SRTP_AES128_CM_SHA1_32";

// One direction's master key. Wiped when destroyed or assigned to. Never printed.
class MasterKey {
 public:
  MasterKey() = default;
  MasterKey(std::span<const uint8_t> key, std::span<const uint8_t> salt);
  MasterKey(const MasterKey&) = default;
  MasterKey& operator=(const MasterKey&) = default;
  ~MasterKey();

  std::span<const uint8_t> key() const { return {octets_.data(), key_length_}; }
  std::span<const uint8_t> salt() const { return {octets_.data() + kMaxKey, salt_length_}; }

 private:
  static constexpr size_t kMaxKey = 32;
  static constexpr size_t kMaxSalt = 14;
  std::array<uint8_t, kMaxKey + kMaxSalt> octets_{};
  size_t key_length_ = 0;
  size_t salt_length_ = 0;
};

struct Keys {
  std::string_view suite;  // Profile::suite
  MasterKey receive;       // protects what the peer sends
  MasterKey send;          // protects what we send
};

// Of a completed handshake. nullopt: no profile was agreed on, or the exporter failed.
std::optional<Keys> ExportKeys(SSL* ssl, bool client);

}  // namespace mediad::dtls

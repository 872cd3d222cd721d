#include "mediad/dtls/keys.h"

#include <openssl/crypto.h>
#include <openssl/srtp.h>

#include <algorithm>

namespace mediad::dtls {

const std::array<Profile, kProfileCount> kProfiles = {{
    {SRTP_AEAD_AES_256_GCM, "SRTP_AEAD_AES_256_GCM", "AEAD_AES_256_GCM", 32, 12},
    {SRTP_AEAD_AES_128_GCM, "SRTP_AEAD_AES_128_GCM", "AEAD_AES_128_GCM", 16, 12},
    {SRTP_AES128_CM_SHA1_80, "SRTP_AES128_CM_SHA1_80", "AES_CM_128_HMAC_SHA1_80", 16, 14},
    {SRTP_AES128_CM_SHA1_32, "SRTP_AES128_CM_SHA1_32", "AES_CM_128_HMAC_SHA1_32", 16, 14},
}};

MasterKey::MasterKey(std::span<const uint8_t> key, std::span<const uint8_t> salt)
    : key_length_(std::min(key.size(), kMaxKey)), salt_length_(std::min(salt.size(), kMaxSalt)) {
  std::copy_n(key.begin(), key_length_, octets_.begin());
  std::copy_n(salt.begin(), salt_length_, octets_.begin() + kMaxKey);
}

MasterKey::~MasterKey() { OPENSSL_cleanse(octets_.data(), octets_.size()); }

std::optional<Keys> ExportKeys(SSL* ssl, bool client) {
  const SRTP_PROTECTION_PROFILE* const selected = SSL_get_selected_srtp_profile(ssl);
  if (selected == nullptr) return std::nullopt;
  const auto profile = std::find_if(kProfiles.begin(), kProfiles.end(),
                                    [&](const Profile& p) { return p.id == selected->id; });
  if (profile == kProfiles.end()) return std::nullopt;

  constexpr std::string_view kLabel = "EXTRACTOR-dtls_srtp";
  std::array<uint8_t, 2 * (32 + 14)> material;
  const size_t length = 2 * (profile->key + profile->salt);
  if (SSL_export_keying_material(ssl, material.data(), length, kLabel.data(), kLabel.size(),
                                 nullptr, 0, 0) != 1)
    return std::nullopt;

  // Client key, server key, client salt, server salt.
  const std::span<const uint8_t> octets(material.data(), length);
  const auto salts = octets.subspan(2 * profile->key);
  const MasterKey of_client(octets.first(profile->key), salts.first(profile->salt));
  const MasterKey of_server(octets.subspan(profile->key, profile->key),
                            salts.subspan(profile->salt));
  OPENSSL_cleanse(material.data(), material.size());
  return client ? Keys{profile->suite, of_server, of_client}
                : Keys{profile->suite, of_client, of_server};
}

}  // namespace mediad::dtls

// The caller that speaks SRTP: its line of SDP, and its packets. One key for all calls, written down here: nothing that it
// protects is secret. With libsrtp2, because load generators know no code of ours.
#pragma once

#include <srtp2/srtp.h>

#include <cstdint>
#include <span>

#include "tools/bench/command_line.h"

namespace bench {

inline constexpr char kCallersKeyLine[] =
    "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:YmVuY2gtYmVuY2gtYmVuY2gtYmVuY2gtYmVuY2gt\r\n";
inline constexpr char kCallersKey[] = "bench-bench-bench-bench-bench-";  // and salt: 30 octets
inline constexpr size_t kSrtpTag = 10;

class SrtpCaller {
 public:
  SrtpCaller() {
    srtp_policy_t policy{};
    srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtp);
    srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtcp);
    policy.ssrc.type = ssrc_any_outbound;
    unsigned char key[sizeof kCallersKey - 1];
    std::copy(kCallersKey, kCallersKey + sizeof key, key);
    policy.key = key;
    if (srtp_create(&session_, &policy) != srtp_err_status_ok) Die("libsrtp2 does not start");
  }
  ~SrtpCaller() { srtp_dealloc(session_); }
  SrtpCaller(const SrtpCaller&) = delete;
  SrtpCaller& operator=(const SrtpCaller&) = delete;

  // `packet` has room for SRTP_MAX_TRAILER_LEN octets behind `size`. Returns the size of what is to be sent.
  size_t Protect(std::span<uint8_t> packet, size_t size) {
    int length = static_cast<int>(size);
    if (srtp_protect(session_, packet.data(), &length) != srtp_err_status_ok) Die("srtp_protect");
    return static_cast<size_t>(length);
  }

 private:
  srtp_t session_ = nullptr;
};

}  // namespace bench

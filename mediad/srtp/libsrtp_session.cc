#include "mediad/srtp/libsrtp_session.h"

#include <openssl/crypto.h>

#include <cstring>
#include <string>

#include "mediad/srtp/layout.h"
#include "mediad/srtp/replay_window.h"
#include "proto/base/text.h"

namespace mediad::srtp {
namespace {

using media::SrtpCipher;

// False: libsrtp2 does not have the suite, or derives the keys of AES_192_CM with AES-256.
bool SetCipher(const media::SrtpSuite& suite, srtp_crypto_policy_t* rtp,
               srtp_crypto_policy_t* rtcp) {
  if (suite.cipher == SrtpCipher::kNull) {
    srtp_crypto_policy_set_null_cipher_hmac_sha1_80(rtp);
  } else if (suite.cipher == SrtpCipher::kAesGcm) {
    suite.key_size == 32 ? srtp_crypto_policy_set_aes_gcm_256_16_auth(rtp)
                         : srtp_crypto_policy_set_aes_gcm_128_16_auth(rtp);
  } else if (suite.cipher == SrtpCipher::kAesF8 || suite.key_size == 24) {
    return false;
  } else if (suite.key_size == 32) {
    srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80(rtp);
  } else {
    srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(rtp);
  }
  *rtcp = *rtp;
  rtp->auth_tag_len = suite.srtp_tag_size;
  return true;
}

srtp_sec_serv_t Services(srtp_sec_serv_t services, bool unencrypted, bool unauthenticated) {
  int bits = services;
  if (unencrypted) bits &= ~sec_serv_conf;
  if (unauthenticated) bits &= ~sec_serv_auth;
  return static_cast<srtp_sec_serv_t>(bits);
}

Result FromStatus(srtp_err_status_t status) {
  switch (status) {
    case srtp_err_status_ok:
      return Result::kOk;
    case srtp_err_status_replay_fail:
    case srtp_err_status_replay_old:
      return Result::kReplay;
    case srtp_err_status_auth_fail:
      return Result::kAuthentication;
    case srtp_err_status_key_expired:
      return Result::kExhausted;
    default:
      return Result::kMalformed;
  }
}

}  // namespace

LibsrtpSession::~LibsrtpSession() {
  if (session_ != nullptr) srtp_dealloc(session_);
}

absl::StatusOr<std::unique_ptr<LibsrtpSession>> LibsrtpSession::Create(const Parameters& parameters,
                                                                       bool sender) {
  static const srtp_err_status_t initialised = srtp_init();
  if (initialised != srtp_err_status_ok)
    return absl::InternalError("SRTP: libsrtp2 does not start");
  srtp_policy_t policy = {};
  if (!parameters.mki.empty() || !SetCipher(*parameters.suite, &policy.rtp, &policy.rtcp)) {
    return absl::UnimplementedError(base::StrCat("SRTP: libsrtp2 has no ", parameters.suite->name,
                                                 parameters.mki.empty() ? "" : " with our MKI"));
  }
  policy.rtp.sec_serv =
      Services(policy.rtp.sec_serv, parameters.unencrypted_srtp, parameters.unauthenticated_srtp);
  policy.rtcp.sec_serv = Services(policy.rtcp.sec_serv, parameters.unencrypted_srtcp, false);
  if (parameters.unauthenticated_srtp) policy.rtp.auth_tag_len = 0;  // it would be cut off
  policy.ssrc.type = sender ? ssrc_any_outbound : ssrc_any_inbound;
  std::string key = parameters.key + parameters.salt;
  policy.key = reinterpret_cast<unsigned char*>(key.data());
  policy.window_size = ReplayWindow::kSize;
  policy.allow_repeat_tx = 1;
  std::unique_ptr<LibsrtpSession> session(new LibsrtpSession);
  const srtp_err_status_t status = srtp_create(&session->session_, &policy);
  OPENSSL_cleanse(key.data(), key.size());
  if (status != srtp_err_status_ok) {
    session->session_ = nullptr;
    return absl::UnimplementedError(
        base::StrCat("SRTP: libsrtp2 refuses ", parameters.suite->name, ", ", int{status}));
  }
  session->scratch_.resize((kMaxPacket + kMaxOverhead) / 4 + 1);
  return session;
}

Result LibsrtpSession::Unprotect(Function function, std::span<const uint8_t> packet,
                                 uint8_t* in_place, size_t* size) {
  if (packet.size() > kMaxPacket) return Result::kMalformed;
  int length = static_cast<int>(packet.size());
  std::memcpy(scratch_.data(), packet.data(), packet.size());
  const Result result = FromStatus(function(session_, scratch_.data(), &length));
  if (result != Result::kOk) return result;
  *size = static_cast<size_t>(length);
  if (in_place != nullptr) std::memcpy(in_place, scratch_.data(), *size);
  return Result::kOk;
}

Result LibsrtpSession::Protect(Function function, std::span<uint8_t> buffer, size_t* size) {
  if (*size > buffer.size() || *size > kMaxPacket) return Result::kMalformed;
  if (buffer.size() - *size < SRTP_MAX_TAG_LEN + 4) return Result::kNoRoom;
  int length = static_cast<int>(*size);
  std::memcpy(scratch_.data(), buffer.data(), *size);
  const Result result = FromStatus(function(session_, scratch_.data(), &length));
  if (result != Result::kOk) return result;
  *size = static_cast<size_t>(length);
  std::memcpy(buffer.data(), scratch_.data(), *size);
  return Result::kOk;
}

Result LibsrtpSession::UnprotectRtp(std::span<const uint8_t> packet, uint8_t* in_place,
                                    size_t* size) {
  if (RtpHeaderSize(packet) == 0) return Result::kMalformed;
  return Unprotect(srtp_unprotect, packet, in_place, size);
}

Result LibsrtpSession::UnprotectRtcp(std::span<const uint8_t> packet, uint8_t* in_place,
                                     size_t* size) {
  if (!IsRtcp(packet)) return Result::kMalformed;
  return Unprotect(srtp_unprotect_rtcp, packet, in_place, size);
}

Result LibsrtpSession::ProtectRtp(std::span<uint8_t> buffer, size_t* size) {
  if (*size > buffer.size() || RtpHeaderSize(buffer.first(*size)) == 0) return Result::kMalformed;
  return Protect(srtp_protect, buffer, size);
}

Result LibsrtpSession::ProtectRtcp(std::span<uint8_t> buffer, size_t* size) {
  if (*size > buffer.size() || !IsRtcp(buffer.first(*size))) return Result::kMalformed;
  return Protect(srtp_protect_rtcp, buffer, size);
}

}  // namespace mediad::srtp

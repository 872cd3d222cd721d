#include "mediad/offload/flow.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "kmod/uapi/rtpengine.h"

namespace mediad::offload {

uint32_t SuiteNumber(const srtp::Parameters& parameters) {
  static constexpr std::pair<std::string_view, uint32_t> kSuites[] = {
      {"AES_CM_128_HMAC_SHA1_80", RTPENGINE_SRTP_AES_CM_128_HMAC_SHA1_80},
      {"AES_CM_128_HMAC_SHA1_32", RTPENGINE_SRTP_AES_CM_128_HMAC_SHA1_32},
      {"AES_192_CM_HMAC_SHA1_80", RTPENGINE_SRTP_AES_192_CM_HMAC_SHA1_80},
      {"AES_192_CM_HMAC_SHA1_32", RTPENGINE_SRTP_AES_192_CM_HMAC_SHA1_32},
      {"AES_256_CM_HMAC_SHA1_80", RTPENGINE_SRTP_AES_256_CM_HMAC_SHA1_80},
      {"AES_256_CM_HMAC_SHA1_32", RTPENGINE_SRTP_AES_256_CM_HMAC_SHA1_32},
      {"AEAD_AES_128_GCM", RTPENGINE_SRTP_AEAD_AES_128_GCM},
      {"AEAD_AES_256_GCM", RTPENGINE_SRTP_AEAD_AES_256_GCM},
      {"NULL_HMAC_SHA1_80", RTPENGINE_SRTP_NULL_HMAC_SHA1_80},
      {"NULL_HMAC_SHA1_32", RTPENGINE_SRTP_NULL_HMAC_SHA1_32},
  };
  if (parameters.mki.size() > RTPENGINE_MAX_MKI || parameters.unauthenticated_srtp) return RTPENGINE_SRTP_NONE;
  for (const auto& [name, number] : kSuites) {
    if (parameters.suite->name == name) return number;
  }
  return RTPENGINE_SRTP_NONE;
}

bool Holds(const Flow& flow, session::MediaIndex media) {
  if (flow.members.size() == 1) return true;
  return std::any_of(flow.payloads.begin(), flow.payloads.end(),
                     [media](const FlowPayload& payload) { return payload.media == media && !payload.up; });
}

session::MediaIndex OwnerOf(const Flow& flow, uint8_t payload_type) {
  if (flow.members.size() > 1) {
    for (const FlowPayload& payload : flow.payloads) {
      if (payload.type == payload_type && payload.media != session::kNoMedia) return payload.media;
    }
  }
  return flow.media;
}

// FNV-1a: the same in every process, and nobody gains by a collision: the port has to fit as well.
uint64_t SessionMark(std::string_view owner, std::string_view id) {
  uint64_t hash = 0xcbf29ce484222325;
  const auto add = [&hash](std::string_view text) {
    for (const char octet : text) {
      hash = (hash ^ static_cast<uint8_t>(octet)) * 0x100000001b3;
    }
    hash = (hash ^ 0x100) * 0x100000001b3;
  };
  add(owner);
  add(id);
  return hash;
}

}  // namespace mediad::offload

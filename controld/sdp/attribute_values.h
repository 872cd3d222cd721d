// The values of attributes that have a grammar of their own: text in, value or nullopt out. Which
// attribute goes where in the model is parse_attributes.cc's. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "controld/sdp/session_description.h"

namespace controld::sdp {

// "<payload type> <rest>", both present: rtpmap, fmtp, rtcp-fb.
struct PayloadValue {
  int payload_type = 0;
  std::string_view rest;
};
std::optional<PayloadValue> ReadPayloadValue(std::string_view value);

// "opus/48000/2" (RFC 8866 §6.6). The rate is required, channels default to one.
struct Encoding {
  std::string_view name;
  uint32_t clock_rate = 0;
  uint32_t channels = 1;
};
std::optional<Encoding> ReadEncoding(std::string_view text);

// ptime, maxptime: decimals are cut off; 0 is none, and so is text.
int ReadPacketTime(std::string_view value);

// RFC 3605. Port 0 says nothing about where RTCP goes, nor does an unspecified address (WebRTC
// writes "9 IN IP4 0.0.0.0" whatever its candidates): both count as not given.
std::optional<RtcpAttribute> ReadRtcpValue(std::string_view value);

// RFC 8285. "/direction" and extension parameters are dropped.
std::optional<Extmap> ReadExtmapValue(std::string_view value);

// "sha-256 46:EE:…" (RFC 8122): a hash we know, and as many octets as it has.
bool IsFingerprint(std::string_view value);

// Has the words every candidate has, up to "typ <type>" (RFC 8839 §5.1).
bool IsCandidate(std::string_view value);

// Has tag, suite and key parameters (RFC 4568). What is in them is SDES' business.
bool IsCrypto(std::string_view value);

}  // namespace controld::sdp

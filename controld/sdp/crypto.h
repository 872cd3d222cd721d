// The value of a=crypto (RFC 4568 §9.1): tag, suite, one inline key, session parameters. Text in,
// value out, and back. Which line is offered or chosen is negotiate/sdes.h's. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "proto/media/srtp_suite.h"

namespace controld::sdp {

// Master key identifiers beyond this many octets are not valid.
inline constexpr size_t kMaxMkiSize = 128;

struct Crypto {
  uint32_t tag = 0;
  const media::SrtpSuite* suite = nullptr;  // one of kSrtpSuites
  std::string key, salt;                    // as long as the suite wants them
  std::string mki;                          // network byte order; empty: none
  bool unencrypted_srtp = false, unencrypted_srtcp = false, unauthenticated_srtp = false;
};

// Nothing when the tag is no number, the suite unknown, the key not inline, not base64 or of
// another length, or the MKI too long or too large. Padding may be missing; of several keys the
// first counts; a lifetime and unknown session parameters are passed over.
std::optional<Crypto> ReadCrypto(std::string_view value);

struct CryptoForm {
  bool padding = false;   // base64 with '='
  bool lifetime = false;  // |2^31
};

// "inline:…" with what belongs to the key, and the session parameters, each with a blank before it.
std::string KeyParameters(const Crypto& crypto, CryptoForm form);
std::string SessionParameters(const Crypto& crypto);

}  // namespace controld::sdp

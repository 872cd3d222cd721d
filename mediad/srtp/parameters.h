// What an SRTP direction is made of, and what can become of a packet. Values; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "proto/media/srtp_suite.h"

namespace mediad::srtp {

// Session parameters of RFC 4568 §6.3. AEAD suites always authenticate: with them
// unauthenticated_srtp is refused.
struct Parameters {
  const media::SrtpSuite* suite = nullptr;
  std::string key;  // master key and salt, exactly as long as the suite says
  std::string salt;
  // Sender: appended to every packet. Receiver: its length is cut off, its value is not compared,
  // for there is one key. At most kMaxMki octets; empty: none.
  std::string mki;
  bool unencrypted_srtp = false;
  bool unencrypted_srtcp = false;  // a receiver goes by the E-bit of each packet
  bool unauthenticated_srtp = false;

  bool operator==(const Parameters&) const = default;
};

enum class Result : uint8_t {
  kOk,
  kAuthentication,  // the tag does not fit: wrong key, damaged, or a roll-over counter out of reach
  kReplay,          // received before, or too old to know; not necessarily authentic
  kMalformed,       // not RTP (RTCP) with tag, MKI and index; nothing was computed
  kNoRoom,          // sender: the buffer does not take kMaxOverhead or what is really needed
  kExhausted,       // sender: all indices of this SSRC are used, the key must be changed
};

enum class Backend : uint8_t {
  kAuto,     // kOpenssl, which has every suite
  kOpenssl,  // our implementation
  kLibsrtp,  // the oracle of the tests: has no F8, AES_192_CM, MKI, import; libsrtp_session.h
};

inline constexpr size_t kMaxMki = 128;
inline constexpr size_t kMaxTag = 16;
// What protection adds to a packet at most: tag, MKI and the index of SRTCP.
inline constexpr size_t kMaxOverhead = kMaxTag + kMaxMki + 4;
inline constexpr size_t kMaxPacket = 65535;
// SSRCs known at a time in one direction. A further one replaces the one unused for the longest
// time, when its first packet is authentic; the evicted starts anew at ROC 0 if it comes back.
inline constexpr size_t kMaxStreams = 64;

// What must survive a restart for an SSRC to be understood (RFC 3711 §3.2.1).
struct StreamState {
  uint32_t ssrc = 0;
  bool has_rtp = false;
  uint32_t roc = 0;  // with `sequence` the highest index
  uint16_t sequence = 0;
  bool has_rtcp = false;
  uint32_t rtcp_index = 0;  // receiver: the highest received; sender: the next to be used

  bool operator==(const StreamState&) const = default;
};

}  // namespace mediad::srtp

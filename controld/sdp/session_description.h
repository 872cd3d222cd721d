// The model of a received session description (RFC 8866), as far as a media proxy needs it: what is
// consumed is parsed, what is passed through is kept as text in its order (sdp-rewriting.md §1).
//
// Parse() is in parse.h. All text members are copies; the model owns everything. No ports of ours,
// no name resolution, no policy here. Plain values: any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/base/endpoint.h"

namespace controld::sdp {

enum class MediaType : uint8_t { kAudio, kVideo, kText, kApplication, kMessage, kImage, kOther };
std::string_view MediaTypeName(MediaType type);  // "audio" …, "other"

enum class Direction : uint8_t { kSendrecv, kSendonly, kRecvonly, kInactive };
std::string_view DirectionName(Direction direction);

struct Origin {
  std::string username;
  std::string session_id;  // as received: it is compared and printed, never counted with
  uint64_t version = 0;    // letters read as 0, "-1" wraps around
  std::string net_type;    // always "IN"
  std::string address_type, address;  // opaque text
};

struct Bandwidth {  // -1 = absent
  int64_t as = -1, rr = -1, rs = -1, ct = -1, tias = -1;
};

// An a= line that is neither consumed nor re-generated. Session or section level, in order.
struct Attribute {
  std::string name;
  std::string value;       // after the colon; has_value tells "a=x" from "a=x:"
  bool has_value = false;
};

struct Codec {              // one payload type of an m= line, in order of the format list
  int payload_type = 0;
  std::string name;         // as received, else by the static table (RFC 3551); empty = unknown
  uint32_t clock_rate = 0;
  uint32_t channels = 1;
  std::optional<std::string> fmtp;
  std::vector<std::string> rtcp_fb;  // values after "rtcp-fb:<pt> "
};

struct Extmap { uint32_t id = 0; std::string uri; };

// Port 0 drops the attribute. The address is invalid when there is none, or only 0.0.0.0 or ::.
struct RtcpAttribute { uint32_t port = 0; base::IpAddress address; };

struct MediaSection {
  MediaType type = MediaType::kOther;
  std::string type_text;    // as received
  size_t position = 0;      // among the m= lines of the body
  uint32_t port = 0;
  uint32_t port_count = 1;
  std::string protocol;     // as received
  std::string formats;      // format list as received, trailing blanks removed
  std::optional<std::string> title;              // i=
  std::optional<base::IpAddress> connection;     // c= of the section
  Bandwidth bandwidth;
  std::string mid, label;
  bool has_label = false;
  std::vector<Codec> codecs;   // RTP protocols only
  bool bad_payload_type = false;  // an RTP format that is not a number 0-127
  std::optional<Direction> direction_text;  // the attribute literally in this section, the last one
  // Every restricting keyword this section has, for the lookup rule of EffectiveDirection.
  bool has_recvonly = false, has_sendonly = false, has_inactive = false;
  bool has_sendrecv = false;  // said, not implied; only for original-sendrecv
  std::optional<RtcpAttribute> rtcp;
  bool rtcp_mux = false;
  int ptime = 0, maxptime = 0;
  std::vector<Extmap> extmap;
  bool extmap_allow_mixed = false;
  // SDES, DTLS, ICE: raw values, for the secure-media work.
  std::vector<std::string> crypto, fingerprint, candidates, remote_candidates;
  std::string setup, tls_id, ice_ufrag, ice_pwd, ice_options;
  bool end_of_candidates = false;
  // Not parsed: the plain twin of this section that OSRTP=accept-legacy took out of the body.
  struct LegacyTwin { std::string protocol, formats; bool first = false; };
  std::optional<LegacyTwin> legacy_pair;
  // Pass-through, in order. Sections that are not proxied as RTP (IsRtp() false, or type message)
  // are opaque to us: there it holds every attribute but mid and label, direction and extmap too.
  std::vector<Attribute> attributes;
};

// A body with several v= lines gives one description: sections of all sessions appended, and what a
// session hands down (c=, direction, setup, ICE, extmap) already copied into its own sections.
struct SessionDescription {
  std::optional<Origin> origin;
  std::string name;                    // s=
  std::optional<std::string> information, uri, email, phone;
  std::string timing;                  // "0 0" when absent or empty
  Bandwidth bandwidth;
  std::optional<base::IpAddress> connection;
  std::optional<Direction> direction_text;  // literal session-level attribute, the last one
  // Session-level forms that media sections inherit (looked up "media then session").
  std::string setup, tls_id, ice_ufrag, ice_pwd, ice_options;
  std::vector<std::string> fingerprint, candidates;
  std::vector<Extmap> extmap;
  bool extmap_allow_mixed = false;
  bool ice_lite = false;
  std::vector<std::string> groups;     // values of a=group
  std::string rtpengine_id;            // a=rtpengine (loop detection)
  std::vector<Attribute> attributes;   // pass-through
  std::vector<MediaSection> media;
  // Direction keywords at session level, for the lookup rule of §1.1: recvonly, then sendonly,
  // then inactive, each in the section and then in the session.
  bool has_recvonly = false, has_sendonly = false, has_inactive = false;
  bool has_sendrecv = false;
};

// The direction of a section by the lookup rule of sdp-rewriting.md §1.1 (default sendrecv).
Direction EffectiveDirection(const SessionDescription& session, const MediaSection& media);

// RTP/AVP … in canonical spelling if `text` names a known protocol in any case; empty otherwise.
std::string_view CanonicalProtocol(std::string_view text);
bool IsRtp(std::string_view canonical_protocol);

}  // namespace controld::sdp

// What a session holds: plain data, without behaviour. The rules are in session.cc (packets), apply.cc
// (commands), liveness.cc (silence) and statistics.cc (reports).
//
// Kept small: a call is two media of two streams each, and a worker holds tens of thousands of calls. What
// few calls need (drops, quality, several routes) lives in vectors that start empty. One thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "mediad/rtcp/report_generator.h"
#include "mediad/rtp/egress_tracker.h"
#include "mediad/rtp/header_extensions.h"
#include "mediad/rtp/ingress_tracker.h"
#include "mediad/rtp/payload.h"
#include "mediad/rtp/telephone_event.h"
#include "mediad/session/explain.h"
#include "mediad/session/learner.h"
#include "mediad/session/loop_guard.h"
#include "mediad/session/offload_notes.h"
#include "proto/base/endpoint.h"

namespace mediad::session {

// Position of a socket in the session: port sets in the order of the specification, ports ascending.
using SocketIndex = uint16_t;
inline constexpr SocketIndex kNoSocket = 0xffff;
using MediaIndex = uint16_t;
inline constexpr MediaIndex kNoMedia = 0xffff;

// Limits of one session; a specification beyond them is refused with LIMIT.
inline constexpr size_t kMaxSockets = 2048;
inline constexpr size_t kMaxMedia = 512;
inline constexpr size_t kMaxRoutesFrom = 32;    // copies of one packet
inline constexpr size_t kMaxRoutes = 4096;
inline constexpr size_t kMaxPortPairs = 16;
inline constexpr size_t kMaxIdOctets = 8192;

struct Traffic {
  uint64_t packets = 0;
  uint64_t bytes = 0;
  uint64_t errors = 0;

  void Count(size_t size) {
    ++packets;
    bytes += size;
  }
};

// One component of a media: RTP or RTCP of one port pair. With RTCP multiplexed the RTCP stream idles and
// both kinds are accounted for on the RTP stream.
struct Stream {
  Learner peer;
  Traffic ingress;
  Traffic egress;
  uint64_t forwarded = 0;               // packets from this stream that reached at least one sink
  int64_t first_packet_unix_ms = 0;     // 0 = none ever
  int64_t last_packet_unix_ms = 0;
  std::chrono::nanoseconds last_activity{0};  // monotonic, of the last valid packet; 0 = none
  base::Endpoint last_source;
  SocketIndex socket = kNoSocket;       // of the current port set: what is sent leaves from here
  uint8_t received_tos = 0;
  int64_t last_strict_log_unix_s = 0;   // lines and events that a sender could cause with each packet:
  int64_t last_change_unix_s = 0;       // at most one a second
  Explanation explanation;
  std::unique_ptr<LoopGuard> loop_guard;  // once something came from one of our own addresses
  std::unique_ptr<OffloadNotes> offload;  // null: there is no kernel table
};

struct Route {
  MediaIndex to = kNoMedia;
  bool block_rtp = false;
  bool silence_rtp = false;
  bool block_dtmf = false;
};

struct CodecEntry {
  uint8_t payload_type = 0;
  rtp::PayloadKind kind = rtp::PayloadKind::kOther;
  uint16_t min_payload = 0;       // octets; 0 = any
  uint32_t clock_rate = 0;
};

// Numbers of rtpengine.v1.Liveness.
enum class Liveness : uint8_t { kNone = 0, kChecked = 1, kSilent = 2, kUnanswered = 3 };

class BundleDemultiplexer;
class IcePassage;
class SecureLeg;

struct Media {
  Media();
  Media(Media&&) noexcept;
  Media& operator=(Media&&) noexcept;
  ~Media();

  // What every packet needs stands first and close together: between two packets of a media, many others' have
  // been through the cache.
  uint32_t id = 0;
  uint32_t port_set = 0;
  LearnPolicy policy;
  bool opaque = false;            // transport OPAQUE: no RTP, datagrams pass as they are
  bool rtcp_mux = false;
  bool sends = false;
  bool receives = false;
  bool muted = false;             // legacy hold: nothing is sent to it
  bool pierce_nat = false;
  bool nat_wait = false;
  bool feedback_filter = false;
  bool block_short = false;       // some codec has a least payload
  bool mirror_rtcp = false;       // its RTCP goes even to who gets reports of ours
  uint8_t tos = 0;
  Liveness liveness = Liveness::kNone;
  uint32_t idle_limit_s = 0;
  uint32_t idle_limit_active_s = 0;
  // Whose sockets, keys and addresses it uses: its own position, or that of its bundle's head.
  MediaIndex carrier = kNoMedia;
  bool moved = false;             // the last Apply brought another RTP endpoint for a known one
  bool verbatim = false;          // every receiver has its key: SRTP is checked and passes as it is
  uint8_t mid_extension = 0;      // of `mid`, in each packet for the party; 0: none
  std::vector<Stream> streams;    // RTP and RTCP of the first port pair, of the second, …
  std::vector<Route> routes;
  std::vector<CodecEntry> codecs; // what the party may send
  std::unique_ptr<SecureLeg> leg; // SRTP, ICE; null: plain, or carried by another media
  std::unique_ptr<IcePassage> passage;  // ICE is between the parties; null: it is not
  std::unique_ptr<BundleDemultiplexer> bundle;  // of the head of a bundle of several
  rtp::IngressTracker ingress;
  rtp::EgressTracker egress;
  std::unique_ptr<rtcp::ReportGenerator> reports;  // of our own, to the party; null: none
  std::unique_ptr<rtp::TelephoneEventReader> events;  // null: nobody wants to know of its DTMF
  // Not every packet.
  rtp::ExtensionIds strip_extensions;              // cut out of what the party sends
  std::string label;              // "<tag>/<index>"
  std::string mid;                // what the party tells media of a bundle apart by
};

// One bound port and whose it is.
struct LocalSocket {
  base::Endpoint local;
  MediaIndex media = kNoMedia;    // kNoMedia: open, but nobody uses it
  uint8_t stream = 0;             // index in Media::streams
  bool late = false;              // of an earlier port set: accepted from, never sent from
  bool further = false;           // on another local address, for ICE: sent from when ICE selects it
  uint8_t tos = 0;                // for what is sent
};

}  // namespace mediad::session

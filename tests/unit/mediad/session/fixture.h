// Shared by the session tests: a call between A (198.51.100.1:4000) and B (198.51.100.2:5000) with one audio
// section, packets of theirs, and a virtual clock.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "mediad/session/session.h"
#include "mediad/session/validate.h"

namespace mediad::session::testing {

namespace v1 = rtpengine::v1;
using Bytes = std::vector<uint8_t>;

inline base::Endpoint At(const std::string& text) { return *base::Endpoint::Parse(text); }

inline void SetEndpoint(const std::string& text, v1::Endpoint* endpoint) {
  endpoint->set_address(At(text).address.ToBytes());
  endpoint->set_port(At(text).port);
}

inline Bytes Rtp(uint8_t payload_type, uint16_t sequence, uint32_t ssrc, size_t payload = 160) {
  Bytes packet(12 + payload, 0x55);
  const uint32_t timestamp = sequence * 160u;
  packet[0] = 0x80;
  packet[1] = payload_type;
  packet[2] = static_cast<uint8_t>(sequence >> 8);
  packet[3] = static_cast<uint8_t>(sequence);
  for (size_t i = 0; i < 4; ++i) {
    packet[4 + i] = static_cast<uint8_t>(timestamp >> (24 - 8 * i));
    packet[8 + i] = static_cast<uint8_t>(ssrc >> (24 - 8 * i));
  }
  return packet;
}

// A packet without anything but its author.
inline Bytes Rtcp(uint8_t type, uint32_t ssrc) {
  Bytes packet = {0x80, type, 0, 1, 0, 0, 0, 0};
  for (size_t i = 0; i < 4; ++i) packet[4 + i] = static_cast<uint8_t>(ssrc >> (24 - 8 * i));
  return packet;
}

constexpr uint32_t kA = 1, kB = 2;  // media ids
// Sockets of the basic call, in the order of its port sets.
constexpr SocketIndex kPortA = 0, kRtcpPortA = 1, kPortB = 2, kRtcpPortB = 3;

class Call {
 public:
  // `services`: those of a session that does DTLS or ICE; used from the first Apply on.
  explicit Call(SecureServices* services = nullptr)
      : session("call", rtcp::QualityOptions(), services) {
    spec.set_id("call");
    spec.set_owner("test");
    AddParty(kA, "198.51.100.1:4000", "198.51.100.1:4001", "fa/1");
    AddParty(kB, "198.51.100.2:5000", "198.51.100.2:5001", "tb/1");
    AddRoute(kA, kB);
    AddRoute(kB, kA);
  }

  v1::Media* AddParty(uint32_t id, const std::string& rtp, const std::string& rtcp,
                      const std::string& label) {
    AddPorts(id, 2);
    v1::Media* media = spec.add_media();
    media->set_id(id);
    media->set_port_set(id);
    if (!rtp.empty()) SetEndpoint(rtp, media->mutable_rtp_remote());
    if (!rtcp.empty()) SetEndpoint(rtcp, media->mutable_rtcp_remote());
    media->set_learn(true);
    media->set_sends(true);
    media->set_receives(true);
    media->set_liveness(v1::CHECKED);
    media->set_idle_limit_s(60);
    media->set_label(label);
    v1::Codec* codec = media->add_codecs();
    codec->set_payload_type(0);
    codec->set_name("PCMU");
    codec->set_clock_rate(8000);
    return media;
  }

  void AddPorts(uint32_t id, uint32_t count) {
    v1::PortSet* set = spec.add_port_sets();
    set->set_id(id);
    set->set_family(v1::IPV4);
    set->set_count(count);
  }

  v1::Route* AddRoute(uint32_t from, uint32_t to) {
    v1::Route* route = spec.add_routes();
    route->set_from(from);
    route->set_to(to);
    return route;
  }

  v1::Media* media(uint32_t id) {
    for (v1::Media& one : *spec.mutable_media()) {
      if (one.id() == id) return &one;
    }
    return nullptr;
  }

  // Port set n is bound at 203.0.113.1, 30000 + 100 n.
  void Apply() {
    spec.set_generation(spec.generation() + 1);
    const absl::Status valid = Validate(spec);
    EXPECT_TRUE(valid.ok()) << valid;
    std::vector<BoundPortSet> bound;
    for (const v1::PortSet& set : spec.port_sets()) {
      const char* local = set.family() == v1::IPV6 ? "[2001:db8:4321::1]:1" : "203.0.113.1:1";
      base::Endpoint first = At(local);
      first.port = static_cast<uint16_t>(30000 + 100 * set.id());
      bound.push_back({set.id(), first, static_cast<uint16_t>(set.count())});
    }
    session.Apply(spec, bound, now);
  }
  // As controld does with every offer and answer.
  void Signal() {
    spec.set_signalling_epoch(spec.signalling_epoch() + 1);
    Apply();
  }

  void Pass(std::chrono::milliseconds time) {
    now.monotonic += time;
    now.unix_us += time.count() * 1000;
  }

  Drop Send(SocketIndex socket, const std::string& source, Bytes packet, uint8_t tos = 0) {
    received = std::move(packet);
    session.Prefetch(socket);
    return session.OnPacket(socket, At(source), received, tos, now, sinks.get());
  }
  // Where the last packet went, e.g. "203.0.113.1:30200 > 198.51.100.2:5000"; several are joined by " | ".
  std::string Went() const {
    std::string text;
    for (const Sink& sink : *sinks) {
      if (!text.empty()) text += " | ";
      text += session.sockets()[sink.socket].local.ToString() + " > " + sink.destination.ToString();
    }
    return text;
  }
  // The sinks refer to what was received last.
  Bytes Sent(size_t index = 0) const {
    const Sink& sink = (*sinks)[index];
    return Bytes(sink.bytes.begin(), sink.bytes.end());
  }
  // The endpoint we send RTP to.
  std::string TargetOf(uint32_t media_id) const { return Stream(media_id, false).peer.target().ToString(); }
  const session::Stream& Stream(uint32_t media_id, bool rtcp) const {
    for (const Media& one : session.media()) {
      if (one.id == media_id) return one.streams[rtcp ? 1 : 0];
    }
    ADD_FAILURE() << "no media " << media_id;
    static const session::Stream kNone;
    return kNone;
  }
  v1::SessionStatistics Statistics(bool explain = false) const {
    v1::SessionStatistics statistics;
    session.FillStatistics(explain, &statistics);
    return statistics;
  }

  v1::Session spec;
  Session session;
  base::Now now{std::chrono::hours(1), 1'700'000'000'000'000};
  Bytes received;
  std::unique_ptr<SinkList> sinks = std::make_unique<SinkList>();
};

}  // namespace mediad::session::testing

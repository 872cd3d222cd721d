// One call as the media worker sees it: sans-IO, (socket, source, packet, now) in, sinks out.
//
// A Session is built and rebuilt from a specification (rtpengine.v1.Session) and the ports the shell bound
// for it. It opens and sends nothing: the shell (../relay) receives, calls OnPacket and sends what the sink
// list says. It knows nothing of SDP, tags or NG.
//
// Owner: one relay shard; one thread. Spans in a SinkList are valid until the packet's buffer or the list is
// used again.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "mediad/rtcp/quality.h"
#include "mediad/session/leg_sockets.h"
#include "mediad/session/liveness.h"
#include "mediad/session/secure_services.h"
#include "mediad/session/sinks.h"
#include "mediad/session/state.h"
#include "mediad/stun/message.h"
#include "proto/base/clock.h"
#include "proto/base/log.h"
#include "rtpengine/v1/session.pb.h"

namespace mediad::session {

// The ports the shell bound for one port set of the specification.
struct BoundPortSet {
  uint32_t id = 0;
  base::Endpoint first;
  uint16_t count = 0;
};

// A packet taught something: the address of (media, component) was confirmed or changed.
struct PeerEvent {
  uint32_t media = 0;
  bool rtcp = false;
  base::Endpoint endpoint;
};

// ICE or DTLS came to something, or SRTP so far that a restarted process would not find its way.
struct SecureEvent {
  enum class Kind : uint8_t { kIceCompleted, kDtlsEstablished, kDtlsFailed, kSrtpProgress };

  Kind kind = Kind::kIceCompleted;
  uint32_t media = 0;
  bool rtcp = false;
  uint32_t port_set = 0;                 // kIceCompleted: of the local end
  base::Endpoint remote;                 // likewise
  rtpengine::v1::DtlsKeys keys;          // kDtlsEstablished, kSrtpProgress
  std::string reason;                    // kDtlsFailed
};

class Session {
 public:
  // `services` outlives the session; null: it can do neither DTLS nor ICE (Validate refuses them then).
  Session(std::string id, const rtcp::QualityOptions& quality, SecureServices* services = nullptr);

  // Becomes what `specification` says; what has the same ids keeps its learned state and counters.
  // `bound` lists every port set of the specification, in its order. Precondition: Validate() was ok.
  void Apply(const rtpengine::v1::Session& specification, std::span<const BoundPortSet> bound,
             const base::Now& now);

  // Takes over the media of `other`, ids raised by `offset`, with all they learned and counted. They serve
  // again from the next Apply on; until then GiveBack undoes it. Precondition: no id of ours is above offset.
  void Absorb(Session* other, uint32_t offset);
  void GiveBack(Session* other, uint32_t offset);

  // The life of a packet (architecture.md §3). Decrypts in place. Returns why it goes nowhere, kNone if it does not
  // stay here; whatever it returns, what is in `sinks` shall be sent. ≤ 150 ns without learning and encryption.
  Drop OnPacket(SocketIndex socket, const base::Endpoint& source, std::span<uint8_t> packet,
                uint8_t tos, const base::Now& now, SinkList* sinks);
  // A packet for this socket is about to be received: what it will need comes into the cache meanwhile. No more
  // than that: nothing depends on it. PrefetchTables() is for the packet before, and spares Prefetch() the waiting.
  void PrefetchTables(SocketIndex socket) const;
  void Prefetch(SocketIndex socket) const;
  // When OnTimer wants to be called (monotonic), max(): not at all. Changes in Apply, OnPacket and OnTimer.
  std::chrono::nanoseconds next_deadline() const { return next_deadline_; }
  // ICE and DTLS: what is due by now. `sinks` as above.
  void OnTimer(const base::Now& now, SinkList* sinks);
  // Once a second: makes events of how far SRTP has come.
  void NoteProgress(const base::Now& now);
  // What ICE, DTLS and SRTP came to since the last call.
  std::vector<SecureEvent> TakeSecureEvents() { return std::exchange(secure_events_, {}); }
  bool has_secure_events() const { return !secure_events_.empty(); }
  // What a sink of the last OnPacket met: the datagram could not be sent.
  void OnSendFailed(const Sink& sink, const base::Now& now);
  // A datagram longer than the buffer was cut.
  void OnTruncated(SocketIndex socket, const base::Endpoint& source, const base::Now& now);
  // Quality samples out of the last OnPacket, if any; clears them.
  std::optional<rtcp::QualitySums> TakeQuality() {
    return quality_ == nullptr ? std::nullopt : quality_->TakeSums();
  }
  // What the sequence numbers of each media came to since the last call: emit(its RTP socket, totals).
  void TakeSequenceTotals(
      absl::FunctionRef<void(SocketIndex, const rtp::SequenceTotals&)> emit);
  // Media that received RTP since `since` (monotonic).
  size_t ActiveMedia(std::chrono::nanoseconds since) const;
  // What the last OnPacket taught, if anything; clears it.
  std::optional<PeerEvent> TakeEvent();

  // After signalling and once a second: NAT-piercing packets to send. Calls emit(sink) for each.
  template <typename Emit>
  void OnTick(Emit emit);
  // Reports of our own (generate_rtcp): whether there are any to send at times, and those that are due, plain.
  bool generates_reports() const;
  void Report(std::chrono::milliseconds chance, const base::Now& now, std::span<uint8_t> buffer,
              absl::FunctionRef<void(const Sink&)> emit);
  // Whether the media timeout is reached, and by which kind of stream (config.md §4.1).
  LivenessVerdict Examine(const base::Now& now) const;

  void FillStatistics(bool explain, rtpengine::v1::SessionStatistics* statistics) const;

  const std::string& id() const { return id_; }
  // What it runs has become that of a later generation without a change.
  void set_generation(uint64_t generation) { generation_ = generation; }
  uint64_t generation() const { return generation_; }
  int64_t deadline_unix() const { return deadline_unix_; }
  const std::vector<LocalSocket>& sockets() const { return sockets_; }
  const std::vector<Media>& media() const { return media_; }
  // For ../offload, which adds what the kernel did.
  std::vector<Media>& media() { return media_; }
  bool drop_traffic() const { return drop_traffic_; }
  // Grows with whatever may make other flows wanted in the kernel: signalling, addresses, keys, first packets.
  uint64_t changes() const { return changes_; }
  void Log(base::log::Severity severity, const Media& media, uint16_t port, std::string_view text) const;

 private:
  struct Arrival;  // arrival.h
  static constexpr size_t kNoStream = ~size_t{0};

  // The steps of OnPacket, in this order.
  bool Place(SocketIndex socket, Arrival* arrival);
  void Classify(Arrival* arrival) const;
  Drop FilterSource(const Arrival& arrival);
  Drop Authenticate(Arrival* arrival);
  bool Demultiplex(Arrival* arrival);
  void Learn(const Arrival& arrival);
  void Account(const Arrival& arrival);
  void Note(const Arrival& arrival, SinkList* sinks) const;
  Drop Forward(const Arrival& arrival, SinkList* sinks);

  Drop ForwardTo(const Arrival& arrival, const Route& route, SinkList* sinks);
  // What commands hold back on this route; kNone: `bytes` is what may go.
  Drop Manipulate(const Arrival& arrival, const Route& route, SinkList* sinks,
                  std::span<const uint8_t>* bytes) const;
  // Encrypts a copy of `bytes` for `carrier`, whose component is meant. kNone: `bytes` is what may go.
  Drop Protect(bool rtcp, const Media& to, Media& carrier, size_t component, SinkList* sinks,
               std::span<const uint8_t>* bytes) const;
  // A bundling receiver that negotiated MID may drop packets without it (RFC 9143 §9.2, §15). Returns the new size.
  static size_t AddMid(const Media& to, std::span<uint8_t> buffer, size_t size);
  Drop Reject(const Arrival& arrival, Drop reason);
  Drop RejectInvalid(const Arrival& arrival);
  void AccountRtp(const Arrival& arrival);
  void AccountRtcp(const Arrival& arrival);
  // ICE and DTLS (session_secure.cc).
  Drop OnStun(const Arrival& arrival, SinkList* sinks);
  Drop OnDtls(const Arrival& arrival, SinkList* sinks);
  // ICE between the parties (session_passage.cc).
  Drop PassStun(const Arrival& arrival, SinkList* sinks);
  Drop PassRequest(const stun::MessageView& request, const Arrival& arrival, SinkList* sinks);
  Drop PassResponse(const stun::MessageView& response, const Arrival& arrival, SinkList* sinks);
  Drop FilterPassage(const Arrival& arrival);
  void FollowPassage(Media* media, size_t component, const base::Now& now);
  void AfterLeg(MediaIndex index, const base::Now& now, SinkList* sinks);
  void ReportIce(const Media& media, size_t component);
  bool FollowPath(MediaIndex index, size_t component, const base::Now& now);
  void FollowHandshake(MediaIndex index, size_t component, const base::Now& now);
  uint16_t PortOf(const Media& media, size_t component) const;  // local; 0 = none
  void FindDeadline();
  // 0 RTP, 1 RTCP: the transport that the packet came by.
  static size_t ComponentOf(const Arrival& arrival, const Media& carrier);
  static size_t StreamTo(const Arrival& arrival, const Media& carrier);
  // Media of a bundle may have fewer streams than its head.
  static Stream& StreamAt(Media& media, size_t index) {
    return media.streams[index < media.streams.size() ? index : 0];
  }
  std::optional<uint32_t> ClockRateOf(uint32_t ssrc) const;
  std::optional<Sink> ReportTo(Media* media, std::chrono::milliseconds chance, const base::Now& now,
                               std::span<uint8_t> buffer);
  bool SameFamily(SocketIndex socket, const base::Endpoint& peer) const {
    return sockets_[socket].local.address.family() == peer.address.family();
  }
  bool GoesRound(const Arrival& arrival) const;
  void LogStrictSource(const Arrival& arrival);
  void ApplyMedia(const rtpengine::v1::Media& specification, bool reopen, const base::Now& now,
                  Media* media) const;
  void ApplySockets(std::span<const BoundPortSet> bound,
                    const rtpengine::v1::Session& specification);
  enum class PortUse : uint8_t { kCurrent, kLate, kFurther };
  void AssignPorts(MediaIndex index, uint32_t port_set, PortUse use,
                   std::span<const BoundPortSet> bound);
  void ApplyRoutes(const rtpengine::v1::Session& specification);
  void ApplyCarriers(const rtpengine::v1::Session& specification);
  void ApplyLegs(const rtpengine::v1::Session& specification, std::span<const BoundPortSet> bound,
                 bool restored, const base::Now& now);
  void ApplyPassages(const rtpengine::v1::Session& specification,
                     std::span<const BoundPortSet> bound, const base::Now& now);
  // Sockets of components 0 and 1, those of the current port set first.
  std::vector<LegSocket> SocketsOf(MediaIndex index, uint32_t port_set,
                                   std::span<const BoundPortSet> bound) const;
  void FindVerbatim();
  void WarnOfFamilies() const;
  void FillCarrier(const Media& media, size_t stream, bool explain,
                   rtpengine::v1::StreamStatistics* out) const;

  std::string id_;
  rtcp::QualityOptions quality_options_;
  uint64_t generation_ = 0;
  uint64_t changes_ = 0;
  uint32_t signalling_epoch_ = 0;
  bool applied_ = false;
  bool drop_traffic_ = false;
  int64_t deadline_unix_ = 0;
  std::chrono::nanoseconds signalled_at_{0};  // monotonic; opens the learning window
  int64_t signalled_unix_ = 0;                // of the first Apply, for streams without packets
  std::vector<LocalSocket> sockets_;
  std::vector<base::IpAddress> own_addresses_;  // of sockets_, each once
  std::vector<Media> media_;
  std::unique_ptr<rtcp::QualityCollector> quality_;  // from the first RTCP on
  std::optional<PeerEvent> event_;
  SecureServices* services_;
  std::vector<SecureEvent> secure_events_;
  std::chrono::nanoseconds next_deadline_ = std::chrono::nanoseconds::max();
};

inline constexpr std::array<uint8_t, 12> kPiercingPacket = {0x80, 0x7f, 0xff, 0xff};

template <typename Emit>
void Session::OnTick(Emit emit) {
  for (Media& media : media_) {
    if (!media.pierce_nat || media.muted || media.opaque) continue;
    for (size_t i = 0; i < media.streams.size(); ++i) {
      Stream& stream = media.streams[i];
      if (media.rtcp_mux && i % 2 == 1) continue;
      if (stream.first_packet_unix_ms != 0 || stream.socket == kNoSocket) continue;
      const base::Endpoint& peer = stream.peer.advertised();
      if (!peer.valid() || !SameFamily(stream.socket, peer)) continue;
      emit(Sink{stream.socket, peer, kPiercingPacket});
      stream.egress.Count(kPiercingPacket.size());
    }
  }
}

}  // namespace mediad::session

// The packet path: see session.h. One thread; no allocation once addresses and SSRCs are known.
#include "mediad/session/session.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/numbers.h"
#include "mediad/rtcp/feedback_filter.h"
#include "mediad/rtcp/packet.h"
#include "mediad/rtp/classify.h"
#include "mediad/rtp/header.h"
#include "mediad/session/arrival.h"
#include "mediad/session/ice_passage.h"
#include "mediad/session/manipulation.h"
#include "mediad/session/secure_leg.h"
#include "proto/base/prefetch.h"
#include "proto/base/text.h"

namespace mediad::session {
namespace {

constexpr std::chrono::seconds kLearningWindow{3};

}  // namespace

Session::Session(std::string id, const rtcp::QualityOptions& quality, SecureServices* services)
    : id_(std::move(id)), quality_options_(quality), services_(services) {}

Drop Session::OnPacket(SocketIndex socket, const base::Endpoint& source, std::span<uint8_t> packet,
                       uint8_t tos, const base::Now& now, SinkList* sinks) {
  sinks->Clear();
  Arrival arrival{source, packet, packet, now, tos};
  if (!Place(socket, &arrival)) return Drop::kNoRoute;
  Classify(&arrival);
  if (!drop_traffic_) {
    if (arrival.kind == Arrival::Kind::kStun) {
      return arrival.media->passage != nullptr ? PassStun(arrival, sinks) : OnStun(arrival, sinks);
    }
    if (const Drop drop = FilterSource(arrival); drop != Drop::kNone) return drop;
    if (arrival.kind == Arrival::Kind::kDtls) return OnDtls(arrival, sinks);
    if (arrival.kind != Arrival::Kind::kInvalid) {
      if (const Drop drop = Authenticate(&arrival); drop != Drop::kNone) return drop;
    }
  }
  if (arrival.kind == Arrival::Kind::kInvalid) return RejectInvalid(arrival);
  if (!drop_traffic_ && !Demultiplex(&arrival)) return Reject(arrival, Drop::kBundleUnknown);
  if (!drop_traffic_) Learn(arrival);
  Account(arrival);
  if (!drop_traffic_) Note(arrival, sinks);
  return Forward(arrival, sinks);
  // Encryption is per sink, in ForwardTo. Sending is the shell's.
}

void Session::PrefetchTables(SocketIndex index) const {
  base::Prefetch(sockets_.data() + index, sizeof(LocalSocket));
  constexpr size_t kOfTwoParties = 2;
  for (size_t i = 0; i < media_.size() && i < kOfTwoParties; ++i) {
    base::Prefetch(&media_[i], offsetof(Media, strip_extensions));
  }
}

void Session::Prefetch(SocketIndex index) const {
  if (index >= sockets_.size() || sockets_[index].media == kNoMedia) return;
  const size_t stream = sockets_[index].stream;
  const auto prefetch = [stream](const Media& media) {
    base::Prefetch(&media, offsetof(Media, strip_extensions));
    if (stream < media.streams.size()) {
      base::Prefetch(&media.streams[stream], offsetof(Stream, last_strict_log_unix_s));
    }
  };
  const Media& media = media_[sockets_[index].media];
  prefetch(media);
  base::Prefetch(media.codecs.data(), sizeof(CodecEntry));
  media.ingress.Prefetch();
  if (media.routes.empty()) return;
  const Media& to = media_[media.routes.front().to];
  prefetch(to);
  to.egress.Prefetch();
}

bool Session::Place(SocketIndex index, Arrival* arrival) {
  if (index >= sockets_.size() || sockets_[index].media == kNoMedia) return false;
  arrival->socket_index = index;
  arrival->socket = &sockets_[index];
  arrival->media = &media_[arrival->socket->media];
  size_t stream = arrival->socket->stream;
  arrival->pair = stream / 2;
  arrival->on_rtcp_port = stream % 2 == 1;
  if (arrival->on_rtcp_port && arrival->media->rtcp_mux) {
    // Once mux is agreed the former RTCP port counts as closed; that of an earlier port set does not.
    if (!arrival->socket->late) return false;
    stream = arrival->pair * 2;
  }
  arrival->stream = arrival->path = &arrival->media->streams[stream];
  return true;
}

void Session::Classify(Arrival* arrival) const {
  using Kind = Arrival::Kind;
  if (arrival->media->opaque) {
    const bool check = arrival->media->passage != nullptr && arrival->packet.size() >= 20 &&
                       rtp::Classify(arrival->packet) == rtp::PacketKind::kStun;
    arrival->kind = check ? Kind::kStun : Kind::kOpaque;
    return;
  }
  arrival->invalid = Drop::kNotRtp;
  const SecureLeg* leg = arrival->media->leg.get();
  switch (rtp::Classify(arrival->packet)) {
    case rtp::PacketKind::kStun:
      // One octet 0 to 3 is not STUN yet; 20 octets with the magic cookie are.
      if (arrival->packet.size() >= 20) arrival->invalid = Drop::kStunUnexpected;
      if (leg != nullptr && leg->ice()) arrival->kind = Kind::kStun;
      return;
    case rtp::PacketKind::kDtls:
      arrival->invalid = Drop::kDtlsUnexpected;
      if (leg != nullptr && leg->dtls()) arrival->kind = Kind::kDtls;
      return;
    case rtp::PacketKind::kRtp:
      arrival->header = rtp::HeaderView::Parse(arrival->packet);
      if (arrival->header) arrival->kind = Kind::kRtp;
      return;
    case rtp::PacketKind::kRtcp:
      // What SRTCP holds is seen when it is decrypted.
      if ((leg != nullptr && leg->secured()) || rtcp::IsValid(arrival->packet)) {
        arrival->kind = Kind::kRtcp;
      }
      return;
    case rtp::PacketKind::kRtcpUnknown:
      arrival->invalid = Drop::kRtcpUnknownType;
      return;
    case rtp::PacketKind::kOther:
      return;
  }
}

Drop Session::FilterSource(const Arrival& arrival) {
  if (arrival.media->passage != nullptr) return FilterPassage(arrival);
  const SecureLeg* leg = arrival.media->leg.get();
  if (leg != nullptr && leg->ice()) {
    if (leg->Admits(ComponentOf(arrival, *arrival.media), arrival.socket_index, arrival.source)) {
      return Drop::kNone;
    }
    const bool dtls = arrival.kind == Arrival::Kind::kDtls;
    return Reject(arrival, dtls ? Drop::kDtlsSource : Drop::kIceSource);
  }
  if (arrival.stream->peer.Admits(arrival.media->policy, arrival.source)) return Drop::kNone;
  ++arrival.stream->ingress.errors;
  LogStrictSource(arrival);
  return Reject(arrival, Drop::kStrictSource);
}

void Session::Learn(const Arrival& arrival) {
  // All media of a bundle are sent to where any of them came from.
  const Media& carrier = media_[arrival.media->carrier];
  // ICE knows where the party is.
  if ((carrier.leg != nullptr && carrier.leg->ice()) || carrier.passage != nullptr) return;
  Stream& stream = *arrival.path;
  using Kind = Arrival::Kind;
  // RTP on the RTCP port is somebody's mistake, and so is, until the address is confirmed, a stray RTCP
  // packet on the RTP port: neither says where its sender wants this stream's packets (media.md §2.1).
  if (arrival.kind == Kind::kRtp && arrival.on_rtcp_port) return;
  const bool rtp_stream = &stream == &carrier.streams[arrival.pair * 2];
  const bool application =
      arrival.kind == Kind::kRtcp &&
      arrival.packet[1] == static_cast<uint8_t>(rtcp::PacketType::kApplication);
  if (arrival.kind == Kind::kRtcp && rtp_stream && !stream.peer.confirmed() && !application) return;

  const bool window_open = arrival.now.monotonic < signalled_at_ + kLearningWindow;
  const LearnOutcome outcome =
      stream.peer.Learn(carrier.policy, arrival.source, window_open);
  if (outcome.reason == LearnReason::kNone) return;
  ++changes_;
  const base::Endpoint& learned = stream.peer.expected(carrier.policy);
  stream.explanation.AddStep(outcome.reason, arrival.unix_ms(), learned);
  if (outcome.confirmed) {
    Log(base::log::Severity::kInfo, carrier, arrival.socket->local.port,
        base::StrCat("Confirmed peer address as ", learned.ToString()));
  } else if (outcome.reason == LearnReason::kHandover) {
    if (stream.last_change_unix_s == arrival.now.unix_s()) return;
    stream.last_change_unix_s = arrival.now.unix_s();
    Log(base::log::Severity::kInfo, carrier, arrival.socket->local.port,
        base::StrCat("Peer address changed to ", learned.ToString()));
  } else {
    return;
  }
  event_ = PeerEvent{carrier.id, !rtp_stream, learned};
}

void Session::Account(const Arrival& arrival) {
  Stream& stream = *arrival.stream;
  if (!drop_traffic_) stream.ingress.Count(arrival.packet.size());
  stream.last_packet_unix_ms = arrival.unix_ms();
  for (Stream* const heard : {&stream, arrival.path}) {
    if (heard->first_packet_unix_ms != 0) continue;
    heard->first_packet_unix_ms = stream.last_packet_unix_ms;
    ++changes_;
  }
  stream.last_activity = arrival.now.monotonic;
  stream.last_source = arrival.source;
  stream.received_tos = arrival.tos;
  if (drop_traffic_) return;  // nobody looks further into it
  if (arrival.kind == Arrival::Kind::kRtp && !arrival.on_rtcp_port) AccountRtp(arrival);
  if (arrival.kind == Arrival::Kind::kRtcp) AccountRtcp(arrival);
}

void Session::AccountRtp(const Arrival& arrival) {
  const uint8_t payload_type = arrival.header->payload_type();
  const std::vector<CodecEntry>& codecs = arrival.media->codecs;
  const auto codec = std::find_if(codecs.begin(), codecs.end(), [&](const CodecEntry& entry) {
    return entry.payload_type == payload_type;
  });
  const bool known = codec != codecs.end();
  if (!known && !codecs.empty()) ++arrival.stream->ingress.errors;  // forwarded all the same
  arrival.media->ingress.OnPacket(*arrival.header, arrival.packet.size(),
                                  known ? codec->clock_rate : 0, arrival.now.monotonic);
}

void Session::AccountRtcp(const Arrival& arrival) {
  arrival.media->ingress.OnRtcpAuthor(arrival.ssrc());
  if (arrival.media->reports) arrival.media->reports->OnCompound(arrival.packet, arrival.now);
  if (quality_ == nullptr) quality_ = std::make_unique<rtcp::QualityCollector>(quality_options_);
  quality_->OnCompound(
      arrival.packet, [this](uint32_t ssrc) { return ClockRateOf(ssrc); }, arrival.now);
}

std::optional<uint32_t> Session::ClockRateOf(uint32_t ssrc) const {
  for (const Media& media : media_) {
    const rtp::Source* source = media.ingress.Find(ssrc);
    if (source == nullptr || source->last_payload_type == rtp::kNoPayloadType) continue;
    for (const CodecEntry& codec : media.codecs) {
      if (codec.payload_type == source->last_payload_type) return codec.clock_rate;
    }
  }
  return std::nullopt;
}

Drop Session::Forward(const Arrival& arrival, SinkList* sinks) {
  if (drop_traffic_) return Reject(arrival, Drop::kTraffic);
  if (GoesRound(arrival)) return Reject(arrival, Drop::kLoop);
  const bool rtcp = arrival.kind == Arrival::Kind::kRtcp;
  if (arrival.kind == Arrival::Kind::kRtp && arrival.on_rtcp_port) {
    return Reject(arrival, Drop::kRtpOnRtcpPort);
  }
  if (!rtcp && !arrival.media->sends) return Reject(arrival, Drop::kSenderOnHold);
  if (arrival.media->block_short && arrival.header && TooShort(*arrival.media, *arrival.header)) {
    return Reject(arrival, Drop::kShort);
  }
  Drop reason = Drop::kNoRoute;
  for (const Route& route : arrival.media->routes) {
    // Who gets reports of ours is not confused with those of others.
    if (rtcp && media_[route.to].reports != nullptr && !arrival.media->mirror_rtcp) {
      reason = Drop::kNone;
      continue;
    }
    const Drop drop = ForwardTo(arrival, route, sinks);
    if (drop != Drop::kNone) reason = drop;
  }
  if (sinks->empty()) return reason == Drop::kNone ? reason : Reject(arrival, reason);
  ++arrival.stream->forwarded;
  return Drop::kNone;
}

// What one of our own sockets sent to another, again and again.
bool Session::GoesRound(const Arrival& arrival) const {
  const auto own = std::find(own_addresses_.begin(), own_addresses_.end(), arrival.source.address);
  if (own == own_addresses_.end()) return false;
  std::unique_ptr<LoopGuard>& guard = arrival.stream->loop_guard;
  if (guard == nullptr) guard = std::make_unique<LoopGuard>();
  return !guard->Admit(arrival.packet, arrival.now.monotonic);
}

// The position of the stream at the route's far end that this packet leaves on; kNoStream: it has no such pair.
size_t Session::StreamTo(const Arrival& arrival, const Media& carrier) {
  const bool rtcp = arrival.kind == Arrival::Kind::kRtcp ||
                    (arrival.kind != Arrival::Kind::kRtp && arrival.on_rtcp_port);
  const size_t index = arrival.pair * 2 + (rtcp && !carrier.rtcp_mux ? 1 : 0);
  return index < carrier.streams.size() ? index : kNoStream;
}

Drop Session::ForwardTo(const Arrival& arrival, const Route& route, SinkList* sinks) {
  const bool rtcp = arrival.kind == Arrival::Kind::kRtcp;
  Media& to = media_[route.to];
  Media& carrier = media_[to.carrier];
  if (!rtcp && route.block_rtp) return Drop::kBlocked;
  if (to.muted || (!rtcp && !to.receives)) return Drop::kReceiverOnHold;
  const size_t index = StreamTo(arrival, carrier);
  if (index == kNoStream) return Drop::kNoRemote;
  const Stream& path = carrier.streams[index];
  if (path.socket == kNoSocket || !path.peer.target().valid()) return Drop::kNoRemote;
  if (to.passage != nullptr && !to.passage->way(index % 2)) return Drop::kNoRemote;
  if (!SameFamily(path.socket, path.peer.target())) return Drop::kFamilyMismatch;
  if (to.nat_wait && path.first_packet_unix_ms == 0) return Drop::kNatWait;
  std::span<const uint8_t> bytes = arrival.packet;
  if (arrival.header && arrival.header->has_extension() && arrival.media->strip_extensions.any()) {
    bytes = sinks->StrippedOnce(bytes, [&arrival](std::span<uint8_t> copy) {
      return rtp::StripExtensions(arrival.media->strip_extensions, copy);
    });
  }
  if (!rtcp && (route.silence_rtp || route.block_dtmf)) {
    const Drop drop = Manipulate(arrival, route, sinks, &bytes);
    if (drop != Drop::kNone) return drop;
  }
  if (rtcp && to.feedback_filter) {
    bytes = sinks->ChangedOnce(bytes, rtcp::RemoveFeedback);
    if (bytes.empty()) return Drop::kFeedbackFiltered;
  }
  if (!rtcp && arrival.media->verbatim) {
    bytes = arrival.wire;
  } else if (carrier.leg != nullptr && carrier.leg->secured()) {
    const Drop drop = Protect(rtcp, to, carrier, index % 2, sinks, &bytes);
    if (drop != Drop::kNone) return drop;
  } else if (!rtcp && to.mid_extension != 0) {
    const std::span<uint8_t> copy = sinks->Copy(bytes);
    bytes = copy.first(AddMid(to, copy, std::min(bytes.size(), SinkList::kPacket)));
  }
  sinks->Add({path.socket, path.peer.target(), bytes});
  StreamAt(to, index).egress.Count(bytes.size());
  if (arrival.header) to.egress.OnPacket(*arrival.header, bytes.size());
  if (rtcp) to.egress.OnRtcpAuthor(arrival.ssrc());
  return Drop::kNone;
}

Drop Session::Manipulate(const Arrival& arrival, const Route& route, SinkList* sinks,
                         std::span<const uint8_t>* bytes) const {
  // Of what is not RTP nobody knows where silence would go; there are no events in it either.
  if (!arrival.header) return route.silence_rtp ? Drop::kSilenced : Drop::kNone;
  const Media& to = media_[route.to];
  if (route.block_dtmf && CarriesEvent(*arrival.media, to, *arrival.header)) return Drop::kDtmf;
  if (!route.silence_rtp) return Drop::kNone;
  const uint8_t octet = SilenceBetween(*arrival.media, to, arrival.header->payload_type());
  if (octet == rtp::kNoSilence) return Drop::kSilenced;
  *bytes = sinks->ChangedOnce(*bytes, [octet](std::span<uint8_t> copy) {
    rtp::OverwritePayload(octet, copy);
    return copy.size();
  });
  return Drop::kNone;
}

Drop Session::Reject(const Arrival& arrival, Drop reason) {
  arrival.stream->explanation.AddDrop(reason, arrival.unix_ms(), arrival.source);
  return reason;
}

// An invalid datagram is counted where it came in and is an error where it would have gone
// (media.md §7.2). It teaches nothing and keeps no call alive.
Drop Session::RejectInvalid(const Arrival& arrival) {
  arrival.stream->ingress.Count(arrival.packet.size());
  bool counted = false;
  for (const Route& route : arrival.media->routes) {
    Media& to = media_[route.to];
    const size_t index = StreamTo(arrival, media_[to.carrier]);
    if (index == kNoStream) continue;
    ++StreamAt(to, index).ingress.errors;
    counted = true;
  }
  if (!counted) ++arrival.stream->ingress.errors;
  return Reject(arrival, drop_traffic_ ? Drop::kTraffic : arrival.invalid);
}

void Session::OnSendFailed(const Sink& sink, const base::Now& now) {
  if (!sink.media) return;  // ICE and DTLS send again by themselves
  if (sink.socket >= sockets_.size() || sockets_[sink.socket].media == kNoMedia) return;
  const LocalSocket& socket = sockets_[sink.socket];
  Media& media = media_[socket.media];
  Stream& stream = media.streams[socket.stream];
  if (stream.egress.packets != 0) {
    --stream.egress.packets;
    stream.egress.bytes -= std::min<uint64_t>(stream.egress.bytes, sink.bytes.size());
  }
  if (!media.opaque && rtp::Classify(sink.bytes) == rtp::PacketKind::kRtp) {
    media.egress.Undo(sink.bytes.size());
  }
  ++stream.egress.errors;
  stream.explanation.AddDrop(Drop::kSendFailed, now.unix_us / 1000, sink.destination);
}

void Session::OnTruncated(SocketIndex index, const base::Endpoint& source, const base::Now& now) {
  if (index >= sockets_.size() || sockets_[index].media == kNoMedia) return;
  const LocalSocket& socket = sockets_[index];
  Stream& stream = media_[socket.media].streams[socket.stream];
  stream.explanation.AddDrop(Drop::kTruncated, now.unix_us / 1000, source);
}

std::optional<PeerEvent> Session::TakeEvent() {
  std::optional<PeerEvent> event = event_;
  event_.reset();
  return event;
}

LivenessVerdict Session::Examine(const base::Now& now) const {
  return ExamineLiveness(media_, signalled_at_, now.monotonic);
}

void Session::Log(base::log::Severity severity, const Media& media, uint16_t port,
                  std::string_view text) const {
  base::log::Context context;
  context.call_id = id_;
  if (!base::log::Enabled(severity, base::log::Subsystem::kCore, context)) return;
  const std::string_view label = media.label;
  const size_t slash = label.rfind('/');
  context.tag = label.substr(0, slash);
  if (slash == std::string_view::npos ||
      !absl::SimpleAtoi(base::ToAbsl(label.substr(slash + 1)), &context.media_index)) {
    context.media_index = 0;
  }
  context.port = port;
  context.packet = true;
  base::log::Write(severity, base::log::Subsystem::kCore, context, text);
}

void Session::LogStrictSource(const Arrival& arrival) {
  Stream& stream = *arrival.stream;
  if (stream.last_strict_log_unix_s == arrival.now.unix_s()) return;
  stream.last_strict_log_unix_s = arrival.now.unix_s();
  const std::string got = arrival.socket->local.ToString();
  const std::string expected =
      stream.socket == kNoSocket ? got : sockets_[stream.socket].local.ToString();
  Log(base::log::Severity::kInfo, *arrival.media, arrival.socket->local.port,
      base::StrCat("Drop due to strict-source attribute; got ", arrival.source.ToString(), " -> ",
                   got, ", expected ", stream.peer.expected(arrival.media->policy).ToString(),
                   " -> ", expected));
}

}  // namespace mediad::session

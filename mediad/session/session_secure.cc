// The packet path where it is secure: authentication, encryption, bundles; and what ICE and DTLS have to say,
// whether a packet or the clock makes them. The order of the steps is in session.cc.
#include <algorithm>

#include "mediad/rtcp/packet.h"
#include "mediad/session/arrival.h"
#include "mediad/session/bundle.h"
#include "mediad/session/ice_passage.h"
#include "mediad/session/secure_leg.h"
#include "mediad/session/session.h"
#include "proto/base/text.h"

namespace mediad::session {
namespace {

Drop DropFor(srtp::Result result) {
  switch (result) {
    case srtp::Result::kOk: return Drop::kNone;
    case srtp::Result::kReplay: return Drop::kSrtpReplay;
    default: return Drop::kSrtpAuthentication;
  }
}

}  // namespace

Media::Media() = default;
Media::Media(Media&&) noexcept = default;
Media& Media::operator=(Media&&) noexcept = default;
Media::~Media() = default;

size_t Session::ComponentOf(const Arrival& arrival, const Media& carrier) {
  return arrival.on_rtcp_port && !carrier.rtcp_mux ? 1 : 0;
}

Drop Session::Authenticate(Arrival* arrival) {
  SecureLeg* leg = arrival->media->leg.get();
  if (leg == nullptr || arrival->kind == Arrival::Kind::kOpaque) return Drop::kNone;
  const size_t component = ComponentOf(*arrival, *arrival->media);
  if (leg->secured()) {
    srtp::Receiver* receiver = leg->protection(component).receiver();
    if (receiver == nullptr) return Reject(*arrival, Drop::kSrtpNoKey);
    const bool rtcp = arrival->kind == Arrival::Kind::kRtcp;
    size_t size = arrival->packet.size();
    srtp::Result result;
    if (rtcp) {
      result = receiver->UnprotectRtcp(arrival->packet, &size);
    } else if (arrival->media->verbatim) {
      result = receiver->VerifyRtp(arrival->packet, &size);
    } else {
      result = receiver->UnprotectRtp(arrival->packet, &size);
    }
    if (result != srtp::Result::kOk) {
      ++arrival->stream->ingress.errors;
      return Reject(*arrival, DropFor(result));
    }
    arrival->packet = arrival->packet.first(size);
    if (rtcp && !rtcp::IsValid(arrival->packet)) {
      arrival->kind = Arrival::Kind::kInvalid;
    } else if (!rtcp) {
      arrival->header = rtp::HeaderView::Parse(arrival->packet);
      if (!arrival->header) arrival->kind = Arrival::Kind::kInvalid;
    }
  }
  if (leg->ice() &&
      leg->OnMedia(component, arrival->socket_index, arrival->source, arrival->now)) {
    FollowPath(arrival->media->carrier, component, arrival->now);
  }
  return Drop::kNone;
}

// From here on the packet is that of a media of the bundle.
bool Session::Demultiplex(Arrival* arrival) {
  BundleDemultiplexer* bundle = arrival->media->bundle.get();
  if (bundle == nullptr) return true;
  const size_t stream = static_cast<size_t>(arrival->stream - arrival->media->streams.data());
  MediaIndex member = kNoMedia;
  if (arrival->header) {
    member = bundle->OnRtp(*arrival->header);
  } else {
    member = bundle->OnRtcp(arrival->packet, [this](MediaIndex media, uint32_t ssrc) {
      const std::span<const rtp::SentSource> sent = media_[media].egress.sources();
      return std::any_of(sent.begin(), sent.end(),
                         [ssrc](const rtp::SentSource& source) { return source.ssrc == ssrc; });
    });
  }
  if (member == kNoMedia) return false;
  arrival->media = &media_[member];
  arrival->stream = &StreamAt(*arrival->media, stream);
  return true;
}

size_t Session::AddMid(const Media& to, std::span<uint8_t> buffer, size_t size) {
  const std::span<const uint8_t> mid(reinterpret_cast<const uint8_t*>(to.mid.data()), to.mid.size());
  return rtp::InsertExtension(to.mid_extension, mid, buffer.first(size + rtp::kInsertionRoom), size);
}

Drop Session::Protect(bool rtcp, const Media& to, Media& carrier, size_t component, SinkList* sinks,
                      std::span<const uint8_t>* bytes) const {
  srtp::Sender* sender = carrier.leg->protection(component).sender();
  if (sender == nullptr) return Drop::kSrtpSendNoKey;
  const std::span<uint8_t> copy = sinks->Copy(*bytes);
  size_t size = bytes->size();
  if (!rtcp && to.mid_extension != 0) size = AddMid(to, copy, size);
  const srtp::Result result =
      rtcp ? sender->ProtectRtcp(copy, &size) : sender->ProtectRtp(copy, &size);
  if (result != srtp::Result::kOk) return Drop::kSrtpSendNoKey;
  *bytes = copy.first(size);
  return Drop::kNone;
}

Drop Session::OnStun(const Arrival& arrival, SinkList* sinks) {
  const Drop drop =
      arrival.media->leg->OnStun(arrival.socket_index, arrival.source, arrival.wire, arrival.now);
  AfterLeg(arrival.media->carrier, arrival.now, sinks);
  return drop == Drop::kNone ? Drop::kNone : Reject(arrival, drop);
}

Drop Session::OnDtls(const Arrival& arrival, SinkList* sinks) {
  const Drop drop =
      arrival.media->leg->OnDtls(ComponentOf(arrival, *arrival.media), arrival.socket_index,
                                 arrival.source, arrival.wire, arrival.now);
  AfterLeg(arrival.media->carrier, arrival.now, sinks);
  return drop == Drop::kNone ? Drop::kNone : Reject(arrival, drop);
}

void Session::OnTimer(const base::Now& now, SinkList* sinks) {
  sinks->Clear();
  for (size_t i = 0; i < media_.size(); ++i) {
    SecureLeg* leg = media_[i].leg.get();
    if (leg == nullptr || leg->next_deadline() > now.monotonic) continue;
    leg->OnTimer(now);
    AfterLeg(static_cast<MediaIndex>(i), now, sinks);
  }
  FindDeadline();
}

void Session::NoteProgress(const base::Now& now) {
  for (const Media& media : media_) {
    if (media.leg == nullptr || !media.leg->secured()) continue;
    for (size_t component = 0; component < SecureLeg::kComponents; ++component) {
      SecureEvent event;
      if (!media.leg->TakeProgress(component, now.monotonic, &event.keys)) continue;
      event.kind = SecureEvent::Kind::kSrtpProgress;
      event.media = media.id;
      event.rtcp = component == 1;
      secure_events_.push_back(std::move(event));
    }
  }
}

// Takes from a leg what an input made it do.
void Session::AfterLeg(MediaIndex index, const base::Now& now, SinkList* sinks) {
  Media& media = media_[index];
  SecureLeg& leg = *media.leg;
  leg.Flush(sinks);
  const bool completed = leg.ice() && leg.TakeCompleted();
  for (size_t component = 0; component < SecureLeg::kComponents; ++component) {
    const bool moved = FollowPath(index, component, now);
    if (completed || (moved && leg.ice_completed())) ReportIce(media, component);
    SecureEvent event;
    event.media = media.id;
    event.rtcp = component == 1;
    if (leg.TakeKeys(component, &event.keys)) {
      event.kind = SecureEvent::Kind::kDtlsEstablished;
      ++changes_;
      FollowHandshake(index, component, now);
      Log(base::log::Severity::kInfo, media, PortOf(media, component),
          base::StrCat("DTLS-SRTP successfully negotiated using ", event.keys.send().suite()));
      secure_events_.push_back(event);
    }
    if (auto failure = leg.TakeFailure(component)) {
      event.kind = SecureEvent::Kind::kDtlsFailed;
      event.reason = *std::move(failure);
      Log(base::log::Severity::kWarning, media, PortOf(media, component),
          base::StrCat("DTLS: ", event.reason));
      secure_events_.push_back(std::move(event));
    }
  }
  FindDeadline();
}

uint16_t Session::PortOf(const Media& media, size_t component) const {
  const SocketIndex socket = media.streams[component].socket;
  return socket == kNoSocket ? uint16_t{0} : sockets_[socket].local.port;
}

// ICE says where a component is reached from now on. False: where it was.
bool Session::FollowPath(MediaIndex index, size_t component, const base::Now& now) {
  Media& media = media_[index];
  const std::optional<SecureLeg::Path> path = media.leg->TakePath(component);
  if (!path || path->socket == kNoSocket) return false;
  bool news = media.streams[component].socket != path->socket;
  for (Media& carried : media_) {
    if (carried.carrier != index || component >= carried.streams.size()) continue;
    carried.streams[component].socket = path->socket;
  }
  Stream& stream = media.streams[component];
  if (!(stream.peer.target() == path->remote)) {
    news = true;
    stream.explanation.AddStep(LearnReason::kIce, now.unix_us / 1000, path->remote);
  }
  if (stream.peer.Select(path->remote) || news) ++changes_;
  return news;
}

void Session::ReportIce(const Media& media, size_t component) {
  const std::optional<SecureLeg::Path> path = media.leg->path(component);
  if (!path) return;
  SecureEvent event;
  event.kind = SecureEvent::Kind::kIceCompleted;
  event.media = media.id;
  event.rtcp = component == 1;
  event.port_set = path->port_set;
  event.remote = path->remote;
  secure_events_.push_back(std::move(event));
  Log(base::log::Severity::kInfo, media, PortOf(media, component),
      base::StrCat("ICE negotiated: peer for component ", component + 1, " is ",
                   path->remote.ToString()));
}

// Without ICE the address of a verified handshake is as good as that of an authenticated packet.
void Session::FollowHandshake(MediaIndex index, size_t component, const base::Now& now) {
  Media& media = media_[index];
  if (media.leg->ice()) return;
  const base::Endpoint peer = media.leg->verified_peer(component);
  Stream& stream = media.streams[component];
  if (!peer.valid() || !stream.peer.Admits(media.policy, peer)) return;
  const LearnOutcome outcome = stream.peer.Learn(media.policy, peer, true);
  if (outcome.reason == LearnReason::kNone) return;
  ++changes_;
  stream.explanation.AddStep(outcome.reason, now.unix_us / 1000,
                             stream.peer.expected(media.policy));
}

void Session::FindDeadline() {
  next_deadline_ = std::chrono::nanoseconds::max();
  for (const Media& media : media_) {
    if (media.leg != nullptr) next_deadline_ = std::min(next_deadline_, media.leg->next_deadline());
  }
}

}  // namespace mediad::session

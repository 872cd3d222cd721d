// How a session becomes what its specification says: the difference by ids. Media and streams with known
// ids keep what they learned and counted; everything else is new. The packet path is session.cc.
#include <algorithm>
#include <unordered_map>

#include "mediad/session/ice_passage.h"
#include "mediad/session/secure_leg.h"
#include "mediad/session/session.h"
#include "proto/base/text.h"

namespace mediad::session {
namespace {

namespace v1 = rtpengine::v1;

LearnMode ModeOf(v1::EndpointLearning learning) {
  switch (learning) {
    case v1::DELAYED: return LearnMode::kDelayed;
    case v1::IMMEDIATE: return LearnMode::kImmediate;
    case v1::OFF: return LearnMode::kOff;
    default: return LearnMode::kHeuristic;
  }
}

// The endpoint of port pair `pair`; nullopt: unknown, or an address that nothing can be sent to.
std::optional<base::Endpoint> EndpointOf(const v1::Endpoint& endpoint, size_t pair) {
  const std::optional<base::IpAddress> address = base::IpAddress::FromBytes(endpoint.address());
  const size_t port = endpoint.port() + 2 * pair;
  if (!address || address->unspecified() || port == 0 || port > 0xffff) return std::nullopt;
  return base::Endpoint{*address, static_cast<uint16_t>(port)};
}

void CopyFlags(const v1::Media& specification, Media* media) {
  media->id = specification.id();
  media->port_set = specification.port_set();
  media->policy = {ModeOf(specification.learning()), specification.learn(),
                   specification.strict_source(), specification.media_handover(),
                   specification.asymmetric()};
  media->opaque = specification.transport() == v1::OPAQUE;
  media->rtcp_mux = specification.rtcp_mux();
  media->sends = specification.sends();
  media->receives = specification.receives();
  media->muted = specification.muted_by_zero_address();
  media->pierce_nat = specification.pierce_nat();
  media->nat_wait = specification.nat_wait();
  media->feedback_filter = specification.feedback_filter();
  media->tos = static_cast<uint8_t>(specification.tos());
  media->liveness = static_cast<Liveness>(specification.liveness());
  media->idle_limit_s = specification.idle_limit_s();
  media->idle_limit_active_s = specification.idle_limit_active_s();
  media->label = specification.label();
  media->strip_extensions.reset();
  for (const uint32_t id : specification.strip_extensions()) media->strip_extensions.set(id & 0xff);
  media->block_short = false;
  if (!specification.report_dtmf()) {
    media->events.reset();
  } else if (media->events == nullptr) {
    media->events = std::make_unique<rtp::TelephoneEventReader>();
  }
  media->codecs.clear();
  media->codecs.reserve(static_cast<size_t>(specification.codecs_size()));
  for (const v1::Codec& codec : specification.codecs()) {
    media->codecs.push_back({static_cast<uint8_t>(codec.payload_type()), rtp::KindOf(codec.name()),
                             static_cast<uint16_t>(codec.min_payload()), codec.clock_rate()});
    media->block_short = media->block_short || codec.min_payload() > 0;
  }
}

void ApplyReports(const v1::Media& specification, Media* media) {
  media->mirror_rtcp = specification.mirror_rtcp();
  if (!specification.generate_rtcp() || media->opaque) {
    media->reports.reset();
    return;
  }
  rtcp::ReportOptions options{std::chrono::milliseconds(specification.rtcp_interval_ms()),
                              specification.cname(), specification.bundled().mid()};
  if (media->reports == nullptr) {
    media->reports = std::make_unique<rtcp::ReportGenerator>(std::move(options));
  } else {
    media->reports->SetOptions(std::move(options));
  }
}

void SignalStream(const std::optional<base::Endpoint>& advertised, bool reopen, int64_t unix_ms,
                  Stream* stream) {
  if (stream->peer.Signal(advertised)) {
    if (advertised) {
      stream->explanation.AddStep(LearnReason::kSignalled, unix_ms, *advertised);
    }
  } else if (reopen && stream->peer.advertised().valid()) {
    stream->peer.Reopen();
    stream->explanation.AddStep(LearnReason::kReopened, unix_ms, stream->peer.target());
  }
}

}  // namespace

void Session::Apply(const v1::Session& specification, std::span<const BoundPortSet> bound,
                    const base::Now& now) {
  // A call that went on before this process knew it has keys that were used.
  const bool restored = !applied_ && specification.generation() > 1;
  const bool reopen = !applied_ || specification.signalling_epoch() != signalling_epoch_;
  if (!applied_) signalled_unix_ = now.unix_s();
  if (reopen) signalled_at_ = now.monotonic;
  applied_ = true;
  ++changes_;
  generation_ = specification.generation();
  signalling_epoch_ = specification.signalling_epoch();
  drop_traffic_ = specification.drop_traffic();
  deadline_unix_ = specification.deadline_unix();

  std::unordered_map<uint32_t, Media*> known;
  for (Media& media : media_) known.emplace(media.id, &media);
  std::vector<Media> next;
  next.reserve(static_cast<size_t>(specification.media_size()));
  for (const v1::Media& wanted : specification.media()) {
    const auto found = known.find(wanted.id());
    next.push_back(found == known.end() ? Media() : std::move(*found->second));
    ApplyMedia(wanted, reopen, now, &next.back());
  }
  media_ = std::move(next);
  ApplyCarriers(specification);
  ApplyRoutes(specification);
  ApplySockets(bound, specification);
  ApplyLegs(specification, bound, restored, now);
  ApplyPassages(specification, bound, now);
  FindVerbatim();
  FindDeadline();
  WarnOfFamilies();
}

void Session::Absorb(Session* other, uint32_t offset) {
  for (Media& media : other->media_) {
    media.id += offset;
    if (media.leg != nullptr) media.leg->ShiftPortSets(offset);
    if (media.passage != nullptr) media.passage->Shift(offset);
    media_.push_back(std::move(media));
  }
  other->media_.clear();
  // Quality is known by SSRC, whoever's: what is there already goes on, the other's is kept if it is the only.
  if (quality_ == nullptr) quality_ = std::move(other->quality_);
}

void Session::GiveBack(Session* other, uint32_t offset) {
  auto first = std::find_if(media_.begin(), media_.end(),
                            [offset](const Media& media) { return media.id > offset; });
  for (auto media = first; media != media_.end(); ++media) {
    media->id -= offset;
    if (media->leg != nullptr) media->leg->ShiftPortSets(uint32_t{0} - offset);
    if (media->passage != nullptr) media->passage->Shift(uint32_t{0} - offset);
    other->media_.push_back(std::move(*media));
  }
  media_.erase(first, media_.end());
}

void Session::ApplyMedia(const v1::Media& specification, bool reopen, const base::Now& now,
                         Media* media) const {
  const bool was_asymmetric = media->policy.asymmetric;
  media->moved = false;
  CopyFlags(specification, media);
  ApplyReports(specification, media);
  const size_t pairs = std::max<size_t>(1, specification.port_pairs());
  media->streams.resize(2 * pairs);
  for (size_t pair = 0; pair < pairs; ++pair) {
    for (size_t component = 0; component < 2; ++component) {
      Stream& stream = media->streams[2 * pair + component];
      stream.socket = kNoSocket;
      if (media->policy.asymmetric && !was_asymmetric) stream.peer.ResetTarget();
      const bool present =
          component == 0 ? specification.has_rtp_remote() : specification.has_rtcp_remote();
      // Legacy hold hides the address without changing it: what was learned serves again afterwards.
      const std::optional<base::Endpoint> remote = EndpointOf(
          component == 0 ? specification.rtp_remote() : specification.rtcp_remote(), pair);
      if (media->muted && (!present || !remote)) continue;
      const base::Endpoint before = stream.peer.advertised();
      // What ICE has checked stays checked.
      const bool ice = specification.has_ice() || specification.has_ice_passage();
      SignalStream(remote, reopen && !ice, now.unix_us / 1000, &stream);
      if (pair == 0 && component == 0) {
        media->moved = before.valid() && !(before == stream.peer.advertised());
      }
    }
  }
}

void Session::ApplyRoutes(const v1::Session& specification) {
  std::unordered_map<uint32_t, MediaIndex> index;
  for (size_t i = 0; i < media_.size(); ++i) {
    index.emplace(media_[i].id, static_cast<MediaIndex>(i));
    media_[i].routes.clear();
  }
  for (const v1::Route& route : specification.routes()) {
    media_[index.at(route.from())].routes.push_back(
        {index.at(route.to()), route.block_rtp(), route.silence_rtp(), route.block_dtmf()});
  }
}

void Session::ApplySockets(std::span<const BoundPortSet> bound,
                           const v1::Session& specification) {
  sockets_.clear();
  own_addresses_.clear();
  for (const BoundPortSet& set : bound) {
    if (std::find(own_addresses_.begin(), own_addresses_.end(), set.first.address) == own_addresses_.end()) {
      own_addresses_.push_back(set.first.address);
    }
    for (uint16_t offset = 0; offset < set.count; ++offset) {
      LocalSocket socket;
      socket.local = {set.first.address, static_cast<uint16_t>(set.first.port + offset)};
      sockets_.push_back(socket);
    }
  }
  // Current port sets have the last word over late ones. Those of a bundle are its head's.
  const auto carries = [this](int i) { return media_[static_cast<size_t>(i)].carrier == i; };
  for (int i = 0; i < specification.media_size(); ++i) {
    if (!carries(i)) continue;
    for (const uint32_t late : specification.media(i).late_port_sets()) {
      AssignPorts(static_cast<MediaIndex>(i), late, PortUse::kLate, bound);
    }
  }
  for (int i = 0; i < specification.media_size(); ++i) {
    if (!carries(i)) continue;
    const v1::Media& wanted = specification.media(i);
    for (const auto* further :
         {&wanted.ice().further_port_sets(), &wanted.ice_passage().further_port_sets()}) {
      for (const uint32_t set : *further) {
        AssignPorts(static_cast<MediaIndex>(i), set, PortUse::kFurther, bound);
      }
    }
    AssignPorts(static_cast<MediaIndex>(i), media_[static_cast<size_t>(i)].port_set,
                PortUse::kCurrent, bound);
  }
  for (Media& media : media_) {
    if (&media_[media.carrier] == &media) continue;
    for (size_t i = 0; i < media.streams.size(); ++i) {
      const std::vector<Stream>& carried = media_[media.carrier].streams;
      media.streams[i].socket = i < carried.size() ? carried[i].socket : kNoSocket;
    }
  }
}

void Session::AssignPorts(MediaIndex index, uint32_t port_set, PortUse use,
                          std::span<const BoundPortSet> bound) {
  size_t first = 0;
  auto set = bound.begin();
  for (; set != bound.end() && set->id != port_set; ++set) first += set->count;
  if (set == bound.end()) return;
  Media& media = media_[index];
  // Each pair has two ports, or one when the set is too small for that: RTCP multiplexed.
  const size_t step = set->count >= media.streams.size() ? 2 : 1;
  for (size_t offset = 0; offset < set->count; ++offset) {
    const size_t stream = step == 2 ? offset : 2 * offset;
    if (stream >= media.streams.size()) break;
    LocalSocket& socket = sockets_[first + offset];
    socket.media = index;
    socket.stream = static_cast<uint8_t>(stream);
    socket.late = use == PortUse::kLate;
    if (socket.late) continue;
    socket.further = use == PortUse::kFurther;
    socket.tos = media.tos;
    if (socket.further) continue;
    media.streams[stream].socket = static_cast<SocketIndex>(first + offset);
  }
}

void Session::WarnOfFamilies() const {
  for (const Media& media : media_) {
    if (media.passage != nullptr) continue;  // its addresses are tried, each from where it can be
    for (const Stream& stream : media.streams) {
      const base::Endpoint& peer = stream.peer.advertised();
      if (stream.socket == kNoSocket || !peer.valid() || SameFamily(stream.socket, peer)) continue;
      const base::Endpoint& local = sockets_[stream.socket].local;
      Log(base::log::Severity::kWarning, media, local.port,
          base::StrCat("Address family mismatch: nothing can be sent from ", local.ToString(),
                       " to ", peer.ToString()));
    }
  }
}

}  // namespace mediad::session

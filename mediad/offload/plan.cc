#include "mediad/offload/plan.h"

#include <algorithm>
#include <vector>

#include "kmod/uapi/rtpengine.h"
#include "mediad/session/manipulation.h"
#include "mediad/session/secure_leg.h"

namespace mediad::offload {
namespace {

using session::Drop;
using session::Media;
using session::MediaIndex;
using session::OffloadReason;
using session::Route;
using session::Session;
using session::Stream;

bool SecureLegOf(const Media& media) { return media.leg != nullptr && media.leg->secured(); }

// Of one port: the flow, and for each media behind it why it is not in it.
class Planner {
 public:
  Planner(const Session& session, MediaIndex media, size_t stream, const Limits& limits)
      : session_(session),
        media_(session.media()[media]),
        stream_(media_.streams[stream]),
        index_(stream),
        limits_(limits) {
    flow_.media = media;
    flow_.stream = static_cast<uint8_t>(stream);
    flow_.socket = stream_.socket;
    for (size_t i = 0; i < session.media().size(); ++i) {
      if (session.media()[i].carrier == media) flow_.members.push_back({static_cast<MediaIndex>(i)});
    }
  }

  StreamPlan Run() {
    StreamPlan plan;
    plan.reason = Receiving();
    if (plan.reason == OffloadReason::kInKernel) plan.reason = Decryption();
    if (!bundle()) {
      if (plan.reason == OffloadReason::kInKernel) plan.reason = Only();
    } else if (plan.reason == OffloadReason::kInKernel) {
      plan.reason = Members(&plan.members);
    } else {
      for (const Member& member : flow_.members) plan.members.push_back({member.media, plan.reason});
    }
    if (plan.reason == OffloadReason::kInKernel) plan.flow = std::move(flow_);
    return plan;
  }

 private:
  bool bundle() const { return flow_.members.size() > 1; }
  const Media& MediaAt(MediaIndex index) const { return session_.media()[index]; }

  // Whose packets are taken.
  OffloadReason Receiving() {
    if (stream_.socket == session::kNoSocket) return OffloadReason::kNoPort;
    if (media_.opaque) return OffloadReason::kProtocol;
    if (session_.drop_traffic()) return OffloadReason::kTrafficDropped;
    if (index_ % 2 == 1) return OffloadReason::kRtcp;
    flow_.local = session_.sockets()[stream_.socket].local;
    const bool ice = media_.leg != nullptr && media_.leg->ice();
    if (ice) {
      if (!media_.leg->path(0)) return OffloadReason::kIcePending;
      if (stream_.first_packet_unix_ms == 0) return OffloadReason::kNotConfirmed;
      flow_.source = stream_.peer.target();
    } else {
      if (!stream_.peer.confirmed()) return OffloadReason::kNotConfirmed;
      const session::LearnPolicy& policy = media_.policy;
      // Without learning, who is not strict takes packets from wherever they come.
      const bool anybody = policy.mode == session::LearnMode::kOff && !policy.strict_source && !policy.media_handover;
      if (!anybody) flow_.source = stream_.peer.expected(policy);
    }
    if (!flow_.source.valid()) return OffloadReason::kInKernel;
    if (flow_.source.address.family() != flow_.local.address.family()) return OffloadReason::kFamily;
    return OffloadReason::kInKernel;
  }

  OffloadReason Transform(const srtp::Parameters& parameters) const {
    const uint32_t suite = SuiteNumber(parameters);
    const bool there = suite != RTPENGINE_SRTP_NONE && (limits_.suites >> suite & 1) != 0;
    return there ? OffloadReason::kInKernel : OffloadReason::kCipher;
  }

  OffloadReason Decryption() {
    if (!SecureLegOf(media_)) return OffloadReason::kInKernel;
    session::Protection& protection = media_.leg->protection(0);
    if (protection.receiver() == nullptr) return OffloadReason::kKeysPending;
    flow_.decrypt = protection.receive();
    flow_.verbatim = media_.verbatim;
    if (protection.receiver()->ExportRtp(RTPENGINE_MAX_STATES).size() == RTPENGINE_MAX_STATES) {
      return OffloadReason::kLimit;
    }
    return Transform(*flow_.decrypt);
  }

  OffloadReason Only() {
    const OffloadReason reason = Add(&flow_.members.front());
    return reason == OffloadReason::kInKernel ? Bounded() : reason;
  }

  // The media of a bundle are told apart by payload type: MID and SSRC, which come before it, say the same where a
  // type belongs to one media only. What cannot be told so goes up, and so does what a media keeps here.
  OffloadReason Members(std::vector<StreamPlan::OfMember>* reasons) {
    for (Member& member : flow_.members) {
      const size_t outputs = flow_.outputs.size();
      const bool told = !MediaAt(member.media).codecs.empty();
      reasons->push_back({member.media, told ? Add(&member) : OffloadReason::kBundle});
      if (reasons->back().reason == OffloadReason::kInKernel) continue;
      flow_.outputs.resize(outputs);
      for (const session::CodecEntry& codec : MediaAt(member.media).codecs) AddPayload(member.media, codec, true);
      member.sink_reason = Drop::kNone;
    }
    OffloadReason of_head = OffloadReason::kBundle;
    bool any = false;
    for (StreamPlan::OfMember& one : *reasons) {
      if (one.reason == OffloadReason::kInKernel && !Holds(flow_, one.media)) one.reason = OffloadReason::kBundle;
      any |= one.reason == OffloadReason::kInKernel;
      if (one.media == flow_.media) of_head = one.reason;
    }
    if (!any) return of_head;
    for (Output& output : flow_.outputs) {
      for (const FlowPayload& payload : flow_.payloads) {
        if (payload.media != output.from) output.others.set(payload.type);
      }
    }
    const OffloadReason bounded = Bounded();
    if (bounded == OffloadReason::kInKernel) return bounded;
    for (StreamPlan::OfMember& one : *reasons) one.reason = bounded;
    return bounded;
  }

  OffloadReason Bounded() const {
    const bool many = flow_.outputs.size() > RTPENGINE_MAX_OUTPUTS || flow_.payloads.size() > RTPENGINE_MAX_PTS;
    return many ? OffloadReason::kLimit : OffloadReason::kInKernel;
  }

  OffloadReason Add(Member* member) {
    const OffloadReason reason = Routes(member);
    return reason == OffloadReason::kInKernel ? Payloads(*member) : reason;
  }

  OffloadReason Routes(Member* member) {
    const Media& media = MediaAt(member->media);
    size_t blocked = 0;
    for (const Route& route : media.routes) blocked += route.block_rtp;
    if (blocked != 0 && blocked == media.routes.size()) return OffloadReason::kBlocked;
    member->sink_reason = media.sends ? Drop::kNoRoute : Drop::kSenderOnHold;
    if (!media.sends) return OffloadReason::kInKernel;
    for (const Route& route : media.routes) {
      const OffloadReason reason = AddOutput(route, member);
      if (reason != OffloadReason::kInKernel) return reason;
    }
    if (HasOutput(member->media)) member->sink_reason = Drop::kNone;
    return flow_.outputs.size() > RTPENGINE_MAX_OUTPUTS ? OffloadReason::kLimit : OffloadReason::kInKernel;
  }

  bool HasOutput(MediaIndex from) const {
    return std::any_of(flow_.outputs.begin(), flow_.outputs.end(),
                       [from](const Output& output) { return output.from == from; });
  }

  // Packets would go round in the call (session/loop_guard.h); through others the kernel looks at the TTL.
  bool IsOurs(const base::Endpoint& target) const {
    const std::vector<session::LocalSocket>& sockets = session_.sockets();
    return std::any_of(sockets.begin(), sockets.end(),
                       [&target](const session::LocalSocket& socket) { return socket.local == target; });
  }

  // The tests of Session::ForwardTo, in its order.
  OffloadReason AddOutput(const Route& route, Member* member) {
    const Media& to = MediaAt(route.to);
    const Media& carrier = MediaAt(to.carrier);
    if (route.block_rtp || to.muted || !to.receives) {
      member->sink_reason = route.block_rtp ? Drop::kBlocked : Drop::kReceiverOnHold;
      return OffloadReason::kInKernel;
    }
    const size_t index = index_;  // RTP of the same port pair
    if (index >= carrier.streams.size()) return OffloadReason::kNoEndpoint;
    const Stream& path = carrier.streams[index];
    const base::Endpoint& target = path.peer.target();
    if (path.socket == session::kNoSocket || !target.valid()) return OffloadReason::kNoEndpoint;
    const session::LocalSocket& socket = session_.sockets()[path.socket];
    if (socket.local.address.family() != target.address.family()) return OffloadReason::kFamily;
    if (to.nat_wait && path.first_packet_unix_ms == 0) return OffloadReason::kNatWait;
    if (IsOurs(target)) return OffloadReason::kLoop;
    Output& output = flow_.outputs.emplace_back();
    output.from = member->media;
    output.media = route.to;
    output.stream = static_cast<uint8_t>(index < to.streams.size() ? index : 0);
    output.socket = path.socket;
    output.source = socket.local;
    output.destination = target;
    output.tos = socket.tos;
    output.extensions.removed = MediaAt(member->media).strip_extensions;
    output.extensions.inserted = to.mid_extension;
    if (to.mid_extension != 0) output.extensions.value = to.mid;
    if (!SecureLegOf(carrier)) return OffloadReason::kInKernel;
    session::Protection& protection = carrier.leg->protection(0);
    if (protection.sender() == nullptr) return OffloadReason::kKeysPending;
    output.encrypt = protection.send();
    if (protection.sender()->RtpSsrcs().size() >= RTPENGINE_MAX_STATES) return OffloadReason::kLimit;
    return Transform(*output.encrypt);
  }

  // Payload types that some receiver must not get as they are go up, and so do events that somebody wants to know of
  // and what nobody announced.
  OffloadReason Payloads(const Member& member) {
    const Media& media = MediaAt(member.media);
    if (!bundle() && flow_.outputs.empty() && media.events == nullptr) return OffloadReason::kInKernel;
    const bool manipulated =
        media.block_short || media.events != nullptr ||
        std::any_of(media.routes.begin(), media.routes.end(),
                    [](const Route& route) { return route.silence_rtp || route.block_dtmf; });
    if (media.codecs.empty()) {
      return manipulated ? OffloadReason::kPayloadTypes : OffloadReason::kInKernel;
    }
    bool any = false;
    for (const session::CodecEntry& codec : media.codecs) {
      const bool up = GoesUp(media, codec);
      if (!AddPayload(member.media, codec, up)) continue;
      any = any || !up;
      if (!up) AddSilence(member.media, codec.payload_type);
    }
    return any || bundle() ? OffloadReason::kInKernel : OffloadReason::kPayloadTypes;
  }

  // False: it is there already. Of two media it is nobody's.
  bool AddPayload(MediaIndex media, const session::CodecEntry& codec, bool up) {
    for (FlowPayload& one : flow_.payloads) {
      if (one.type != codec.payload_type) continue;
      if (one.media != media) one.media = session::kNoMedia;
      one.up |= up || one.media == session::kNoMedia;
      return false;
    }
    flow_.payloads.push_back({codec.payload_type, codec.clock_rate, up, media});
    return true;
  }

  bool GoesUp(const Media& media, const session::CodecEntry& codec) const {
    if (codec.min_payload != 0) return true;
    if (media.events != nullptr && session::MayCarryEvent(media, media, codec.payload_type)) return true;
    for (const Route& route : media.routes) {
      const Media& to = MediaAt(route.to);
      const bool events = route.block_dtmf || media.events != nullptr;
      if (events && session::MayCarryEvent(media, to, codec.payload_type)) return true;
      if (route.silence_rtp && session::SilenceBetween(media, to, codec.payload_type) == rtp::kNoSilence) {
        return true;
      }
    }
    return false;
  }

  void AddSilence(MediaIndex from, uint8_t payload_type) {
    const Media& media = MediaAt(from);
    for (const Route& route : media.routes) {
      if (!route.silence_rtp) continue;
      for (Output& output : flow_.outputs) {
        if (output.from != from || output.media != route.to) continue;
        const uint8_t octet = session::SilenceBetween(media, MediaAt(route.to), payload_type);
        output.silence.push_back({payload_type, octet});
      }
    }
  }

  const Session& session_;
  const Media& media_;     // the port's
  const Stream& stream_;
  const size_t index_;
  const Limits& limits_;
  Flow flow_;
};

}  // namespace

StreamPlan PlanStream(const Session& session, MediaIndex media, size_t stream,
                      const Limits& limits) {
  return Planner(session, media, stream, limits).Run();
}

}  // namespace mediad::offload

#include "mediad/offload/plan.h"

#include <algorithm>

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
  }

  StreamPlan Run() {
    OffloadReason reason = Receiving();
    if (reason == OffloadReason::kInKernel) reason = Decryption();
    if (reason == OffloadReason::kInKernel) reason = Routes();
    if (reason == OffloadReason::kInKernel) reason = Payloads();
    StreamPlan plan;
    plan.reason = reason;
    if (reason == OffloadReason::kInKernel) plan.flow = std::move(flow_);
    return plan;
  }

 private:
  const Media& MediaAt(MediaIndex index) const { return session_.media()[index]; }

  // Whose packets are taken.
  OffloadReason Receiving() {
    if (stream_.socket == session::kNoSocket) return OffloadReason::kNoPort;
    if (media_.opaque) return OffloadReason::kProtocol;
    if (session_.drop_traffic()) return OffloadReason::kTrafficDropped;
    if (index_ % 2 == 1) return OffloadReason::kRtcp;
    const Media& carrier = MediaAt(media_.carrier);
    if (&carrier != &media_ || media_.bundle != nullptr) return OffloadReason::kBundle;
    if (media_.strip_extensions.any()) return OffloadReason::kHeaderExtensions;
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
    return Transform(*flow_.decrypt);
  }

  OffloadReason Routes() {
    size_t blocked = 0;
    for (const Route& route : media_.routes) blocked += route.block_rtp;
    if (blocked != 0 && blocked == media_.routes.size()) return OffloadReason::kBlocked;
    flow_.sink_reason = media_.sends ? Drop::kNoRoute : Drop::kSenderOnHold;
    if (!media_.sends) return OffloadReason::kInKernel;
    for (const Route& route : media_.routes) {
      const OffloadReason reason = AddOutput(route);
      if (reason != OffloadReason::kInKernel) return reason;
    }
    if (flow_.outputs.size() > RTPENGINE_MAX_OUTPUTS) return OffloadReason::kLimit;
    if (!flow_.outputs.empty()) flow_.sink_reason = Drop::kNone;
    return OffloadReason::kInKernel;
  }

  // Packets would go round in the call (session/loop_guard.h); through others the kernel looks at the TTL.
  bool IsOurs(const base::Endpoint& target) const {
    const std::vector<session::LocalSocket>& sockets = session_.sockets();
    return std::any_of(sockets.begin(), sockets.end(),
                       [&target](const session::LocalSocket& socket) { return socket.local == target; });
  }

  // The tests of Session::ForwardTo, in its order.
  OffloadReason AddOutput(const Route& route) {
    const Media& to = MediaAt(route.to);
    const Media& carrier = MediaAt(to.carrier);
    if (route.block_rtp || to.muted || !to.receives) {
      flow_.sink_reason = route.block_rtp ? Drop::kBlocked : Drop::kReceiverOnHold;
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
    if (to.mid_extension != 0) return OffloadReason::kBundle;
    if (IsOurs(target)) return OffloadReason::kLoop;
    Output& output = flow_.outputs.emplace_back();
    output.media = route.to;
    output.stream = static_cast<uint8_t>(index < to.streams.size() ? index : 0);
    output.socket = path.socket;
    output.source = socket.local;
    output.destination = target;
    output.tos = socket.tos;
    if (!SecureLegOf(carrier)) return OffloadReason::kInKernel;
    session::Protection& protection = carrier.leg->protection(0);
    if (protection.sender() == nullptr) return OffloadReason::kKeysPending;
    output.encrypt = protection.send();
    return Transform(*output.encrypt);
  }

  // Payload types that some receiver must not get as they are go up, and so do events that somebody wants to know of
  // and what nobody announced.
  OffloadReason Payloads() {
    if (flow_.outputs.empty() && media_.events == nullptr) return OffloadReason::kInKernel;
    const bool manipulated =
        media_.block_short || media_.events != nullptr || std::any_of(media_.routes.begin(), media_.routes.end(), [](const Route& route) {
          return route.silence_rtp || route.block_dtmf;
        });
    if (media_.codecs.empty()) {
      return manipulated ? OffloadReason::kPayloadTypes : OffloadReason::kInKernel;
    }
    bool any = false;
    for (const session::CodecEntry& codec : media_.codecs) {
      const auto same = [&codec](const FlowPayload& one) { return one.type == codec.payload_type; };
      if (std::any_of(flow_.payloads.begin(), flow_.payloads.end(), same)) continue;
      const bool up = GoesUp(codec);
      flow_.payloads.push_back({codec.payload_type, codec.clock_rate, up});
      any = any || !up;
      if (!up) AddSilence(codec.payload_type);
    }
    if (!any) return OffloadReason::kPayloadTypes;
    return flow_.payloads.size() > RTPENGINE_MAX_PTS ? OffloadReason::kLimit : OffloadReason::kInKernel;
  }

  bool GoesUp(const session::CodecEntry& codec) const {
    if (codec.min_payload != 0) return true;
    if (media_.events != nullptr && session::MayCarryEvent(media_, media_, codec.payload_type)) return true;
    for (const Route& route : media_.routes) {
      const Media& to = MediaAt(route.to);
      const bool events = route.block_dtmf || media_.events != nullptr;
      if (events && session::MayCarryEvent(media_, to, codec.payload_type)) return true;
      if (route.silence_rtp &&
          session::SilenceBetween(media_, to, codec.payload_type) == rtp::kNoSilence) {
        return true;
      }
    }
    return false;
  }

  void AddSilence(uint8_t payload_type) {
    for (const Route& route : media_.routes) {
      if (!route.silence_rtp) continue;
      for (Output& output : flow_.outputs) {
        if (output.media != route.to) continue;
        const uint8_t octet = session::SilenceBetween(media_, MediaAt(route.to), payload_type);
        output.silence.push_back({payload_type, octet});
      }
    }
  }

  const Session& session_;
  const Media& media_;
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

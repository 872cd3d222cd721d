#include "mediad/offload/adoption.h"

#include <algorithm>
#include <vector>

#include "mediad/session/secure_leg.h"

namespace mediad::offload {
namespace {

using session::MediaIndex;
using session::Session;
using session::SocketIndex;
using session::Stream;

Mark::Count CountOf(const session::Traffic& traffic) {
  constexpr uint64_t kMost = (uint64_t{1} << 48) - 1;
  return {static_cast<uint32_t>(std::min<uint64_t>(traffic.packets, UINT32_MAX)), std::min(traffic.bytes, kMost)};
}

// Of several who send to a media, the one whose flow has its count.
MediaIndex FirstTo(MediaIndex to, const Session& session) {
  for (size_t i = 0; i < session.media().size(); ++i) {
    for (const session::Route& route : session.media()[i].routes) {
      if (route.to == to) return static_cast<MediaIndex>(i);
    }
  }
  return session::kNoMedia;
}

void Restore(const Mark::Count& count, session::Traffic* traffic) {
  traffic->packets += count.packets;
  traffic->bytes += count.bytes;
}

// Whose an output of a flow found is: of the ways that the flow's media go, the first one by that socket that no output
// before it has taken. They were planned in that order.
class Ways {
 public:
  Ways(const Flow& flow, const Session& session) : session_(session) {
    for (const Member& member : flow.members) {
      const session::Media& media = session.media()[member.media];
      for (const session::Route& route : media.routes) {
        const session::Media& to = session.media()[route.to];
        const bool sent = media.sends && !route.block_rtp && !to.muted && to.receives;
        if (sent) ways_.push_back({member.media, route.to});
      }
    }
  }
  void Name(const session::LocalSocket& socket, Output* output) {
    output->media = socket.media;
    output->stream = socket.stream;
    for (Way& way : ways_) {
      const session::Media& to = session_.media()[way.to];
      if (way.taken || to.carrier != socket.media) continue;
      way.taken = true;
      output->from = way.from;
      output->media = way.to;
      if (output->stream >= to.streams.size()) output->stream = 0;
      return;
    }
  }

 private:
  struct Way {
    session::MediaIndex from, to;
    bool taken = false;
  };
  const Session& session_;
  std::vector<Way> ways_;
};

SocketIndex SocketAt(const base::Endpoint& local, const Session& session) {
  const std::vector<session::LocalSocket>& sockets = session.sockets();
  for (size_t i = 0; i < sockets.size(); ++i) {
    if (sockets[i].local == local && sockets[i].media != session::kNoMedia) return static_cast<SocketIndex>(i);
  }
  return session::kNoSocket;
}

void AddMembers(const Session& session, Flow* flow) {
  for (size_t i = 0; i < session.media().size(); ++i) {
    const auto index = static_cast<MediaIndex>(i);
    const session::Media& one = session.media()[i];
    if (one.carrier != flow->media || flow->stream >= one.streams.size()) continue;
    flow->members.push_back({index});
    for (const session::CodecEntry& codec : one.codecs) {
      flow->payloads.push_back({codec.payload_type, codec.clock_rate, false, index});
    }
  }
}

void RestorePeer(const base::Endpoint& source, const session::Media& media, Stream* stream) {
  const bool ice = media.leg != nullptr && media.leg->ice();
  if (source.valid() && !ice) stream->peer.Restore(media.policy, source);
  if (!source.valid() && media.policy.mode == session::LearnMode::kOff) {
    stream->peer.Restore(media.policy, stream->peer.advertised());
  }
}

}  // namespace

Mark MarkOf(const Flow& flow, const Session& session, uint64_t mark) {
  const auto stream_of = [&session](MediaIndex media, uint8_t stream) -> const Stream& {
    return session.media()[media].streams[stream];
  };
  Mark out;
  out.session = mark;
  out.members = static_cast<uint8_t>(std::min(flow.members.size(), Mark::kCounts));
  for (size_t i = 0; i < out.members; ++i) {
    out.counts.push_back(CountOf(stream_of(flow.members[i].media, flow.stream).ingress));
  }
  for (const Output& output : flow.outputs) {
    if (out.counts.size() == Mark::kCounts) break;
    const bool first = FirstTo(output.media, session) == output.from;
    out.counts.push_back(first ? CountOf(stream_of(output.media, output.stream).egress) : Mark::Count());
  }
  return out;
}

std::optional<Flow> AdoptFlow(const FlowReport& report, Session* session) {
  const SocketIndex socket = SocketAt(report.local, *session);
  if (socket == session::kNoSocket) return std::nullopt;
  const std::vector<session::LocalSocket>& sockets = session->sockets();
  Flow flow;
  flow.media = sockets[socket].media;
  flow.stream = sockets[socket].stream;
  flow.socket = socket;
  flow.local = report.local;
  flow.source = report.source;
  AddMembers(*session, &flow);
  session::Media& media = session->media()[flow.media];
  RestorePeer(report.source, media, &media.streams[flow.stream]);

  const Mark mark = report.mark.value_or(Mark());
  const bool same = mark.members == flow.members.size();
  for (size_t i = 0; same && i < flow.members.size() && i < mark.counts.size(); ++i) {
    Restore(mark.counts[i], &session->media()[flow.members[i].media].streams[flow.stream].ingress);
  }
  Ways ways(flow, *session);
  for (size_t i = 0; i < report.outputs.size(); ++i) {
    Output& output = flow.outputs.emplace_back();
    output.from = flow.media;
    output.socket = SocketAt(report.outputs[i].source, *session);
    if (output.socket == session::kNoSocket) continue;
    ways.Name(sockets[output.socket], &output);
    const size_t at = mark.members + i;
    if (same && at < mark.counts.size()) {
      Restore(mark.counts[at], &session->media()[output.media].streams[output.stream].egress);
    }
  }
  return flow;
}

}  // namespace mediad::offload

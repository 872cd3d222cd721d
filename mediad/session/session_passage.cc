// The packet path where ICE is between the parties: their checks and the answers pass, and what else they send comes
// from addresses that ice_passage.h takes for theirs. The order of the steps is in session.cc.
#include "mediad/session/arrival.h"
#include "mediad/session/ice_passage.h"
#include "mediad/session/session.h"

namespace mediad::session {

Drop Session::FilterPassage(const Arrival& arrival) {
  IcePassage& passage = *arrival.media->passage;
  const size_t component = arrival.on_rtcp_port ? 1 : 0;
  const IcePassage::Way from{arrival.socket_index, arrival.source};
  if (arrival.pair != 0 || !passage.Admits(component, from))
    return Reject(arrival, Drop::kIceSource);
  passage.OnMedia(component, from, arrival.now.monotonic);
  FollowPassage(arrival.media, component, arrival.now);
  return Drop::kNone;
}

Drop Session::PassStun(const Arrival& arrival, SinkList* sinks) {
  if (arrival.pair != 0) return Reject(arrival, Drop::kStunUnexpected);
  const auto message = stun::MessageView::Parse(arrival.wire);
  if (!message || message->fingerprint() != stun::Fingerprint::kValid ||
      message->method() != stun::kBinding) {
    return Reject(arrival, Drop::kStunInvalid);
  }
  if (GoesRound(arrival)) return Reject(arrival, Drop::kLoop);
  switch (message->message_class()) {
    case stun::Class::kRequest:
      return PassRequest(*message, arrival, sinks);
    case stun::Class::kSuccess:
    case stun::Class::kError:
      return PassResponse(*message, arrival, sinks);
    case stun::Class::kIndication:
      break;
  }
  // Nothing proves it, nobody answers it: as good as what else comes from there.
  if (const Drop drop = FilterPassage(arrival); drop != Drop::kNone) return drop;
  Account(arrival);
  return Forward(arrival, sinks);
}

Drop Session::PassRequest(const stun::MessageView& request, const Arrival& arrival,
                          SinkList* sinks) {
  Media& from = *arrival.media;
  const size_t component = arrival.on_rtcp_port ? 1 : 0;
  const IcePassage::Way way{arrival.socket_index, arrival.source};
  const std::string_view wanted = from.passage->OnRequest(request, component, way);
  if (wanted.empty()) return Reject(arrival, Drop::kStunRefused);
  FollowPassage(&from, component, arrival.now);
  Account(arrival);
  const IcePassage::Asker asker{from.id, from.passage->HandleOf(arrival.socket_index),
                                arrival.source};
  for (const Route& route : from.routes) {
    Media& to = media_[route.to];
    if (to.passage == nullptr || to.passage->ufrag() != wanted || component >= to.streams.size())
      continue;
    for (const IcePassage::Way& target : to.passage->PassRequest(request, component, asker)) {
      if (sinks->full()) break;
      sinks->Add({target.socket, target.remote, arrival.wire});
      to.streams[component].egress.Count(arrival.wire.size());
    }
  }
  if (sinks->empty()) return Reject(arrival, Drop::kNoRemote);
  ++arrival.stream->forwarded;
  return Drop::kNone;
}

Drop Session::PassResponse(const stun::MessageView& response, const Arrival& arrival,
                           SinkList* sinks) {
  const size_t component = arrival.on_rtcp_port ? 1 : 0;
  const auto asker = arrival.media->passage->OnResponse(response, component,
                                                        {arrival.socket_index, arrival.source});
  if (!asker) return Reject(arrival, Drop::kStunRefused);
  FollowPassage(arrival.media, component, arrival.now);
  Account(arrival);
  for (Media& to : media_) {
    if (to.id != asker->media || to.passage == nullptr) continue;
    const SocketIndex socket = to.passage->SocketOf(asker->socket);
    if (socket == kNoSocket) break;
    sinks->Add({socket, asker->remote, arrival.wire});
    to.streams[component].egress.Count(arrival.wire.size());
    ++arrival.stream->forwarded;
    return Drop::kNone;
  }
  return Reject(arrival, Drop::kNoRoute);
}

// Media for the party goes where it is by now.
void Session::FollowPassage(Media* media, size_t component, const base::Now& now) {
  const std::optional<IcePassage::Way> way = media->passage->way(component);
  if (!way || component >= media->streams.size()) return;
  Stream& stream = media->streams[component];
  if (stream.socket == way->socket && stream.peer.target() == way->remote) return;
  stream.socket = way->socket;
  stream.peer.Select(way->remote);
  stream.explanation.AddStep(LearnReason::kIce, now.unix_us / 1000, way->remote);
}

}  // namespace mediad::session

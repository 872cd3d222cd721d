// What others than the parties are told of a packet: RTCP in the clear, DTMF. See sinks.h; part of session.h.
#include "mediad/session/arrival.h"
#include "mediad/session/manipulation.h"
#include "mediad/session/session.h"

namespace mediad::session {

void Session::Note(const Arrival& arrival, SinkList* sinks) const {
  if (arrival.kind == Arrival::Kind::kRtcp) return sinks->NoteRtcp(arrival.packet);
  const Media& media = *arrival.media;
  if (media.events == nullptr || !arrival.header || arrival.on_rtcp_port) return;
  // The payload types of an event may be those of whoever it is for.
  std::optional<EventPayload> event = EventOf(media, media, *arrival.header);
  for (size_t i = 0; !event && i < media.routes.size(); ++i) {
    event = EventOf(media, media_[media.routes[i].to], *arrival.header);
  }
  if (!event) return;
  const auto finished = media.events->OnPacket(arrival.header->ssrc(), arrival.header->timestamp(), event->octets,
                                               event->clock_rate, arrival.now.monotonic);
  if (finished) sinks->NoteDtmf({media.id, *finished});
  sinks->NoteSuppressed(media.events->TakeSuppressed());
}

}  // namespace mediad::session

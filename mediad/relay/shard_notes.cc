// Who is told of a packet beside the parties: exporters of RTCP, the controller of DTMF.
#include "mediad/relay/shard.h"

namespace mediad::relay {

void Shard::Tell(Call& call, const MediaSocket& media, const base::Endpoint& source, const base::Now& now) {
  if (!sinks_.rtcp().empty() && options_.on_rtcp) {
    options_.on_rtcp({call.session().id(), source, call.session().sockets()[media.index].local, sinks_.rtcp(), now});
  }
  Add(dtmf_suppressed_, sinks_.suppressed());
  if (!sinks_.dtmf()) return;
  Add(dtmf_events_, 1);
  rtpengine::v1::Event event = EventFor(call);
  rtpengine::v1::DtmfEvent* dtmf = event.mutable_dtmf();
  dtmf->set_media(sinks_.dtmf()->media);
  dtmf->set_event(sinks_.dtmf()->event.event);
  dtmf->set_duration_ms(sinks_.dtmf()->event.duration_ms);
  dtmf->set_volume(sinks_.dtmf()->event.volume);
  dtmf->set_source(source.address.ToBytes());
  Emit(std::move(event));
}

}  // namespace mediad::relay

#include "controld/export/ng_tracer.h"

#include "proto/export/hep.h"

namespace controld::exporting {

void NgTracer::Trace(const listen::TracedMessage& message, base::Now now) {
  ::exporting::HepMessage out;
  out.source = message.source;
  out.destination = message.destination;
  out.unix_us = now.unix_us;
  out.protocol = protocol_;
  out.capture_id = capture_id_;
  out.correlation_id = message.call_id;
  out.payload = message.octets;
  homer_->Send(::exporting::EncodeHep(out));
}

}  // namespace controld::exporting

#include "controld/rpc/export_statistics.h"

namespace controld::rpc {

void CollectExports(const exporting::Exports& exports, metrics::Collector* to) {
  if (exports.tracer != nullptr) {
    to->Counter("homer_sent_total", "NG messages sent to Homer", exports.tracer->homer().sent());
    to->Counter("homer_dropped_total", "NG messages that Homer did not get", exports.tracer->homer().dropped());
  }
  if (exports.graphite != nullptr) {
    to->Counter("graphite_sent_total", "Writes to Graphite", exports.graphite->graphite().sent());
    to->Counter("graphite_dropped_total", "Writes that Graphite did not get", exports.graphite->graphite().dropped());
  }
  to->Counter("dtmf_reports_total", "DTMF events told to others", exports.dtmf->told());
  to->Counter("dtmf_reports_dropped_total", "Datagrams with DTMF events that could not be sent",
              exports.dtmf->dropped());
}

void CollectExports(const std::string& worker, const rtpengine::v1::ExportLoad& load, metrics::Collector* to) {
  const metrics::Collector::Labels labels = {{"worker", worker}};
  to->Counter("worker_homer_sent_total", "RTCP datagrams sent to Homer", load.homer_sent(), labels);
  to->Counter("worker_homer_dropped_total", "RTCP datagrams that Homer did not get", load.homer_dropped(), labels);
  to->Counter("worker_rtcp_lines_total", "RTCP datagrams written to syslog", load.rtcp_lines(), labels);
  to->Counter("worker_dtmf_events_total", "DTMF events received and reported", load.dtmf_events(), labels);
  to->Counter("worker_dtmf_suppressed_total", "DTMF events not reported: faster than anybody dials",
              load.dtmf_suppressed(), labels);
}

}  // namespace controld::rpc

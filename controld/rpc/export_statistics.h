// Counters of what is told to others (Homer, Graphite, DTMF), the controller's own and its workers'.
#pragma once

#include <string>

#include "controld/export/exports.h"
#include "proto/metrics/collector.h"
#include "rtpengine/v1/worker.pb.h"

namespace controld::rpc {

void CollectExports(const exporting::Exports& exports, metrics::Collector* to);
void CollectExports(const std::string& worker, const rtpengine::v1::ExportLoad& load, metrics::Collector* to);

}  // namespace controld::rpc

// A worker's figures for Prometheus, and whether it is ready for calls. Pure; any thread.
//
// Names begin with "rtpengine_mediad_": what controld shows of its workers (rtpengine_worker_…, and their sums under the
// incumbent's names) is not to be added up with them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "proto/runtime/metrics_server.h"
#include "rtpengine/v1/admin.pb.h"
#include "rtpengine/v1/worker.pb.h"

namespace mediad::rpc {

struct WorkerSnapshot {
  std::string name, build;
  int64_t uptime_s = 0;
  bool draining = false;
  std::vector<rtpengine::v1::Peer> controllers;
  rtpengine::v1::LoadReport load;
};

void CollectWorker(const WorkerSnapshot& worker, rtpengine::v1::Statistics* out);

// Why no call should be sent here; empty: send them.
std::vector<std::string> ReasonsNotReady(const WorkerSnapshot& worker);

// What the metrics listener answers. Without a snapshot the worker's main loop did not answer in time.
runtime::HttpReply AnswerProbe(std::string_view path, const std::optional<WorkerSnapshot>& worker);

}  // namespace mediad::rpc

// What is known about one worker, attached or not. Plain data of Fleet; no behaviour but the
// state's name.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "controld/call/worker_gateway.h"
#include "controld/fleet/action.h"
#include "controld/fleet/validate.h"
#include "proto/base/clock.h"
#include "rtpengine/v1/worker.pb.h"

namespace controld::fleet {

// A command that was sent and not answered yet. `copy` is there so that it can be sent again when
// the worker re-attaches: commands are idempotent (worker.proto).
struct Flight {
  uint32_t issuer = 0;
  bool expired = false;  // the issuer was told "timeout"; an answer may still come
  rtpengine::v1::Command copy;
};

// A command that waits for the worker to attach.
struct Waiting {
  uint32_t issuer = 0;
  std::chrono::nanoseconds deadline{0};
  rtpengine::v1::Command command;
};

struct Worker {
  std::string name;
  std::shared_ptr<const call::WorkerView> view;
  rtpengine::v1::Hello hello;  // interfaces are in `view`
  std::string peer;

  StreamId stream = 0;                                     // 0: detached
  bool inventory_done = false;                             // since it attached
  bool lost = false;                                       // nothing heard for too long
  bool gone = false;                                       // WorkerGone was said
  rtpengine::v1::WorkerState said = rtpengine::v1::READY;  // its own view
  base::Now attached_at, last_heard;

  bool has_load = false;
  rtpengine::v1::LoadReport load;
  uint64_t calls = 0, charged_streams = 0;  // placed or restored, and not released
  bool kernel_offload = false;
  uint64_t ports_total = 0, ports_used = 0;

  absl::flat_hash_map<CommandId, Flight> flights;
  std::deque<std::pair<std::chrono::nanoseconds, CommandId>> deadlines;  // in order of time
  std::deque<std::pair<std::chrono::nanoseconds, CommandId>> late;  // expired ones: forgotten then
  std::vector<Waiting> waiting;

  uint64_t commands_sent = 0, commands_failed = 0;
  uint64_t faults = 0;  // how often it was cut off for breaking the protocol
  std::string last_fault;

  bool attached() const { return stream != 0; }
  rtpengine::v1::WorkerState state() const {
    if (lost) return rtpengine::v1::LOST;
    if (!inventory_done) return rtpengine::v1::JOINING;
    return said;
  }
};

}  // namespace controld::fleet

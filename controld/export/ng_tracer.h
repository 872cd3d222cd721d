// NG messages to Homer (metrics-and-state.md §4, option homer-enable-ng). Any thread; never blocks.
#pragma once

#include <cstdint>
#include <memory>

#include "controld/listen/ng_server.h"
#include "proto/base/clock.h"
#include "proto/runtime/collector.h"

namespace controld::exporting {

class NgTracer {
 public:
  NgTracer(std::unique_ptr<runtime::Collector> homer, uint32_t capture_id, uint8_t protocol)
      : homer_(std::move(homer)), capture_id_(capture_id), protocol_(protocol) {}

  void Trace(const listen::TracedMessage& message, base::Now now);
  const runtime::Collector& homer() const { return *homer_; }

 private:
  const std::unique_ptr<runtime::Collector> homer_;
  const uint32_t capture_id_;
  const uint8_t protocol_;
};

}  // namespace controld::exporting

// Tells Homer and syslog of each RTCP datagram received. Any thread; never blocks (runtime/collector.h, records.h).
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "mediad/relay/engine.h"
#include "proto/base/options/parsed_options.h"
#include "proto/runtime/collector.h"
#include "proto/runtime/records.h"
#include "rtpengine/v1/worker.pb.h"

namespace mediad::exporting {

class RtcpExporter {
 public:
  struct Ways {
    std::unique_ptr<runtime::Collector> homer;  // null: not to Homer
    uint32_t capture_id = 0;
    runtime::RecordWriter write_line;           // empty: not to syslog
  };

  explicit RtcpExporter(Ways ways) : ways_(std::move(ways)) {}
  // By the options homer, homer-protocol, homer-id, homer-disable-rtcp-stats, log-facility-rtcp; null: nobody wants it.
  static absl::StatusOr<std::unique_ptr<RtcpExporter>> Create(const base::options::ParsedOptions& options);

  void OnRtcp(const relay::RtcpArrival& arrival);
  void Describe(rtpengine::v1::ExportLoad* out) const;

 private:
  const Ways ways_;
  std::atomic<uint64_t> lines_{0};
};

}  // namespace mediad::exporting

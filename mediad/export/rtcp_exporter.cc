#include "mediad/export/rtcp_exporter.h"

#include <string>
#include <utility>

#include "mediad/export/rtcp_json.h"
#include "mediad/export/rtcp_line.h"
#include "proto/export/hep.h"
#include "proto/runtime/homer.h"

namespace mediad::exporting {

absl::StatusOr<std::unique_ptr<RtcpExporter>> RtcpExporter::Create(const base::options::ParsedOptions& options) {
  Ways ways;
  auto write_line = runtime::MakeRecordWriter(options, "log-facility-rtcp");
  if (!write_line.ok()) return write_line.status();
  ways.write_line = *std::move(write_line);
  if (!options.Bool("homer-disable-rtcp-stats")) {
    auto homer = runtime::ConnectHomer(options);
    if (!homer.ok()) return homer.status();
    ways.homer = *std::move(homer);
    ways.capture_id = static_cast<uint32_t>(options.Int("homer-id"));
  }
  if (ways.homer == nullptr && !ways.write_line) return nullptr;
  return std::make_unique<RtcpExporter>(std::move(ways));
}

void RtcpExporter::OnRtcp(const relay::RtcpArrival& arrival) {
  if (ways_.write_line) {
    ways_.write_line(RtcpToLine(arrival.call_id, arrival.compound));
    lines_.fetch_add(1, std::memory_order_relaxed);
  }
  if (ways_.homer == nullptr) return;
  const std::string json = RtcpToJson(arrival.compound);
  if (json.empty()) return;
  ::exporting::HepMessage message;
  message.source = arrival.source;
  message.destination = arrival.local;
  message.unix_us = arrival.now.unix_us;
  message.protocol = ::exporting::kHepRtcpJson;
  message.capture_id = ways_.capture_id;
  message.correlation_id = arrival.call_id;
  message.payload = json;
  ways_.homer->Send(::exporting::EncodeHep(message));
}

void RtcpExporter::Describe(rtpengine::v1::ExportLoad* out) const {
  if (ways_.homer != nullptr) {
    out->set_homer_sent(ways_.homer->sent());
    out->set_homer_dropped(ways_.homer->dropped());
  }
  out->set_rtcp_lines(lines_.load(std::memory_order_relaxed));
}

}  // namespace mediad::exporting

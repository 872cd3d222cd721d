#include "controld/call/dtmf_report.h"

#include <utility>

#include "controld/bencode/encode.h"
#include "controld/call/call_model.h"
#include "controld/json/encode.h"
#include "controld/ng/value.h"
#include "proto/base/endpoint.h"

namespace controld::call {
namespace {

using ng::Dictionary;

constexpr uint32_t kMaxEvent = 15, kMaxVolume = 63;
constexpr uint32_t kMaxDurationMs = 3'600'000;

ng::List TagsOf(const CallState& call) {
  ng::List tags;
  for (const Party& party : call.parties()) {
    if (party.has_tag() && !party.removed()) tags.emplace_back(party.tag());
  }
  return tags;
}

void AddEvent(const rtpengine::v1::DtmfEvent& event, Dictionary* out) {
  out->Add("event", int64_t{event.event()});
  out->Add("duration", int64_t{event.duration_ms()});
  out->Add("volume", int64_t{event.volume()});
}

}  // namespace

std::optional<DtmfReport> ReportDtmf(const CallState& call, const rtpengine::v1::DtmfEvent& event, base::Now now) {
  const Party* party = PartyOfMedia(call, event.media());
  if (party == nullptr || event.event() > kMaxEvent || event.volume() > kMaxVolume ||
      event.duration_ms() > kMaxDurationMs) {
    return std::nullopt;
  }
  const auto address = base::IpAddress::FromBytes(event.source());
  const std::string source = address ? address->ToString() : std::string();

  // Readers of either form know it by its order, too.
  Dictionary line;
  line.Add("callid", call.call_id());
  line.Add("source_tag", party->tag());
  line.Add("source_label", party->label());
  line.Add("tags", TagsOf(call));
  line.Add("type", "DTMF");
  line.Add("timestamp", now.unix_s());
  line.Add("source_ip", source);
  AddEvent(event, &line);

  Dictionary data;
  data.Add("tags", TagsOf(call));
  data.Add("callid", call.call_id());
  data.Add("source_tag", party->tag());
  if (!party->label().empty()) data.Add("source_label", party->label());
  data.Add("type", "DTMF");
  data.Add("source_ip", source);
  data.Add("timestamp", now.unix_s());
  AddEvent(event, &data);
  Dictionary notification;
  notification.Add("notify", "onDTMF");
  notification.Add("data", std::move(data));

  DtmfReport report;
  json::Encode(line, &report.json);
  bencode::Encode(notification, &report.notification);
  report.destination = call.dtmf_log_destination();
  return report;
}

}  // namespace controld::call

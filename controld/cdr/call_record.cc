// See call_record.h.
#include "controld/cdr/call_record.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_format.h"
#include "controld/call/call_model.h"
#include "proto/base/text.h"

namespace controld::cdr {
namespace {

namespace v1 = rtpengine::v1;

constexpr uint32_t kNoPayloadType = 128;

std::string OneLine(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }, '?');
  return text;
}

std::string Seconds(int64_t us) { return absl::StrFormat("%d.%06d", us / 1'000'000, us % 1'000'000); }

std::string TagOf(const call::Party& party) {
  return party.has_tag() ? OneLine(party.tag()) : "(null)";
}

std::string_view TagType(const call::Party& party) {
  switch (party.role()) {
    case call::SENT_OFFER: return "FROM_TAG";
    case call::GOT_OFFER: return "TO_TAG";
    default: return "UNKNOWN";
  }
}

class Writer {
 public:
  Writer(const call::CallState& call, const v1::SessionStatistics& statistics, const Ending& ending,
         base::Now now)
      : call_(call), statistics_(statistics), ending_(ending), now_(now) {}

  std::string Line() {
    Field("", "ci", OneLine(call_.call_id()));
    Field("", "created_from", call_.created_from());
    Field("", "last_signal", call_.last_signal_us() / 1'000'000);
    Field("", "tos", call_.tos());
    for (int i = 0; i < call_.parties_size(); ++i) WriteParty(call_.parties(i), base::StrCat("ml", i, "_"));
    return std::move(line_);
  }

 private:
  template <typename Value>
  void Field(const std::string& prefix, std::string_view name, const Value& value) {
    base::StrAppend(&line_, prefix, name, "=", value, ", ");
  }

  void WriteParty(const call::Party& party, const std::string& prefix) {
    const int64_t start = party.last_signal_us();
    Field(prefix, "start_time", Seconds(start));
    Field(prefix, "end_time", Seconds(now_.unix_us));
    Field(prefix, "duration", Seconds(start == 0 ? 0 : std::max<int64_t>(0, now_.unix_us - start)));
    Field(prefix, "termination", ending_.reason);
    Field(prefix, "local_tag", TagOf(party));
    Field(prefix, "local_tag_type", TagType(party));
    std::vector<uint32_t> told;
    for (const call::PartyLink& link : call::SubscribedTo(call_, party)) {
      const call::Party* other = call::FindParty(call_, link.party);
      if (other == nullptr || std::find(told.begin(), told.end(), link.party) != told.end()) continue;
      told.push_back(link.party);
      Field(prefix, "remote_tag", TagOf(*other));
    }
    for (const call::Media& media : party.media()) WriteMedia(media, prefix);
  }

  void WriteMedia(const call::Media& media, const std::string& prefix) {
    const auto found =
        std::find_if(statistics_.media().begin(), statistics_.media().end(),
                     [&](const v1::MediaStatistics& candidate) { return candidate.media() == media.id(); });
    const bool known = found != statistics_.media().end() && found->payload_type_seen() != kNoPayloadType;
    Field("", "payload_type", known ? base::StrCat(found->payload_type_seen()) : "unknown");
    if (found == statistics_.media().end()) return;
    for (const v1::StreamStatistics& stream : found->streams()) {
      WriteStream(stream, base::StrCat(prefix, "midx", media.index(), stream.rtcp() ? "_rtcp_" : "_rtp_"));
    }
  }

  void WriteStream(const v1::StreamStatistics& stream, const std::string& prefix) {
    const base::Endpoint remote = call::FromProto(stream.endpoint());
    const auto local = base::IpAddress::FromBytes(stream.local_address());
    const bool shown = local.has_value() && !ending_.without_ports;
    Field(prefix, "endpoint_ip", remote.address.valid() ? remote.address.ToString() : "");
    Field(prefix, "endpoint_port", remote.port);
    Field(prefix, "local_relay_ip", shown ? local->ToString() : "");
    Field(prefix, "local_relay_port", shown ? stream.local_port() : 0);
    Field(prefix, "relayed_packets", stream.ingress().packets());
    Field(prefix, "relayed_bytes", stream.ingress().bytes());
    Field(prefix, "relayed_errors", stream.ingress().errors());
    Field(prefix, "last_packet", stream.last_packet_unix());
    Field(prefix, "in_tos_tclass", stream.received_tos());
  }

  const call::CallState& call_;
  const v1::SessionStatistics& statistics_;
  const Ending& ending_;
  const base::Now now_;
  std::string line_;
};

}  // namespace

std::string CallRecord(const call::CallState& call, const v1::SessionStatistics& statistics,
                       const Ending& ending, base::Now now) {
  return Writer(call, statistics, ending, now).Line();
}

}  // namespace controld::cdr

#include "controld/call/final_statistics.h"

#include "absl/strings/str_format.h"
#include "controld/call/call_model.h"
#include "proto/base/log.h"
#include "proto/base/text.h"

namespace controld::call {
namespace {

namespace v1 = rtpengine::v1;
using base::log::Severity;
using base::log::Subsystem;

std::string MinutesSeconds(int64_t seconds) {
  return absl::StrFormat("%d:%02d", seconds / 60, seconds % 60);
}

class FinalLog {
 public:
  FinalLog(const CallState& call, const v1::SessionStatistics& statistics, base::Now now)
      : call_(call), statistics_(statistics), now_(now) {
    context_.call_id = call.call_id();
  }

  void Write() {
    Line("Final packet stats:");
    for (const Party& party : call_.parties()) WriteParty(party);
  }

 private:
  void Line(const std::string& text) {
    base::log::Write(Severity::kInfo, Subsystem::kCore, context_, text);
  }

  void WriteParty(const Party& party) {
    const int64_t age = (now_.unix_us - party.created_us()) / 1'000'000;
    const std::string label =
        party.label().empty() ? "" : base::StrCat(" (label '", party.label(), "')");
    Line(base::StrCat("--- Tag '", party.tag(), "'", label, ", created ", MinutesSeconds(age),
                      " ago for branch '", party.via_branch(), "'"));
    for (const std::string& alias : party.aliases()) Line(base::StrCat("---     Alias: '", alias, "'"));
    for (const PartyLink& link : SubscribedTo(call_, party)) WriteLink("subscribed to", link);
    for (const PartyLink& link : SubscribersOf(call_, party)) WriteLink("subscription for", link);
    for (const Media& media : party.media()) WriteMedia(media);
  }

  void WriteLink(const char* what, const PartyLink& link) {
    const Party* other = FindParty(call_, link.party);
    for (const Media& media : other->media()) {
      Line(base::StrCat("---     ", what, " media with monologue tag '", other->tag(), "' (index: ",
                        media.index(), ")"));
    }
  }

  void WriteMedia(const Media& media) {
    const v1::MediaStatistics* found = nullptr;
    for (const v1::MediaStatistics& candidate : statistics_.media()) {
      if (candidate.media() == media.id()) found = &candidate;
    }
    std::string codec = "unknown codec";
    for (const SdpCodec& candidate : media.codecs()) {
      if (found != nullptr && candidate.payload_type() == found->payload_type_seen()) {
        codec = base::StrCat(candidate.name(), "/", candidate.clock_rate());
      }
    }
    Line(base::StrCat("------ Media #", media.index(), " (", media.type_text(), " over ",
                      media.protocol(), ") using ", codec));
    if (found == nullptr) return;
    for (const v1::StreamStatistics& stream : found->streams()) WriteStream(*found, stream);
    for (const v1::SsrcStatistics& ssrc : found->ingress()) {
      if (ssrc.samples() > 0) WriteQuality(ssrc);
    }
  }

  void WriteStream(const v1::MediaStatistics& media, const v1::StreamStatistics& stream) {
    const auto local = base::IpAddress::FromBytes(stream.local_address());
    const base::Endpoint remote = FromProto(stream.endpoint());
    const uint32_t ssrc = media.ingress_size() > 0 ? media.ingress(0).ssrc() : 0;
    const int64_t idle = stream.last_packet_unix() == 0
                             ? 0
                             : std::max<int64_t>(0, now_.unix_s() - stream.last_packet_unix());
    const v1::Counters& in = stream.ingress();
    const v1::Counters& out = stream.egress();
    Line(absl::StrFormat(
        "--------- Port %15s:%-5u <> %15s:%-5u%s, SSRC %x, in %u p, %u b, %u e, %d ts, out %u p, "
        "%u b, %u e",
        local ? local->ToString() : "", stream.local_port(),
        remote.address.valid() ? remote.address.ToString() : "", remote.port,
        stream.rtcp() ? " (RTCP)" : "", ssrc, in.packets(), in.bytes(), in.errors(), idle,
        out.packets(), out.bytes(), out.errors()));
  }

  void WriteQuality(const v1::SsrcStatistics& ssrc) {
    const int64_t start = call_.created_us() / 1'000'000;
    const auto mos = [](const v1::Quality& quality) { return quality.mos() / 10.0; };
    const auto ms = [](uint32_t us) { return us / 1000.0; };
    const v1::Quality& average = ssrc.average();
    const v1::Quality& low = ssrc.lowest();
    const v1::Quality& high = ssrc.highest();
    Line(absl::StrFormat("--- SSRC %x", ssrc.ssrc()));
    Line(absl::StrFormat(
        "------ Average MOS %.1f, lowest MOS %.1f (at %s), highest MOS %.1f (at %s) lost:%d",
        mos(average), mos(low), MinutesSeconds(low.reported_at_unix() - start), mos(high),
        MinutesSeconds(high.reported_at_unix() - start), ssrc.lost()));
    Line(absl::StrFormat(
        "------ respective (avg/min/max) jitter %u/%u/%u ms, RTT-e2e %.1f/%.1f/%.1f ms, RTT-dsct "
        "%.1f/%.1f/%.1f ms, packet loss %u/%u/%u%%",
        average.jitter_ms(), low.jitter_ms(), high.jitter_ms(), ms(average.round_trip_time_us()),
        ms(low.round_trip_time_us()), ms(high.round_trip_time_us()),
        ms(average.round_trip_time_leg_us()), ms(low.round_trip_time_leg_us()),
        ms(high.round_trip_time_leg_us()), average.packet_loss_percent(),
        low.packet_loss_percent(), high.packet_loss_percent()));
  }

  const CallState& call_;
  const v1::SessionStatistics& statistics_;
  const base::Now now_;
  base::log::Context context_;
};

}  // namespace

void LogFinalStatistics(const CallState& call, const v1::SessionStatistics& statistics,
                        base::Now now) {
  base::log::Context context;
  context.call_id = call.call_id();
  if (!base::log::Enabled(Severity::kInfo, Subsystem::kCore, context)) return;
  FinalLog(call, statistics, now).Write();
}

}  // namespace controld::call

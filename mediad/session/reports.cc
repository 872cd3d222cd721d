// RTCP reports of our own (media.md §7.1): who gets one, from which socket, and what is noted about it. Their content
// is made in ../rtcp/report_generator.cc.
#include <algorithm>

#include "mediad/rtcp/packet.h"
#include "mediad/session/session.h"

namespace mediad::session {

bool Session::generates_reports() const {
  return std::any_of(media_.begin(), media_.end(),
                     [](const Media& media) { return media.reports != nullptr; });
}

void Session::Report(std::chrono::milliseconds chance, const base::Now& now, std::span<uint8_t> buffer,
                     absl::FunctionRef<void(const Sink&)> emit) {
  if (drop_traffic_) return;
  for (Media& media : media_) {
    if (media.reports == nullptr) continue;
    if (const auto sink = ReportTo(&media, chance, now, buffer)) emit(*sink);
  }
}

std::optional<Sink> Session::ReportTo(Media* media, std::chrono::milliseconds chance, const base::Now& now,
                                      std::span<uint8_t> buffer) {
  Stream& out = media->streams[media->rtcp_mux ? 0 : 1];
  if (media->muted || out.socket == kNoSocket || !out.peer.target().valid()) return std::nullopt;
  if (!SameFamily(out.socket, out.peer.target())) return std::nullopt;
  if (media->nat_wait && out.first_packet_unix_ms == 0) return std::nullopt;
  if (!media->reports->Due(media->egress.sources(), chance, now)) return std::nullopt;

  const auto origin = [this](uint32_t ssrc) -> const rtp::Source* {
    for (const Media& other : media_) {
      const rtp::Source* source = other.ingress.Find(ssrc);
      if (source != nullptr && source->packets > 0) return source;
    }
    return nullptr;
  };
  const size_t size =
      media->reports->Write(media->egress.sources(), media->ingress.sources(), origin, now, buffer);
  if (size == 0) return std::nullopt;
  const std::span<const uint8_t> report = buffer.first(size);
  out.egress.Count(size);
  // The party's answers to it give the round-trip time of its leg.
  if (quality_ == nullptr) quality_ = std::make_unique<rtcp::QualityCollector>(quality_options_);
  rtcp::CompoundReader reader(report);
  rtcp::PacketView packet;
  while (reader.Next(&packet)) {
    if (const auto info = packet.sender_info()) {
      quality_->OnSenderReport(*packet.author(), info->ntp_time, now);
    }
  }
  return Sink{out.socket, out.peer.target(), report};
}

}  // namespace mediad::session

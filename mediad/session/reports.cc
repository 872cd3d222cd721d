// RTCP reports of our own (media.md §7.1): who gets one, from which socket, and what is noted about it. Their content
// is made in ../rtcp/report_generator.cc.
#include <algorithm>

#include "mediad/rtcp/packet.h"
#include "mediad/session/secure_leg.h"
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
  Media& carrier = media_[media->carrier];
  const size_t component = carrier.rtcp_mux ? 0 : 1;
  const Stream& path = carrier.streams[component];
  if (media->muted || path.socket == kNoSocket || !path.peer.target().valid()) return std::nullopt;
  if (!SameFamily(path.socket, path.peer.target())) return std::nullopt;
  if (media->nat_wait && path.first_packet_unix_ms == 0) return std::nullopt;
  srtp::Sender* sender = nullptr;
  if (carrier.leg != nullptr && carrier.leg->secured()) {
    sender = carrier.leg->protection(component).sender();
    if (sender == nullptr) return std::nullopt;
  }
  if (!media->reports->Due(media->egress.sources(), chance, now)) return std::nullopt;

  const auto origin = [this](uint32_t ssrc) -> const rtp::Source* {
    for (const Media& other : media_) {
      const rtp::Source* source = other.ingress.Find(ssrc);
      if (source != nullptr && source->packets > 0) return source;
    }
    return nullptr;
  };
  size_t size =
      media->reports->Write(media->egress.sources(), media->ingress.sources(), origin, now, buffer);
  if (size == 0) return std::nullopt;
  const std::span<const uint8_t> report = buffer.first(size);
  // The party's answers to it give the round-trip time of its leg.
  if (quality_ == nullptr) quality_ = std::make_unique<rtcp::QualityCollector>(quality_options_);
  rtcp::CompoundReader reader(report);
  rtcp::PacketView packet;
  while (reader.Next(&packet)) {
    if (const auto info = packet.sender_info()) {
      quality_->OnSenderReport(*packet.author(), info->ntp_time, now);
    }
  }
  if (sender != nullptr && sender->ProtectRtcp(buffer, &size) != srtp::Result::kOk) {
    return std::nullopt;
  }
  StreamAt(*media, component).egress.Count(size);
  return Sink{path.socket, path.peer.target(), buffer.first(size)};
}

}  // namespace mediad::session

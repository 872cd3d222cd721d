#include "mediad/rtp/egress_tracker.h"

#include <algorithm>

namespace mediad::rtp {

SentSource& EgressTracker::Use(uint32_t ssrc) {
  if (!sources_.empty() && sources_.front().ssrc == ssrc) return sources_.front();
  auto found = std::find_if(sources_.begin(), sources_.end(),
                            [ssrc](const SentSource& source) { return source.ssrc == ssrc; });
  if (found == sources_.end()) {
    SentSource fresh;
    fresh.ssrc = ssrc;
    if (sources_.size() == kMaxSources) {
      sources_.back() = fresh;
    } else {
      sources_.push_back(fresh);
    }
    found = sources_.end() - 1;
  }
  std::rotate(sources_.begin(), found, found + 1);
  return sources_.front();
}

void EgressTracker::OnPacket(const HeaderView& packet, size_t bytes) {
  SentSource& source = Use(packet.ssrc());
  const uint16_t sequence = packet.sequence_number();
  if (source.packets == 0) {
    source.highest_sequence = sequence;
    source.last_timestamp = packet.timestamp();
  } else {
    // Forward by less than half the circle; what is behind was sent late.
    const auto ahead = static_cast<uint16_t>(sequence - source.highest_sequence);
    if (ahead < 0x8000) {
      source.highest_sequence += ahead;
      source.last_timestamp = packet.timestamp();
    }
  }
  ++source.packets;
  source.bytes += bytes;
}

void EgressTracker::Undo(size_t bytes) {
  if (sources_.empty() || sources_.front().packets == 0) return;
  SentSource& source = sources_.front();
  --source.packets;
  source.bytes -= std::min<uint64_t>(source.bytes, bytes);
}

void Fill(const SentSource& source, rtpengine::v1::SsrcStatistics* statistics) {
  statistics->set_ssrc(source.ssrc);
  statistics->set_packets(source.packets);
  statistics->set_bytes(source.bytes);
  statistics->set_last_timestamp(source.last_timestamp);
  statistics->set_last_sequence(source.highest_sequence);
}

}  // namespace mediad::rtp

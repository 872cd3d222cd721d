#include "mediad/rtp/egress_tracker.h"

#include <algorithm>

namespace mediad::rtp {

void EgressTracker::OnPacket(const HeaderView& packet, size_t bytes) {
  SentSource& source = sources_.Use(packet.ssrc());
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

void EgressTracker::Add(uint32_t ssrc, uint64_t packets, uint64_t bytes, uint16_t highest_sequence,
                        uint32_t timestamp) {
  if (packets == 0) return;
  SentSource& source = sources_.Use(ssrc);
  const auto ahead = static_cast<uint16_t>(highest_sequence - source.highest_sequence);
  if (source.packets == 0) {
    source.highest_sequence = highest_sequence;
  } else if (ahead < 0x8000) {
    source.highest_sequence += ahead;
  }
  source.last_timestamp = timestamp;
  source.packets += packets;
  source.bytes += bytes;
}

void EgressTracker::Undo(size_t bytes) {
  SentSource* const source = sources_.newest();
  if (source == nullptr || source->packets == 0) return;
  --source->packets;
  source->bytes -= std::min<uint64_t>(source->bytes, bytes);
}

void Fill(const SentSource& source, rtpengine::v1::SsrcStatistics* statistics) {
  statistics->set_ssrc(source.ssrc);
  statistics->set_packets(source.packets);
  statistics->set_bytes(source.bytes);
  statistics->set_last_timestamp(source.last_timestamp);
  statistics->set_last_sequence(source.highest_sequence);
}

}  // namespace mediad::rtp

#include "mediad/rtp/telephone_event.h"

#include <algorithm>
#include <utility>

namespace mediad::rtp {
namespace {

constexpr uint32_t kUsualClockRate = 8000;
constexpr auto kOneEvent = std::chrono::milliseconds(50);
constexpr auto kBurst = 20 * kOneEvent;
// A copy of an end may come after that of the next event, but not much later than it was sent.
constexpr uint32_t kStragglingSeconds = 5;

}  // namespace

std::optional<TelephoneEvent> TelephoneEvent::Parse(std::span<const uint8_t> payload) {
  if (payload.size() < 4) return std::nullopt;
  TelephoneEvent out;
  out.event = payload[0];
  out.end = (payload[1] & 0x80) != 0;
  out.volume = payload[1] & 0x3f;
  out.duration = static_cast<uint16_t>(payload[2] << 8 | payload[3]);
  return out;
}

bool TelephoneEventReader::Known(uint32_t ssrc, uint32_t timestamp, uint32_t clock_rate) const {
  return any_ && ssrc == ssrc_ && timestamp_ - timestamp < kStragglingSeconds * clock_rate;
}

// A leaky bucket: each event moves the time at which it is empty by its share.
bool TelephoneEventReader::Admit(std::chrono::nanoseconds now) {
  if (earliest_ > now + kBurst) return false;
  earliest_ = std::max(earliest_, now) + kOneEvent;
  return true;
}

std::optional<FinishedEvent> TelephoneEventReader::OnPacket(uint32_t ssrc, uint32_t timestamp,
                                                            std::span<const uint8_t> payload,
                                                            uint32_t clock_rate, std::chrono::nanoseconds now) {
  if (clock_rate == 0) clock_rate = kUsualClockRate;
  const std::optional<TelephoneEvent> event = TelephoneEvent::Parse(payload);
  if (!event || !event->end || event->event > kMaxDtmfEvent) return std::nullopt;
  if (Known(ssrc, timestamp, clock_rate)) return std::nullopt;
  any_ = true;
  ssrc_ = ssrc;
  timestamp_ = timestamp;
  if (!Admit(now)) {
    ++suppressed_;
    return std::nullopt;
  }
  return FinishedEvent{event->event, event->volume,
                       static_cast<uint32_t>(uint64_t{event->duration} * 1000 / clock_rate)};
}

uint64_t TelephoneEventReader::TakeSuppressed() { return std::exchange(suppressed_, 0); }

}  // namespace mediad::rtp

// DTMF and other telephone events in RTP (RFC 4733 §2.3): the payload, and which packets are the end of an event.
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |     event     |E|R| volume    |          duration             |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//
// An event is known by its timestamp; its end is sent several times, and said here once. Not here: which payload types
// are events, who wants to know. Pure; one thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>

namespace mediad::rtp {

inline constexpr uint8_t kMaxDtmfEvent = 15;

struct TelephoneEvent {
  uint8_t event = 0;
  bool end = false;
  uint8_t volume = 0;     // -dBm0, 0 to 63
  uint16_t duration = 0;  // timestamp units

  // nullopt: shorter than 4 octets. What follows them (RFC 4733 allows a list) is not looked at.
  static std::optional<TelephoneEvent> Parse(std::span<const uint8_t> payload);
};

struct FinishedEvent {
  uint8_t event = 0;
  uint8_t volume = 0;
  uint32_t duration_ms = 0;
};

// The events of one media.
class TelephoneEventReader {
 public:
  // The event that this packet ends, if it is DTMF and has not been said yet. `clock_rate` 0 counts as 8000. Somebody
  // who sends events faster than 20 a second, beyond a burst of 20, has them counted instead.
  std::optional<FinishedEvent> OnPacket(uint32_t ssrc, uint32_t timestamp, std::span<const uint8_t> payload,
                                        uint32_t clock_rate, std::chrono::nanoseconds now);
  // Since the last call.
  uint64_t TakeSuppressed();

 private:
  bool Known(uint32_t ssrc, uint32_t timestamp, uint32_t clock_rate) const;
  bool Admit(std::chrono::nanoseconds now);

  bool any_ = false;
  uint32_t ssrc_ = 0, timestamp_ = 0;      // of the last event that was said
  std::chrono::nanoseconds earliest_{0};   // when the allowance is whole again
  uint64_t suppressed_ = 0;
};

}  // namespace mediad::rtp

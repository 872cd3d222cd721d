// Mean opinion scores from round-trip time, jitter and loss (media.md §7.2; ITU-T G.107, G.107.2).
//
// Pure functions; any thread.
#pragma once

#include <cstdint>

namespace mediad::rtcp {

enum class MosFormula : uint8_t {
  kG107,   // simplified G.107, narrow-band: the default
  kG1072,  // full-band G.107.2 for 48 kHz codecs, else as kG107
  kLegacy,
};

struct MosInput {
  uint32_t round_trip_time_us = 0;
  uint32_t jitter_ms = 0;
  uint32_t packet_loss_percent = 0;
  uint32_t clock_rate = 0;  // of the codec reported about
};

// Times 10, 10 to 45, cut (not rounded) as the reference does.
uint32_t MosTimes10(MosFormula formula, const MosInput& input);

}  // namespace mediad::rtcp

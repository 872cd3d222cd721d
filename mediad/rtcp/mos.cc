// See mos.h.
#include "mediad/rtcp/mos.h"

#include <algorithm>
#include <cmath>

namespace mediad::rtcp {
namespace {

constexpr uint32_t kFullBandClockRate = 48000;
constexpr double kBestRating = 93.2;     // R of an undisturbed narrow-band connection
constexpr double kFullBandScale = 1.48;  // G.107.2: R reaches 148

// ITU-T G.107 annex B: 1 + linear + cubic term.
double CubicTerm(double rating) { return 7e-6 * rating * (rating - 60) * (100 - rating); }

double RatingToMos(double rating, double cubic_term) {
  if (rating < 0) return 1.0;
  if (rating > 100) return 4.5;
  // Between 0 and 6.5 the polynomial dips below its own lower limit.
  return std::max(1.0, 1 + 0.035 * rating + cubic_term);
}

// The narrow-band scores of the reference are in fixed point: with the cubic term cut to hundredths
// all recorded ones come out (3 % loss is 3.7 there, 3.80 by the formula).
double CutToHundredths(double value) { return std::trunc(value * 100) / 100; }

double OneWayDelayMs(const MosInput& input) {
  return input.round_trip_time_us / 1000.0 / 2 + input.jitter_ms;
}

// The parabola over r has its minimum at 77.5: above about 15 % loss scores rise again. That is
// what the reference reports, and billing and alarms are tuned to it.
double RatingG107(const MosInput& input) {
  const double delay = OneWayDelayMs(input);
  const double delay_impairment = 0.024 * delay + (delay > 177.3 ? 0.11 * (delay - 177.3) : 0);
  const double r = input.packet_loss_percent > 93 ? 0 : kBestRating - input.packet_loss_percent;
  return 0.18 * r * r - 27.9 * r + 1126.62 - delay_impairment;
}

double RatingG1072(const MosInput& input) {
  const double loss = input.packet_loss_percent;
  const double equipment_impairment = 10.2 + 121.8 * loss / (loss + 4.3);
  const double delay = OneWayDelayMs(input);
  double delay_impairment = 0;
  if (delay > 100) {
    const double x = std::log2(delay / 100);
    delay_impairment =
        kFullBandScale * 25 *
        (std::pow(1 + std::pow(x, 6), 1.0 / 6) - 3 * std::pow(1 + std::pow(x / 3, 6), 1.0 / 6) + 2);
  }
  return (148 - delay_impairment - equipment_impairment) / kFullBandScale;
}

double RatingLegacy(const MosInput& input) {
  const double effective_ms = input.round_trip_time_us / 1000.0 + 2.0 * input.jitter_ms + 10;
  const double rating = effective_ms < 160 ? kBestRating - effective_ms / 40
                                           : kBestRating - (effective_ms - 120) / 10;
  return rating - 2.5 * input.packet_loss_percent;
}

double Mos(MosFormula formula, const MosInput& input) {
  if (formula == MosFormula::kLegacy) {
    const double rating = RatingLegacy(input);
    return RatingToMos(rating, CubicTerm(rating));
  }
  if (formula == MosFormula::kG1072 && input.clock_rate == kFullBandClockRate) {
    const double rating = RatingG1072(input);
    return RatingToMos(rating, CubicTerm(rating));
  }
  const double rating = RatingG107(input);
  return RatingToMos(rating, CutToHundredths(CubicTerm(rating)));
}

}  // namespace

uint32_t MosTimes10(MosFormula formula, const MosInput& input) {
  return static_cast<uint32_t>(Mos(formula, input) * 10);
}

}  // namespace mediad::rtcp

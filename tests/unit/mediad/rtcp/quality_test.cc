// Numbers are those the reference answered to the same reports.
#include "mediad/rtcp/quality.h"

#include <gtest/gtest.h>

#include <vector>

#include "mediad/rtcp/mos.h"
#include "tests/unit/mediad/rtcp/build.h"

namespace mediad::rtcp {
namespace {

constexpr uint32_t kA = 4096;  // sent by party A
constexpr uint32_t kB = 8192;
constexpr uint64_t kNtp = uint64_t{3900000000} << 32 | 2147483648;
constexpr uint32_t kLastReport = 1191215104;  // the middle of kNtp
constexpr uint32_t kStrangeReport = 305419896;

constexpr QualityOptions kListening{true, MosFormula::kG107};

base::Now At(int64_t ms) {
  return {std::chrono::milliseconds(5'000 + ms), 1'700'000'000'000'000 + ms * 1000};
}

ReportBlock Block(uint32_t about, uint8_t fraction, uint32_t jitter,
                  uint32_t last_report = kStrangeReport, uint32_t delay = 1) {
  return {about, fraction, 0, 60, jitter, last_report, delay};
}

rtpengine::v1::SsrcStatistics Statistics(const QualityCollector& collector, uint32_t ssrc) {
  rtpengine::v1::SsrcStatistics statistics;
  collector.Fill(ssrc, &statistics);
  return statistics;
}

TEST(Quality, SumsAreTakenOnce) {
  QualityCollector collector(kListening);
  EXPECT_FALSE(collector.TakeSums());
  collector.OnReceiverReport(kB, Block(kA, 26, 160), 8000, At(0));
  collector.OnReceiverReport(kB, Block(kA, 26, 320), 8000, At(2000));
  const auto sums = collector.TakeSums();
  ASSERT_TRUE(sums);
  EXPECT_EQ(sums->jitter_ms.samples, 2u);
  EXPECT_DOUBLE_EQ(sums->jitter_ms.sum, 60);
  EXPECT_DOUBLE_EQ(sums->jitter_ms.squares, 2000);
  EXPECT_DOUBLE_EQ(sums->packet_loss_percent.sum, 20);
  EXPECT_EQ(sums->round_trip_time_us.samples, 2u);
  EXPECT_EQ(sums->mos.samples, 2u);
  EXPECT_GT(sums->mos.sum, 2);
  EXPECT_LT(sums->mos.sum, 9);
  EXPECT_FALSE(collector.TakeSums());
}

TEST(Quality, WithoutARoundTripTimeThereIsNoScore) {
  QualityCollector collector({false, MosFormula::kG107});
  collector.OnReceiverReport(kB, Block(kA, 26, 160), 8000, At(0));
  const auto sums = collector.TakeSums();
  ASSERT_TRUE(sums);
  EXPECT_EQ(sums->mos.samples, 0u);
  EXPECT_EQ(sums->jitter_ms.samples, 1u);
}

TEST(Mos, MiddleOfTheNtpTime) { EXPECT_EQ(NtpMiddle(kNtp), kLastReport); }

struct Recorded {
  MosFormula formula;
  uint8_t fraction_lost;
  uint32_t jitter;
  uint32_t clock_rate;
  uint32_t mos, jitter_ms, loss_percent;
};

class RecordedMos : public testing::TestWithParam<Recorded> {};

TEST_P(RecordedMos, OneReportWithoutRoundTripTime) {
  const Recorded& row = GetParam();
  QualityCollector collector({true, row.formula});
  collector.OnReceiverReport(kB, Block(kA, row.fraction_lost, row.jitter), row.clock_rate, At(0));
  const auto statistics = Statistics(collector, kB);
  EXPECT_EQ(statistics.samples(), 1u);
  for (const rtpengine::v1::Quality* quality :
       {&statistics.average(), &statistics.lowest(), &statistics.highest(),
        &statistics.progression(0)}) {
    EXPECT_EQ(quality->mos(), row.mos);
    EXPECT_EQ(quality->jitter_ms(), row.jitter_ms);
    EXPECT_EQ(quality->packet_loss_percent(), row.loss_percent);
    EXPECT_EQ(quality->round_trip_time_us(), 0u);
  }
  EXPECT_EQ(statistics.lowest().reported_at_unix(), 1'700'000'000);
  EXPECT_EQ(statistics.cumulative_loss(), 0);
  EXPECT_FALSE(Statistics(collector, kA).has_average());
}

INSTANTIATE_TEST_SUITE_P(Recordings, RecordedMos,
                         testing::Values(Recorded{MosFormula::kG107, 13, 80, 8000, 33, 10, 5},
                                         Recorded{MosFormula::kLegacy, 13, 80, 8000, 40, 10, 5},
                                         Recorded{MosFormula::kG1072, 13, 80, 8000, 33, 10, 5},
                                         Recorded{MosFormula::kG107, 0, 0, 8000, 43, 0, 0},
                                         Recorded{MosFormula::kG107, 3, 0, 8000, 41, 0, 1},
                                         Recorded{MosFormula::kG107, 26, 0, 8000, 26, 0, 10},
                                         Recorded{MosFormula::kG107, 128, 0, 8000, 45, 0, 50},
                                         Recorded{MosFormula::kG107, 255, 0, 8000, 45, 0, 99},
                                         Recorded{MosFormula::kG107, 0, 400, 8000, 43, 50, 0},
                                         Recorded{MosFormula::kG107, 0, 1600, 8000, 41, 200, 0},
                                         Recorded{MosFormula::kG107, 0, 8000, 8000, 10, 1000, 0},
                                         Recorded{MosFormula::kG107, 51, 2400, 8000, 14, 300, 19},
                                         Recorded{MosFormula::kG107, 13, 480, 48000, 33, 10, 5},
                                         Recorded{MosFormula::kLegacy, 0, 0, 8000, 44, 0, 0},
                                         Recorded{MosFormula::kLegacy, 3, 0, 8000, 43, 0, 1},
                                         Recorded{MosFormula::kLegacy, 26, 0, 8000, 34, 0, 10},
                                         Recorded{MosFormula::kLegacy, 128, 0, 8000, 10, 0, 50},
                                         Recorded{MosFormula::kLegacy, 255, 0, 8000, 10, 0, 99},
                                         Recorded{MosFormula::kLegacy, 0, 1600, 8000, 33, 200, 0},
                                         Recorded{MosFormula::kLegacy, 51, 2400, 8000, 10, 300, 19},
                                         Recorded{MosFormula::kLegacy, 13, 480, 48000, 40, 10, 5}));

// The full-band formula has no recording: its values are worked out by hand from media.md's terms.
TEST(Mos, FullBand) {
  const auto mos = [](uint32_t round_trip_us, uint32_t jitter_ms, uint32_t loss) {
    return MosTimes10(MosFormula::kG1072, {round_trip_us, jitter_ms, loss, 48000});
  };
  EXPECT_EQ(mos(0, 0, 0), 44u);        // R = (148 - 10.2) / 1.48 = 93.11
  EXPECT_EQ(mos(200'000, 0, 0), 44u);  // d = 100: no delay impairment yet
  EXPECT_EQ(mos(0, 0, 5), 25u);        // Iee = 10.2 + 609 / 9.3 = 75.68: R = 48.86
  EXPECT_LT(mos(1'000'000, 0, 0), mos(400'000, 0, 0));
}

TEST(Mos, NeverOutsideTheScale) {
  for (const MosFormula formula : {MosFormula::kG107, MosFormula::kG1072, MosFormula::kLegacy}) {
    for (uint32_t loss = 0; loss <= 100; ++loss) {
      for (uint32_t jitter_ms = 0; jitter_ms < 2000; jitter_ms += 7) {
        const uint32_t mos = MosTimes10(formula, {0, jitter_ms, loss, 48000});
        ASSERT_GE(mos, 10u) << loss << " " << jitter_ms;
        ASSERT_LE(mos, 45u) << loss << " " << jitter_ms;
      }
    }
  }
}

TEST(Quality, ConversationalScoreNeedsARoundTripTime) {
  QualityCollector collector({});
  collector.OnReceiverReport(kB, Block(kA, 13, 80), 8000, At(0));
  const auto statistics = Statistics(collector, kB);
  EXPECT_EQ(statistics.samples(), 0u);
  EXPECT_FALSE(statistics.has_average());
  EXPECT_EQ(statistics.progression_size(), 0);
  ASSERT_TRUE(collector.Last(kB));
  EXPECT_EQ(collector.Last(kB)->packet_loss_percent, 5u);
}

TEST(Quality, RoundTripTimesOfBothLegs) {
  QualityCollector collector({});
  collector.OnSenderReport(kA, kNtp, At(0));
  collector.OnSenderReport(kB, kNtp, At(0));
  collector.OnReceiverReport(kA, Block(kB, 0, 80, kLastReport), 8000, At(150));
  collector.OnReceiverReport(kB, Block(kA, 13, 80, kLastReport), 8000, At(300));
  collector.OnReceiverReport(kA, Block(kB, 0, 80, kLastReport, 72090), 8000, At(1300));

  const auto a = Statistics(collector, kA);
  EXPECT_EQ(a.samples(), 1u);
  EXPECT_EQ(a.average().mos(), 37u);
  ASSERT_EQ(a.progression_size(), 2);
  EXPECT_EQ(a.progression(0).mos(), 0u);
  EXPECT_EQ(a.progression(0).round_trip_time_us(), 0u);
  EXPECT_NEAR(a.progression(0).round_trip_time_leg_us(), 150'000, 50);
  EXPECT_NEAR(a.progression(1).round_trip_time_leg_us(), 200'000, 50);
  EXPECT_NEAR(a.progression(1).round_trip_time_us(), 500'000, 100);

  const auto b = Statistics(collector, kB);
  EXPECT_EQ(b.samples(), 1u);
  EXPECT_EQ(b.average().mos(), 27u);
  EXPECT_NEAR(b.average().round_trip_time_us(), 450'000, 100);
  EXPECT_NEAR(b.average().round_trip_time_leg_us(), 300'000, 50);
}

TEST(Quality, OneLegAloneGivesNoConversationalScore) {
  QualityCollector collector({});
  collector.OnSenderReport(kA, kNtp, At(0));
  collector.OnReceiverReport(kB, Block(kA, 13, 80, kLastReport), 8000, At(1));
  EXPECT_EQ(Statistics(collector, kB).samples(), 0u);
  EXPECT_GT(collector.Last(kB)->round_trip_time_leg_us, 0u);
}

TEST(Quality, ImplausibleRoundTripTimesAreNone) {
  QualityCollector collector(kListening);
  collector.OnSenderReport(kA, kNtp, At(0));
  collector.OnReceiverReport(kB, Block(kA, 0, 0, kLastReport, 65536), 8000, At(900));  // negative
  EXPECT_EQ(collector.Last(kB)->round_trip_time_leg_us, 0u);
  collector.OnReceiverReport(kB, Block(kA, 0, 0, kLastReport, 1), 8000, At(10'000));
  EXPECT_NEAR(collector.Last(kB)->round_trip_time_leg_us, 10'000'000, 50);
  collector.OnReceiverReport(kB, Block(kA, 0, 0, kLastReport, 1), 8000, At(11'001));
  EXPECT_EQ(collector.Last(kB)->round_trip_time_leg_us, 0u);
}

TEST(Quality, ThreeSamplesOnePerSecond) {
  QualityCollector collector(kListening);
  collector.OnReceiverReport(kB, Block(kA, 0, 160), 8000, At(0));
  collector.OnReceiverReport(kB, Block(kA, 60, 160), 8000, At(1200));
  collector.OnReceiverReport(kB, Block(kA, 200, 160), 8000, At(1500));  // too soon
  collector.OnReceiverReport(kB, Block(kA, 20, 160), 8000, At(2400));
  const auto statistics = Statistics(collector, kB);
  EXPECT_EQ(statistics.samples(), 3u);
  EXPECT_EQ(statistics.average().mos(), 33u);
  EXPECT_EQ(statistics.average().jitter_ms(), 20u);
  EXPECT_EQ(statistics.average().packet_loss_percent(), 10u);
  EXPECT_EQ(statistics.lowest().mos(), 28u);
  EXPECT_EQ(statistics.lowest().packet_loss_percent(), 23u);
  EXPECT_EQ(statistics.highest().mos(), 43u);
  EXPECT_EQ(statistics.progression_interval_s(), 0u);
  ASSERT_EQ(statistics.progression_size(), 3);
  EXPECT_EQ(statistics.progression(0).mos(), 43u);
  EXPECT_EQ(statistics.progression(1).mos(), 28u);
  EXPECT_EQ(statistics.progression(2).mos(), 30u);
}

TEST(Quality, UnknownSubjectIsNoSampleUnknownAuthorIs) {
  QualityCollector collector(kListening);
  const auto clock_rates = [](uint32_t ssrc) -> std::optional<uint32_t> {
    return ssrc == kA || ssrc == kB ? std::optional<uint32_t>(8000) : std::nullopt;
  };
  collector.OnCompound(test::ReceiverReport(kB, {Block(39321, 10, 0)}), clock_rates, At(0));
  collector.OnCompound(test::ReceiverReport(30583, {Block(kA, 10, 0)}), clock_rates, At(0));
  EXPECT_EQ(Statistics(collector, kB).samples(), 0u);
  const auto statistics = Statistics(collector, 30583);
  EXPECT_EQ(statistics.samples(), 1u);
  EXPECT_EQ(statistics.average().mos(), 37u);
  EXPECT_EQ(statistics.average().packet_loss_percent(), 3u);
}

TEST(Quality, ReportsInSenderReports) {
  QualityCollector collector(kListening);
  const auto clock_rates = [](uint32_t) { return std::optional<uint32_t>(8000); };
  collector.OnCompound(test::SenderReport(kB, kNtp, {Block(kA, 26, 160)}), clock_rates, At(0));
  collector.OnCompound(test::SenderReport(kA, kNtp, {Block(kB, 5, 40)}), clock_rates, At(0));
  EXPECT_EQ(Statistics(collector, kA).average().mos(), 41u);
  EXPECT_EQ(Statistics(collector, kA).average().jitter_ms(), 5u);
  EXPECT_EQ(Statistics(collector, kB).average().mos(), 26u);
  EXPECT_EQ(Statistics(collector, kB).average().packet_loss_percent(), 10u);
}

TEST(Quality, BlocksWithoutTimesAreNoSamples) {
  QualityCollector collector(kListening);
  collector.OnReceiverReport(kB, Block(kA, 1, 1, 0, 1), 8000, At(0));
  collector.OnReceiverReport(kB, Block(kA, 1, 1, 1, 0), 8000, At(0));
  collector.OnReceiverReport(kB, Block(kA, 1, 1), 0, At(0));
  EXPECT_FALSE(collector.Last(kB));
}

TEST(Quality, ExtendedReportGivesTheRoundTripTime) {
  QualityCollector collector({});
  collector.OnReferenceTime(kA, kNtp, At(0));
  collector.OnDelaySinceLastReceiverReport(kB, {kA, kLastReport, 65536}, At(1080));
  collector.OnReceiverReport(kB, Block(kA, 0, 0), 8000, At(1100));
  ASSERT_TRUE(collector.Last(kB));
  EXPECT_NEAR(collector.Last(kB)->round_trip_time_us, 80'000, 50);
  EXPECT_EQ(Statistics(collector, kB).samples(), 1u);
}

TEST(Quality, ProgressionCoversALongCallWithAboutTenEntries) {
  QualityCollector collector(kListening);
  constexpr int kReports = 1000;
  for (int i = 0; i < kReports; ++i) {
    collector.OnReceiverReport(kB, Block(kA, static_cast<uint8_t>(i % 20), 0), 8000, At(i * 5000));
    const auto statistics = Statistics(collector, kB);
    EXPECT_LE(statistics.progression_size(), 20);
    if (i >= 20) {
      EXPECT_GE(statistics.progression_size(), 5) << i;
    }
  }
  const auto statistics = Statistics(collector, kB);
  EXPECT_EQ(statistics.samples(), 1000u);
  EXPECT_LE(statistics.progression_size(), 11);
  EXPECT_EQ(statistics.progression(0).reported_at_unix(), 1'700'000'000);
  EXPECT_GT(statistics.progression(statistics.progression_size() - 1).reported_at_unix(),
            1'700'000'000 + kReports * 5 * 3 / 4);
}

TEST(Quality, SourcesAreBounded) {
  QualityCollector collector(kListening);
  for (uint32_t ssrc = 0; ssrc <= QualityCollector::kMaxSources; ++ssrc) {
    collector.OnReceiverReport(100 + ssrc, Block(kA, 0, 0), 8000, At(ssrc));
  }
  EXPECT_FALSE(collector.Last(100));  // the one unused longest
  EXPECT_TRUE(collector.Last(101));
  EXPECT_TRUE(collector.Last(100 + QualityCollector::kMaxSources));
}

TEST(Quality, OldSenderReportsAreForgotten) {
  QualityCollector collector({});
  for (uint64_t i = 0; i < 9; ++i)
    collector.OnSenderReport(kA, kNtp + (i << 16), At(static_cast<int64_t>(i)));
  collector.OnReceiverReport(kB, Block(kA, 0, 0, kLastReport), 8000, At(100));
  EXPECT_EQ(collector.Last(kB)->round_trip_time_leg_us, 0u);
  collector.OnReceiverReport(kB, Block(kA, 0, 0, kLastReport + 1), 8000, At(1200));
  EXPECT_NEAR(collector.Last(kB)->round_trip_time_leg_us, 1'199'000, 50);
}

}  // namespace
}  // namespace mediad::rtcp

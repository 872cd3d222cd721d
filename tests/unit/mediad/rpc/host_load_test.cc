// The texts of /proc and the rates of LoadMeter.
#include "mediad/rpc/host_load.h"

#include <gtest/gtest.h>

namespace mediad::rpc {
namespace {

using std::chrono::milliseconds;

TEST(ParseLoadAverage, TakesTheFirstField) {
  EXPECT_DOUBLE_EQ(ParseLoadAverage("0.52 0.58 0.59 1/467 12345\n").value_or(-1), 0.52);
  EXPECT_FALSE(ParseLoadAverage("").has_value());
  EXPECT_FALSE(ParseLoadAverage("nan 1 1").has_value());
  EXPECT_FALSE(ParseLoadAverage("-1 1 1").has_value());
}

TEST(ParseResidentOctets, TakesTheSecondField) {
  EXPECT_EQ(ParseResidentOctets("5000 1200 300 10 0 900 0\n", 4096).value_or(0), 1200u * 4096u);
  EXPECT_FALSE(ParseResidentOctets("5000", 4096).has_value());
}

TEST(ReadHostSample, FindsThisProcess) {
  const HostSample sample = ReadHostSample();
  EXPECT_GT(sample.cpu.total, 0u);
  EXPECT_GT(sample.resident_octets, 100'000u);
}

TEST(LoadMeter, TheFirstReportHasNoRates) {
  LoadMeter meter;
  const auto report = meter.Report({.cpu = {1000, 500}, .load_average = 1.5, .resident_octets = 42},
                                   {.sessions = 3, .packets = 700, .bytes = 9000, .errors = 1},
                                   {.monotonic = milliseconds(5000)});
  EXPECT_EQ(report.sessions(), 3u);
  EXPECT_EQ(report.packets(), 700u);
  EXPECT_EQ(report.errors(), 1u);
  EXPECT_EQ(report.packets_per_second(), 0u);
  EXPECT_EQ(report.cpu_percent(), 0);
  EXPECT_DOUBLE_EQ(report.load_average(), 1.5);
  EXPECT_EQ(report.resident_bytes(), 42u);
}

TEST(LoadMeter, RatesAreOverTheTimeThatPassed) {
  LoadMeter meter;
  meter.Report({.cpu = {1000, 500}}, {.packets = 1000, .bytes = 100'000},
               {.monotonic = milliseconds(0)});
  const auto report = meter.Report({.cpu = {1200, 650}}, {.packets = 1500, .bytes = 300'000},
                                   {.monotonic = milliseconds(2000)});
  EXPECT_EQ(report.packets_per_second(), 250u);
  EXPECT_EQ(report.bytes_per_second(), 100'000u);
  EXPECT_DOUBLE_EQ(report.cpu_percent(), 25);
}

TEST(LoadMeter, OddClocksAndCountersDoNoHarm) {
  LoadMeter meter;
  const base::Now now{.monotonic = milliseconds(1000)};
  meter.Report({.cpu = {1000, 500}}, {.packets = 1000}, now);
  // No time passed; ticks stand still; counters go back.
  auto report = meter.Report({.cpu = {1000, 500}}, {.packets = 900}, now);
  EXPECT_EQ(report.packets_per_second(), 0u);
  EXPECT_EQ(report.cpu_percent(), 0);
  // Idle time may run backwards (proc(5)).
  report = meter.Report({.cpu = {1100, 490}}, {.packets = 900}, {.monotonic = milliseconds(2000)});
  EXPECT_DOUBLE_EQ(report.cpu_percent(), 100);
  report = meter.Report({.cpu = {1100, 490}}, {.packets = 1000}, {.monotonic = milliseconds(2100)});
  EXPECT_DOUBLE_EQ(report.cpu_percent(), 100);  // no tick since: the last value stands
  EXPECT_EQ(report.packets_per_second(), 1000u);
}

}  // namespace
}  // namespace mediad::rpc

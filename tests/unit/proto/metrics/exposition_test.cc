// Statistics as Prometheus reads them.
#include "proto/metrics/exposition.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace metrics {
namespace {

using rtpengine::v1::Statistics;

void Add(Statistics* to, const char* name, const char* help, bool counter, double number,
         const std::vector<std::pair<std::string, std::string>>& labels = {}) {
  Statistics::Value* value = to->add_values();
  value->set_name(name);
  value->set_help(help);
  value->set_counter(counter);
  value->set_value(number);
  for (const auto& [key, text] : labels) (*value->mutable_labels())[key] = text;
}

TEST(ExpositionTest, NamesAreDescribedOnce) {
  Statistics statistics;
  Add(&statistics, "sessions", "Owned sessions", false, 3, {{"type", "own"}});
  Add(&statistics, "packets_total", "", true, 12345678901234.0, {{"type", "userspace"}});
  Add(&statistics, "sessions", "Owned sessions", false, 0, {{"type", "foreign"}});
  EXPECT_EQ(Exposition(statistics),
            "# HELP rtpengine_sessions Owned sessions\n"
            "# TYPE rtpengine_sessions gauge\n"
            "rtpengine_sessions{type=\"own\"} 3\n"
            "# TYPE rtpengine_packets_total counter\n"
            "rtpengine_packets_total{type=\"userspace\"} 12345678901234\n"
            "rtpengine_sessions{type=\"foreign\"} 0\n");
}

TEST(ExpositionTest, LabelsHaveTheirOrderAndAreQuoted) {
  Statistics statistics;
  Add(&statistics, "requests_total", "", true, 1,
      {{"request", "start recording"}, {"proxy", "192.0.2.1"}});
  Add(&statistics, "ports", "", false, 1, {{"address", "::1"}, {"name", "a\"\\\n"}});
  EXPECT_EQ(Exposition(statistics),
            "# TYPE rtpengine_requests_total counter\n"
            "rtpengine_requests_total{proxy=\"192.0.2.1\",request=\"start recording\"} 1\n"
            "# TYPE rtpengine_ports gauge\n"
            "rtpengine_ports{name=\"a\\\"\\\\\\n\",address=\"::1\"} 1\n");
}

TEST(ExpositionTest, Decimals) {
  Statistics statistics;
  Add(&statistics, "request_seconds_total", "", true, 0, {});
  Add(&statistics, "call_duration_avg", "", false, 1.5, {});
  Add(&statistics, "uptime_seconds", "", false, 6, {});
  const std::string text = Exposition(statistics);
  EXPECT_NE(text.find("rtpengine_request_seconds_total 0.000000\n"), text.npos);
  EXPECT_NE(text.find("rtpengine_call_duration_avg 1.500000\n"), text.npos);
  EXPECT_NE(text.find("rtpengine_uptime_seconds 6\n"), text.npos);
}

}  // namespace
}  // namespace metrics

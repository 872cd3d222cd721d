// A write to Graphite: the recorded names in their order, and what is per interval.
#include "controld/export/graphite_lines.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "proto/base/endpoint.h"

namespace controld::exporting {
namespace {

namespace v1 = rtpengine::v1;

v1::WorkerInfo Worker(uint64_t packets, uint64_t kernel_packets) {
  v1::WorkerInfo worker;
  worker.mutable_load()->set_packets(packets);
  worker.mutable_load()->mutable_kernel()->set_packets(kernel_packets);
  for (const char* address : {"203.0.113.1", "2001:db8:4321::1"}) {
    v1::InterfaceLoad* interface = worker.mutable_load()->add_interfaces();
    interface->set_name("default");
    interface->set_address(base::IpAddress::Parse(address)->ToBytes());
    interface->set_ports_used(4);
    interface->set_ports_total(1000);
  }
  return worker;
}

std::vector<std::string> RecordedNames() {
  std::ifstream file(std::filesystem::path(__FILE__).parent_path() / "recorded_names.txt");
  std::vector<std::string> names;
  for (std::string line; std::getline(file, line);) names.push_back(line);
  return names;
}

struct Line {
  std::string name, value, time;
};
std::vector<Line> Lines(const std::string& text) {
  std::vector<Line> out;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    Line& one = out.emplace_back();
    words >> one.name >> one.value >> one.time;
  }
  return out;
}

class GraphiteLinesTest : public ::testing::Test {
 protected:
  std::map<std::string, std::string> Write(uint64_t packets, uint64_t kernel_packets) {
    std::map<std::string, std::string> values;
    text_ = lines_.Write({calls_, times_, interval_, {3, 2, 0, 1}, {Worker(packets, kernel_packets)}}, 1795336097);
    for (const Line& line : Lines(text_)) values[line.name] = line.value;
    return values;
  }

  call::Counters calls_;
  listen::CommandTimes times_;
  listen::IntervalStatistics interval_;
  GraphiteLines lines_{"golden."};
  std::string text_;
};

TEST_F(GraphiteLinesTest, NamesAndOrderAreTheRecordedOnes) {
  Write(0, 0);
  std::vector<std::string> names;
  for (const Line& line : Lines(text_)) {
    EXPECT_EQ(line.time, "1795336097");
    EXPECT_EQ(line.name.rfind("golden.", 0), 0u);
    names.push_back(line.name.substr(7));
  }
  EXPECT_EQ(names, RecordedNames());
  EXPECT_EQ(text_.back(), '\n');
}

TEST_F(GraphiteLinesTest, TotalsAreDifferencesToTheLastWrite) {
  calls_.terminated = 5;
  calls_.finished = 7;
  calls_.duration_s = 10;
  calls_.timed = 2;
  auto values = Write(100, 40);
  EXPECT_EQ(values["golden.regular_term_sess"], "5");
  EXPECT_EQ(values["golden.managed_sess"], "7");
  EXPECT_EQ(values["golden.average_call_dur"], "5.000000");
  EXPECT_EQ(values["golden.relayed_packets_user"], "100");
  EXPECT_EQ(values["golden.relayed_packets"], "140");
  calls_.terminated = 6;
  values = Write(150, 0);  // the worker started again
  EXPECT_EQ(values["golden.regular_term_sess"], "1");
  EXPECT_EQ(values["golden.managed_sess"], "7");
  EXPECT_EQ(values["golden.average_call_dur"], "0.000000");
  EXPECT_EQ(values["golden.relayed_packets_user"], "50");
  EXPECT_EQ(values["golden.relayed_packets_kernel"], "0");
}

TEST_F(GraphiteLinesTest, SessionsCommandsAndPorts) {
  interval_.call_seconds = 1.808283;
  interval_.least_calls = 1;
  interval_.most_calls = 4;
  listen::CommandInterval& recording = interval_.commands[static_cast<size_t>(ng::Command::kStartRecording)];
  recording = {0.001, 0.003, 0.002, 1, 9, 5};
  times_.Count(ng::Command::kStartRecording, std::chrono::milliseconds(1));
  auto values = Write(0, 0);
  EXPECT_EQ(values["golden.call_dur"], "1.808283");
  EXPECT_EQ(values["golden.managed_sess_min"], "1");
  EXPECT_EQ(values["golden.managed_sess_max"], "4");
  EXPECT_EQ(values["golden.current_sessions_own"], "3");
  EXPECT_EQ(values["golden.current_sessions_mixed"], "1");
  EXPECT_EQ(values["golden.start_recording_time_max"], "0.003000");
  EXPECT_EQ(values["golden.start_recordings_ps_max"], "9");
  EXPECT_EQ(values["golden.start_recording_count"], "1");
  EXPECT_EQ(values["golden.ports_free_default_2001:db8:4321::1"], "996");
  EXPECT_EQ(values["golden.ports_used_default_203.0.113.1"], "4");
}

}  // namespace
}  // namespace controld::exporting

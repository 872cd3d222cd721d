// The media plane in /metrics: names, labels and decimals as recorded, sums over workers.
#include "controld/rpc/media_statistics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "proto/metrics/exposition.h"
#include "proto/base/endpoint.h"

namespace controld::rpc {
namespace {

namespace v1 = rtpengine::v1;
using ::testing::HasSubstr;
using ::testing::StartsWith;

v1::WorkerInfo BusyWorker() {
  v1::WorkerInfo worker;
  worker.set_attached(true);
  v1::LoadReport* load = worker.mutable_load();
  load->set_packets(249);
  load->set_active_media(1);
  v1::InterfaceLoad* interface = load->add_interfaces();
  interface->set_name("default");
  interface->set_address(base::IpAddress::Parse("203.0.113.1")->ToBytes());
  interface->set_ports_used(2);
  interface->set_ports_total(500);
  interface->mutable_ingress()->set_packets(531);
  interface->mutable_egress()->set_bytes(80032);
  v1::SampleTotals* mos = interface->mutable_quality()->mutable_mos();
  mos->set_sum(4.3);
  mos->set_sum_of_squares(18.49);
  mos->set_samples(1);
  interface->mutable_quality()->mutable_round_trip_time_leg()->set_sum(10551);
  return worker;
}

std::string Text(void (*collect)(const Workers& workers, Collector* to), const Workers& workers) {
  v1::Statistics statistics;
  Collector collector(&statistics);
  collect(workers, &collector);
  return metrics::Exposition(statistics);
}

TEST(MediaStatisticsTest, Streams) {
  Workers workers(2, BusyWorker());
  workers[1].set_attached(false);  // what it does now is not known
  EXPECT_EQ(Text(CollectStreams, workers),
            "# HELP rtpengine_mediastreams Userspace-only media streams\n"
            "# TYPE rtpengine_mediastreams gauge\n"
            "rtpengine_mediastreams{type=\"userspace\"} 1\n"
            "rtpengine_mediastreams{type=\"kernel\"} 0\n"
            "rtpengine_mediastreams{type=\"mixed\"} 0\n");
  EXPECT_THAT(Text(CollectPackets, workers),
              HasSubstr("rtpengine_packets_total{type=\"userspace\"} 498\n"));
}

TEST(MediaStatisticsTest, TheKernelsPart) {
  Workers workers(1, BusyWorker());
  auto* kernel = workers[0].mutable_load()->mutable_kernel();
  kernel->set_packets(1000);
  kernel->set_errors(2);
  kernel->set_bytes(172000);
  kernel->set_active_media(1);
  workers[0].mutable_load()->set_active_media(3);
  EXPECT_THAT(Text(CollectStreams, workers), HasSubstr("rtpengine_mediastreams{type=\"userspace\"} 2\n"));
  EXPECT_THAT(Text(CollectStreams, workers), HasSubstr("rtpengine_mediastreams{type=\"kernel\"} 1\n"));
  const std::string packets = Text(CollectPackets, workers);
  EXPECT_THAT(packets, HasSubstr("rtpengine_packets_total{type=\"kernel\"} 1000\n"));
  EXPECT_THAT(packets, HasSubstr("rtpengine_packet_errors_total{type=\"kernel\"} 2\n"));
  EXPECT_THAT(packets, HasSubstr("rtpengine_bytes_total{type=\"kernel\"} 172000\n"));
}

TEST(MediaStatisticsTest, QualityIsSummedUp) {
  const std::string text = Text(CollectQuality, Workers(2, BusyWorker()));
  EXPECT_THAT(text, StartsWith("# HELP rtpengine_mos_total Sum of all MOS values sampled\n"
                               "# TYPE rtpengine_mos_total counter\n"
                               "rtpengine_mos_total 8.600000\n"
                               "# HELP rtpengine_mos2_total Sum of all MOS square values sampled\n"
                               "# TYPE rtpengine_mos2_total counter\n"
                               "rtpengine_mos2_total 36.980000\n"
                               "# HELP rtpengine_mos_samples_total Total number of MOS samples\n"
                               "# TYPE rtpengine_mos_samples_total counter\n"
                               "rtpengine_mos_samples_total 2\n"));
  EXPECT_THAT(text, HasSubstr("# HELP rtpengine_rtt_dsct_total Sum of all discrete round-trip time "
                              "values sampled\n"
                              "# TYPE rtpengine_rtt_dsct_total counter\n"
                              "rtpengine_rtt_dsct_total 21102.000000\n"));
  for (const char* name : {"jitter", "rtt_e2e", "packetloss", "jitter_measured"}) {
    EXPECT_THAT(text, HasSubstr(std::string("rtpengine_") + name + "_total 0.000000\n"));
    EXPECT_THAT(text, HasSubstr(std::string("rtpengine_") + name + "2_total 0.000000\n"));
    EXPECT_THAT(text, HasSubstr(std::string("rtpengine_") + name + "_samples_total 0\n"));
  }
  EXPECT_THAT(text,
              HasSubstr("# TYPE rtpengine_rtp_reordered counter\nrtpengine_rtp_reordered 0\n"));
}

TEST(MediaStatisticsTest, InterfacesByNameAndAddress) {
  const std::string text = Text(CollectInterfaces, Workers(2, BusyWorker()));
  const std::string labels = "{name=\"default\",address=\"203.0.113.1\"}";
  EXPECT_THAT(text,
              StartsWith("# TYPE rtpengine_ports_used gauge\n"
                         "rtpengine_ports_used" +
                         labels +
                         " 4\n"
                         "# TYPE rtpengine_ports_free gauge\n"
                         "rtpengine_ports_free" +
                         labels +
                         " 996\n"
                         "# TYPE rtpengine_ports gauge\n"
                         "rtpengine_ports" +
                         labels +
                         " 1000\n"
                         "# TYPE rtpengine_interface_packets_lost counter\n"
                         "rtpengine_interface_packets_lost" +
                         labels +
                         " 0\n"
                         "# TYPE rtpengine_interface_duplicates counter\n"
                         "rtpengine_interface_duplicates" +
                         labels +
                         " 0\n"
                         "# HELP rtpengine_interface_mos_total Sum of all MOS values sampled\n"
                         "# TYPE rtpengine_interface_mos_total counter\n"
                         "rtpengine_interface_mos_total" +
                         labels + " 8.600000\n"));
  EXPECT_THAT(text,
              HasSubstr("# TYPE rtpengine_interface_packets gauge\n"
                        "rtpengine_interface_packets{name=\"default\",address=\"203.0.113.1\","
                        "direction=\"ingress\"} 1062\n"));
  EXPECT_THAT(text, HasSubstr("rtpengine_interface_bytes{name=\"default\",address=\"203.0.113.1\","
                              "direction=\"egress\"} 160064\n"));
}

}  // namespace
}  // namespace controld::rpc

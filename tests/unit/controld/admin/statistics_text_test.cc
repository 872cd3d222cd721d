// Statistics as the admin commands print them, against what was recorded.
#include "controld/admin/statistics_text.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "controld/listen/statistics_tree.h"

namespace controld::admin {
namespace {

namespace v1 = rtpengine::v1;

std::string Recorded(const std::string& name) {
  std::string path(__FILE__);
  path.erase(path.rfind('/'));
  std::ifstream file(path + "/recorded/" + name + ".txt", std::ios::binary);
  EXPECT_TRUE(file) << name;
  return {std::istreambuf_iterator<char>(file), {}};
}

// As the recorded daemon was: idle, two interfaces, one client that said ping.
class StatisticsTextTest : public ::testing::Test {
 protected:
  StatisticsTextTest() {
    clients_.Get(*base::IpAddress::Parse("127.0.0.1"))
        ->Count(ng::Command::kPing, std::chrono::nanoseconds(0), false);
    worker_.set_attached(true);
    for (const char* address : {"203.0.113.1", "2001:db8:4321::1"}) {
      v1::Interface* interface = worker_.add_interfaces();
      interface->set_name("default");
      interface->set_address(base::IpAddress::Parse(address)->ToBytes());
      interface->set_port_min(30000);
      interface->set_port_max(30999);
      interface->set_ports_total(1000);
    }
  }

  ng::Dictionary Tree() { return listen::BuildStatisticsTree({calls_, clients_, {worker_}, 0}); }

  call::Counters calls_;
  listen::ClientStatistics clients_{fleet::HashKey{3, 4}};
  v1::WorkerInfo worker_;
};

TEST_F(StatisticsTextTest, IdleAsRecorded) {
  EXPECT_EQ(TotalsText(Tree()), Recorded("totals"));
  EXPECT_EQ(CountersText(Tree()), Recorded("counters"));
  EXPECT_EQ(InterfacesText(Tree()), Recorded("interfaces"));
  EXPECT_EQ(JsonText(Tree()), Recorded("jsonstats"));
}

TEST_F(StatisticsTextTest, AnInterfaceAtWorkAsRecorded) {
  worker_.mutable_interfaces()->DeleteSubrange(1, 1);
  worker_.mutable_interfaces(0)->set_ports_used(4);
  v1::InterfaceLoad* load = worker_.mutable_load()->add_interfaces();
  load->set_name("default");
  load->set_address(worker_.interfaces(0).address());
  load->mutable_ingress()->set_packets(531);
  load->mutable_ingress()->set_bytes(80164);
  load->mutable_egress()->set_packets(498);
  load->mutable_egress()->set_bytes(80032);
  const auto sample = [](v1::SampleTotals* totals, double sum, uint64_t samples) {
    totals->set_sum(sum);
    totals->set_samples(samples);
  };
  sample(load->mutable_quality()->mutable_mos(), 4.3, 1);
  sample(load->mutable_quality()->mutable_jitter(), 8, 3);
  sample(load->mutable_quality()->mutable_round_trip_time(), 282, 3);
  sample(load->mutable_quality()->mutable_round_trip_time_leg(), 10551, 3);
  sample(load->mutable_quality()->mutable_packet_loss(), 0, 3);
  EXPECT_EQ(InterfacesText(Tree()),
            "Interface 'default' address '203.0.113.1' (IPv4)\n"
            " Port range: 30000 - 30999\n"
            " Ports used:     4 /  1000 (  0.4%)\n"
            " Packets/bytes/errors:\n"
            "  Ingress:          531 /      80164 /          0\n"
            "  Egress:           498 /      80032 /          0\n"
            " Packets lost/duplicates:          0 /          0\n"
            " MOS:    avg 4.3, packet loss avg   0%\n"
            " Jitter: avg   3 (measured -nan)\n"  // nothing is measured here
            " RTT:    e2e  94, dsct 3517\n\n");
}

// Whatever a name holds, the document stays one.
TEST_F(StatisticsTextTest, NamesAreQuoted) {
  worker_.mutable_interfaces(0)->set_name("a\"b\\");
  EXPECT_NE(JsonText(Tree()).find("\"name\":\"a\\\"b\\\\\""), std::string::npos);
}

}  // namespace
}  // namespace controld::admin

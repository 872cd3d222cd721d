// The tree of `statistics`: names and order are the recorded ones; here is what the numbers are made of.
#include "controld/listen/statistics_tree.h"

#include <gmock/gmock.h>

#include "controld/ng/commands.h"

namespace controld::listen {
namespace {

namespace v1 = rtpengine::v1;
using ng::Dictionary;

constexpr fleet::HashKey kKey{3, 4};

const Dictionary& In(const Dictionary& tree, std::string_view key) {
  return *tree.Find(key)->dictionary();
}
int64_t Number(const Dictionary& tree, std::string_view key) {
  return *tree.Find(key)->integer();
}
std::string Text(const Dictionary& tree, std::string_view key) {
  return *tree.Find(key)->string();
}
std::vector<std::string> Keys(const Dictionary& tree) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : tree.entries()) keys.push_back(key);
  return keys;
}

v1::WorkerInfo Worker(const std::string& name, bool attached) {
  v1::WorkerInfo worker;
  worker.set_name(name);
  worker.set_attached(attached);
  v1::Interface* interface = worker.add_interfaces();
  interface->set_name("pub");
  interface->set_address(base::IpAddress::Parse("203.0.113.5")->ToBytes());
  interface->set_port_min(30000);
  interface->set_port_max(30099);
  interface->set_ports_total(100);
  interface->set_ports_used(4);
  worker.add_interfaces()->set_alias_of("pub");
  v1::LoadReport* load = worker.mutable_load();
  load->set_packets(1000);
  load->set_bytes(172000);
  load->set_errors(3);
  load->set_packets_per_second(50);
  load->set_active_media(2);
  v1::InterfaceLoad* traffic = load->add_interfaces();
  traffic->set_name("pub");
  traffic->set_address(interface->address());
  traffic->mutable_ingress()->set_packets(1000);
  traffic->mutable_egress()->set_packets(990);
  v1::SampleTotals* mos = traffic->mutable_quality()->mutable_mos();
  mos->set_sum(8);  // 3.5 and 4.5
  mos->set_sum_of_squares(32.5);
  mos->set_samples(2);
  return worker;
}

class StatisticsTreeTest : public ::testing::Test {
 protected:
  Dictionary Build() { return BuildStatisticsTree({calls_, clients_, workers_, 77}); }

  call::Counters calls_;
  ClientStatistics clients_{kKey};
  std::vector<v1::WorkerInfo> workers_;
};

TEST_F(StatisticsTreeTest, StandsWithoutCallsClientsAndWorkers) {
  const Dictionary tree = Build();
  EXPECT_THAT(Keys(tree), ::testing::ElementsAre("currentstatistics", "totalstatistics", "mos",
                                                 "voip_metrics", "controlstatistics", "interfaces",
                                                 "transcoders", "poller_threads", "bufferpools"));
  EXPECT_EQ(Text(In(tree, "totalstatistics"), "uptime"), "77");
  EXPECT_EQ(Text(In(tree, "totalstatistics"), "avgcallduration"), "0.000000");
  EXPECT_EQ(Text(In(tree, "mos"), "mos_stddev"), "0.000000");
  EXPECT_EQ(Number(In(tree, "controlstatistics"), "totaloffercount"), 0);
}

TEST_F(StatisticsTreeTest, Calls) {
  calls_.calls = 3;
  calls_.finished = 5;
  calls_.terminated = 4;
  calls_.force_terminated = 1;
  calls_.one_way = 2;
  calls_.timed = 2;
  calls_.duration_s = 6;  // 2 and 4 s
  calls_.duration2_s = 20;
  const Dictionary tree = Build();
  EXPECT_EQ(Number(In(tree, "currentstatistics"), "sessionsown"), 3);
  const Dictionary& totals = In(tree, "totalstatistics");
  EXPECT_EQ(Number(totals, "managedsessions"), 5);
  EXPECT_EQ(Number(totals, "regularterminatedsessions"), 4);
  EXPECT_EQ(Number(totals, "forcedterminatedsessions"), 1);
  EXPECT_EQ(Number(totals, "onewaystreams"), 2);
  EXPECT_EQ(Text(totals, "avgcallduration"), "3.000000");
  EXPECT_EQ(Text(totals, "totalcallsduration_stddev"), "1.000000");
}

TEST_F(StatisticsTreeTest, WorkersAreAddedUp) {
  workers_ = {Worker("w1", true), Worker("w2", false)};
  const Dictionary tree = Build();
  const Dictionary& totals = In(tree, "totalstatistics");
  EXPECT_EQ(Number(totals, "relayedpackets_user"), 2000);
  EXPECT_EQ(Number(totals, "relayedpackets"), 2000);
  EXPECT_EQ(Number(totals, "relayedpacketerrors"), 6);
  EXPECT_EQ(Number(totals, "relayedpackets_kernel"), 0);
  // What a worker does that is away is not known.
  EXPECT_EQ(Number(In(tree, "currentstatistics"), "packetrate"), 50);
  EXPECT_EQ(Number(In(tree, "currentstatistics"), "media_userspace"), 2);
  const Dictionary& mos = In(tree, "mos");
  EXPECT_EQ(Text(mos, "mos_total"), "16.000000");
  EXPECT_EQ(Number(mos, "mos_samples_total"), 4);
  EXPECT_EQ(Text(mos, "mos_average"), "4.000000");
  EXPECT_EQ(Text(mos, "mos_stddev"), "0.500000");
  const ng::List& interfaces = *tree.Find("interfaces")->list();
  ASSERT_EQ(interfaces.size(), 2u);  // one of each worker; aliases are none
  const Dictionary& interface = *interfaces[0].dictionary();
  EXPECT_EQ(Text(interface, "address"), "203.0.113.5");
  EXPECT_EQ(Number(In(interface, "ports"), "free"), 96);
  EXPECT_EQ(Text(In(interface, "ports"), "used_pct"), "4.00");
  EXPECT_EQ(Number(In(interface, "egress"), "packets"), 990);
  EXPECT_EQ(Text(In(interface, "voip_metrics"), "mos_average"), "4.000000");
}

TEST_F(StatisticsTreeTest, ClientsByAddressAndCommand) {
  for (const char* address : {"192.0.2.1", "192.0.2.2"}) {
    ClientCounters* counters = clients_.Get(*base::IpAddress::Parse(address));
    counters->Count(ng::Command::kSilenceMedia, std::chrono::milliseconds(1500), true);
  }
  const Dictionary tree = Build();
  const Dictionary& control = In(tree, "controlstatistics");
  const ng::List& proxies = *control.Find("proxies")->list();
  ASSERT_EQ(proxies.size(), 2u);
  const Dictionary& proxy = *proxies[0].dictionary();
  EXPECT_EQ(Number(proxy, "slnmediacount"), 1);
  EXPECT_EQ(Text(proxy, "slnmediaduration"), "1.500000");
  EXPECT_EQ(Number(proxy, "errorcount"), 1);
  EXPECT_EQ(Number(control, "totalslnmediacount"), 2);
  for (const ng::CommandRow& row : ng::CommandRows()) {
    std::string name(row.short_name);
    for (char& letter : name) letter = static_cast<char>(std::tolower(letter));
    EXPECT_NE(control.Find("total" + name + "count"), nullptr) << name;
  }
}

}  // namespace
}  // namespace controld::listen

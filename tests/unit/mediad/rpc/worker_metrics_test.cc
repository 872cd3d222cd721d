// What the worker's metrics listener answers.
#include "mediad/rpc/worker_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace mediad::rpc {
namespace {

using testing::HasSubstr;
using testing::Not;

WorkerSnapshot Ready() {
  WorkerSnapshot worker;
  worker.name = "w1";
  worker.build = "0.1.0";
  worker.uptime_s = 7;
  rtpengine::v1::Peer peer;
  peer.set_address("unix:/run/c.sock");
  peer.set_state("attached");
  worker.controllers.push_back(peer);
  auto* interface = worker.load.add_interfaces();
  interface->set_name("pub");
  interface->set_address(std::string("\xc0\x00\x02\x01", 4));
  interface->set_ports_used(4);
  interface->set_ports_total(10);
  interface->mutable_egress()->set_packets(3);
  return worker;
}

TEST(WorkerMetrics, OtherPathsAreNotFoundWhateverTheWorkerDoes) {
  EXPECT_EQ(AnswerProbe("/", Ready()).status, 404);
  EXPECT_EQ(AnswerProbe("/metrics/", std::nullopt).status, 404);
}

TEST(WorkerMetrics, ASilentWorkerIsNeitherAliveNorReady) {
  for (const char* path : {"/livez", "/readyz", "/metrics"}) {
    EXPECT_EQ(AnswerProbe(path, std::nullopt).status, 503) << path;
  }
}

TEST(WorkerMetrics, ReadyIsAttachedNotDrainingAndWithPorts) {
  WorkerSnapshot worker = Ready();
  EXPECT_EQ(AnswerProbe("/readyz", worker).status, 200);
  worker.controllers[0].set_state("waiting: connection refused");
  worker.draining = true;
  worker.load.mutable_interfaces(0)->set_ports_used(10);
  const runtime::HttpReply reply = AnswerProbe("/readyz", worker);
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.body,
            "draining: new calls are refused\nno controller is attached\nall media ports are in "
            "use\n");
  EXPECT_EQ(AnswerProbe("/livez", worker).status, 200);
}

TEST(WorkerMetrics, ShowsTheWorkersFigures) {
  WorkerSnapshot worker = Ready();
  worker.load.set_active_media(9);
  worker.load.mutable_kernel()->set_active_media(4);
  worker.load.mutable_kernel()->set_mixed_media(2);
  worker.load.mutable_kernel()->set_packets(50);
  worker.load.add_certificates()->set_not_after_unix(2000);
  worker.load.add_certificates()->set_not_after_unix(1000);
  const std::string body = AnswerProbe("/metrics", worker).body;
  for (const char* line : {
           "rtpengine_mediad_info{worker=\"w1\",build=\"0.1.0\"} 1\n",
           "rtpengine_mediad_ready 1\n",
           "rtpengine_mediad_controller_attached{address=\"unix:/run/c.sock\"} 1\n",
           "rtpengine_mediad_active_media{type=\"userspace\"} 3\n",
           "rtpengine_mediad_active_media{type=\"kernel\"} 4\n",
           "rtpengine_mediad_packets_total{type=\"kernel\"} 50\n",
           "rtpengine_mediad_ports_used{name=\"pub\",address=\"192.0.2.1\"} 4\n",
           "rtpengine_mediad_interface_packets_total{name=\"pub\",address=\"192.0.2.1\","
           "direction=\"egress\"} 3\n",
           "rtpengine_mediad_dtls_certificate_expiry_seconds 1000\n",
       }) {
    EXPECT_THAT(body, HasSubstr(line));
  }
  EXPECT_THAT(body, Not(HasSubstr("nftables")));
  EXPECT_THAT(body, Not(HasSubstr("homer")));
  worker.load.mutable_exports()->set_homer_dropped(3);
  EXPECT_THAT(AnswerProbe("/metrics", worker).body,
              HasSubstr("rtpengine_mediad_homer_dropped_total 3\n"));
  worker.load.mutable_firewall()->set_in_place(true);
  EXPECT_THAT(AnswerProbe("/metrics", worker).body,
              HasSubstr("rtpengine_mediad_nftables_in_place 1\n"));
}

}  // namespace
}  // namespace mediad::rpc

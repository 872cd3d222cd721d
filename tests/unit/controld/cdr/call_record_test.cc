// The call record, field by field as recorded from the reference (metrics-and-state.md §3).
#include "controld/cdr/call_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "controld/call/call_model.h"

namespace controld::cdr {
namespace {

namespace v1 = rtpengine::v1;
using testing::HasSubstr;
using testing::Not;

v1::StreamStatistics Stream(const char* remote, const char* local, bool rtcp, uint64_t packets) {
  v1::StreamStatistics stream;
  const base::Endpoint from = *base::Endpoint::Parse(remote);
  const base::Endpoint to = *base::Endpoint::Parse(local);
  stream.set_rtcp(rtcp);
  *stream.mutable_endpoint() = call::ToProto(from);
  stream.set_local_address(to.address.ToBytes());
  stream.set_local_port(to.port);
  stream.mutable_ingress()->set_packets(packets);
  stream.mutable_ingress()->set_bytes(packets * 172);
  stream.set_last_packet_unix(1795335946);
  return stream;
}

class CallRecordTest : public testing::Test {
 protected:
  CallRecordTest() {
    call_.set_call_id("basic-call@golden");
    call_.set_created_from("127.0.0.1:58320");
    call_.set_last_signal_us(1795335941020662);
    AddParty("tagA", call::SENT_OFFER, 1795335941020024, "198.51.100.10:40000", "203.0.113.1:30244");
    AddParty("tagB", call::GOT_OFFER, 1795335941020662, "198.51.100.20:40010", "203.0.113.1:30774");
    Link(0, 1);
    Link(1, 0);
    now_.unix_us = 1795335946304924;
  }

  void AddParty(const char* tag, call::OfferRole role, int64_t signal_us, const char* remote, const char* local) {
    call::Party* party = call_.add_parties();
    party->set_id(call::NewId(&call_));
    party->set_tag(tag);
    party->set_role(role);
    party->set_last_signal_us(signal_us);
    call::Media* media = call::AddMedia(&call_, party);
    v1::MediaStatistics* statistics = statistics_.add_media();
    statistics->set_media(media->id());
    statistics->set_payload_type_seen(8);
    *statistics->add_streams() = Stream(remote, local, false, 249);
  }

  // `to` hears `from`.
  void Link(int from, int to) {
    call::Subscription* link = call_.mutable_parties(to)->mutable_media(0)->add_subscriptions();
    link->set_media(call_.parties(from).media(0).id());
    link->set_offer_answer(true);
  }

  std::string Line(const Ending& ending) { return CallRecord(call_, statistics_, ending, now_); }

  call::CallState call_;
  v1::SessionStatistics statistics_;
  base::Now now_;
};

TEST_F(CallRecordTest, IsAsRecorded) {
  *statistics_.mutable_media(0)->add_streams() = Stream("198.51.100.10:40001", "203.0.113.1:30245", true, 2);
  EXPECT_EQ(
      Line({.reason = "REGULAR"}),
      "ci=basic-call@golden, created_from=127.0.0.1:58320, last_signal=1795335941, tos=0, "
      "ml0_start_time=1795335941.020024, ml0_end_time=1795335946.304924, ml0_duration=5.284900, "
      "ml0_termination=REGULAR, ml0_local_tag=tagA, ml0_local_tag_type=FROM_TAG, ml0_remote_tag=tagB, "
      "payload_type=8, ml0_midx1_rtp_endpoint_ip=198.51.100.10, ml0_midx1_rtp_endpoint_port=40000, "
      "ml0_midx1_rtp_local_relay_ip=203.0.113.1, ml0_midx1_rtp_local_relay_port=30244, "
      "ml0_midx1_rtp_relayed_packets=249, ml0_midx1_rtp_relayed_bytes=42828, ml0_midx1_rtp_relayed_errors=0, "
      "ml0_midx1_rtp_last_packet=1795335946, ml0_midx1_rtp_in_tos_tclass=0, "
      "ml0_midx1_rtcp_endpoint_ip=198.51.100.10, ml0_midx1_rtcp_endpoint_port=40001, "
      "ml0_midx1_rtcp_local_relay_ip=203.0.113.1, ml0_midx1_rtcp_local_relay_port=30245, "
      "ml0_midx1_rtcp_relayed_packets=2, ml0_midx1_rtcp_relayed_bytes=344, ml0_midx1_rtcp_relayed_errors=0, "
      "ml0_midx1_rtcp_last_packet=1795335946, ml0_midx1_rtcp_in_tos_tclass=0, "
      "ml1_start_time=1795335941.020662, ml1_end_time=1795335946.304924, ml1_duration=5.284262, "
      "ml1_termination=REGULAR, ml1_local_tag=tagB, ml1_local_tag_type=TO_TAG, ml1_remote_tag=tagA, "
      "payload_type=8, ml1_midx1_rtp_endpoint_ip=198.51.100.20, ml1_midx1_rtp_endpoint_port=40010, "
      "ml1_midx1_rtp_local_relay_ip=203.0.113.1, ml1_midx1_rtp_local_relay_port=30774, "
      "ml1_midx1_rtp_relayed_packets=249, ml1_midx1_rtp_relayed_bytes=42828, ml1_midx1_rtp_relayed_errors=0, "
      "ml1_midx1_rtp_last_packet=1795335946, ml1_midx1_rtp_in_tos_tclass=0, ");
}

TEST_F(CallRecordTest, PortsAreGoneAfterATimeOut) {
  EXPECT_THAT(Line({.reason = "TIMEOUT", .without_ports = true}),
              HasSubstr("ml0_midx1_rtp_local_relay_ip=, ml0_midx1_rtp_local_relay_port=0, "));
}

TEST_F(CallRecordTest, AnUnansweredPartyHasNoTagAndNoMedia) {
  call_.mutable_parties(1)->clear_tag();
  call_.mutable_parties(1)->clear_role();
  call_.mutable_parties(1)->clear_last_signal_us();
  statistics_.mutable_media(1)->set_payload_type_seen(128);
  statistics_.mutable_media(1)->mutable_streams(0)->clear_endpoint();
  const std::string line = Line({.reason = "OFFER_TIMEOUT", .without_ports = true});
  EXPECT_THAT(line, HasSubstr("ml0_remote_tag=(null), "));
  EXPECT_THAT(line, HasSubstr("ml1_start_time=0.000000, "));
  EXPECT_THAT(line, HasSubstr("ml1_duration=0.000000, "));
  EXPECT_THAT(line, HasSubstr("ml1_local_tag=(null), ml1_local_tag_type=UNKNOWN, "));
  EXPECT_THAT(line, HasSubstr("payload_type=unknown, ml1_midx1_rtp_endpoint_ip=, ml1_midx1_rtp_endpoint_port=0, "));
}

TEST_F(CallRecordTest, ALineStaysALine) {
  call_.set_call_id("a\nci=other");
  call_.mutable_parties(0)->set_tag("t\r\n");
  const std::string line = Line({});
  EXPECT_THAT(line, HasSubstr("ci=a?ci=other, "));
  EXPECT_THAT(line, HasSubstr("ml0_local_tag=t??, "));
  EXPECT_THAT(line, Not(HasSubstr("\n")));
}

}  // namespace
}  // namespace controld::cdr

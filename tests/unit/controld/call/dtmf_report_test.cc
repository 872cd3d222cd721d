// DTMF events in the recorded forms, and who is told of them.
#include "controld/call/dtmf_report.h"

#include <gtest/gtest.h>

#include <vector>

#include "proto/base/endpoint.h"
#include "tests/unit/controld/call/service_fixture.h"

namespace controld::call {
namespace {

namespace v1 = rtpengine::v1;

constexpr base::Now kNow{std::chrono::hours(1), 1795336092'000000};

CallState RecordedCall() {
  CallState call;
  call.set_call_id("basic-call@golden");
  Party* callee = call.add_parties();
  callee->set_tag("tagB");
  Party* caller = call.add_parties();
  caller->set_tag("tagA");
  caller->set_label("caller");
  caller->add_media()->set_id(7);
  Party* gone = call.add_parties();
  gone->set_tag("gone");
  gone->set_removed(true);
  call.add_parties();  // has not answered
  return call;
}

v1::DtmfEvent RecordedEvent() {
  v1::DtmfEvent event;
  event.set_media(7);
  event.set_event(1);
  event.set_duration_ms(160);
  event.set_volume(10);
  event.set_source(base::IpAddress::Parse("198.51.100.10")->ToBytes());
  return event;
}

TEST(DtmfReportTest, AsRecorded) {
  const auto report = ReportDtmf(RecordedCall(), RecordedEvent(), kNow);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->json,
            "{\"callid\":\"basic-call@golden\",\"source_tag\":\"tagA\",\"source_label\":\"caller\","
            "\"tags\":[\"tagB\",\"tagA\"],\"type\":\"DTMF\",\"timestamp\":1795336092,"
            "\"source_ip\":\"198.51.100.10\",\"event\":1,\"duration\":160,\"volume\":10}");
  EXPECT_EQ(report->notification,
            "d6:notify6:onDTMF4:datad4:tagsl4:tagB4:tagAe6:callid17:basic-call@golden10:source_tag4:tagA"
            "12:source_label6:caller4:type4:DTMF9:source_ip13:198.51.100.109:timestampi1795336092e5:eventi1e"
            "8:durationi160e6:volumei10eee");
  EXPECT_EQ(report->destination, "");
}

TEST(DtmfReportTest, NothingOfWhatIsNotThereOrCannotBe) {
  const CallState call = RecordedCall();
  v1::DtmfEvent event = RecordedEvent();
  event.set_media(8);
  EXPECT_FALSE(ReportDtmf(call, event, kNow));
  event = RecordedEvent();
  event.set_event(16);
  EXPECT_FALSE(ReportDtmf(call, event, kNow));
  event = RecordedEvent();
  event.set_source("x");
  EXPECT_TRUE(ReportDtmf(call, event, kNow));
}

class DtmfServiceTest : public ServiceTest {
 protected:
  DtmfServiceTest() {
    settings_.tell_dtmf = [this](const DtmfReport& report) { told_.push_back(report); };
  }
  bool Wanted() { return gateway_.held["c"].session.media(0).report_dtmf(); }

  std::vector<DtmfReport> told_;
};

TEST_F(DtmfServiceTest, IsWantedByOptionOrByTheCall) {
  Restart();
  Establish("c");
  EXPECT_FALSE(Wanted());
  ng::Request offer = OfferFor("c");
  offer.dtmf_log_destination = "192.0.2.9:7777";
  ASSERT_EQ(ResultOf(offer), "ok");
  EXPECT_TRUE(Wanted());

  v1::Event event;
  event.set_session("c");
  *event.mutable_dtmf() = RecordedEvent();
  event.mutable_dtmf()->set_media(gateway_.held["c"].session.media(0).id());
  service_->OnEvent("w1", event, now_);
  ASSERT_EQ(told_.size(), 1u);
  EXPECT_EQ(told_[0].destination, "192.0.2.9:7777");
  service_->OnEvent("w2", event, now_);
  EXPECT_EQ(told_.size(), 1u) << "not the worker of the call";

  settings_.report_dtmf = true;
  Restart();
  gateway_.held.clear();
  Establish("c");
  EXPECT_TRUE(Wanted());
}

}  // namespace
}  // namespace controld::call

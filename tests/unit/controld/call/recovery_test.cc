// Calls over restarts of either side, and the ends that workers report.
#include <gmock/gmock.h>

#include "controld/call/call_state.pb.h"
#include "tests/unit/controld/call/service_fixture.h"

namespace controld::call {
namespace {

namespace v1 = rtpengine::v1;

class RecoveryTest : public ServiceTest {
 protected:
  void AttachAgain(const std::vector<v1::SessionRecord>& records) {
    for (const v1::SessionRecord& record : records) service_->Reconcile("w1", record, now_);
    service_->ReconcileDone("w1", now_);
    gateway_.AnswerAll();
  }
  v1::Event EventFor(const std::string& call_id) {
    v1::Event event;
    event.set_session(call_id);
    event.set_owner("c1");
    event.set_generation(gateway_.held[call_id].session.generation());
    return event;
  }
  v1::Event Idle(const std::string& call_id, v1::Liveness liveness) {
    v1::Event event = EventFor(call_id);
    event.mutable_idle()->set_last_liveness(liveness);
    return event;
  }
  void Tell(const v1::Event& event) {
    service_->OnEvent("w1", event, now_);
    gateway_.AnswerAll();
  }
};

TEST_F(RecoveryTest, AdoptsWhatWorkersHold) {
  Establish("c");
  Establish("d");
  counters_.calls = 0;
  gateway_.charges.clear();
  Restart();
  EXPECT_EQ(service_->size(), 0u);
  AttachAgain(gateway_.Inventory());
  EXPECT_EQ(service_->size(), 2u);
  EXPECT_EQ(counters_.adopted.load(), 2u);
  EXPECT_EQ(counters_.calls.load(), 2);
  EXPECT_EQ(gateway_.charges["w1"], 4);
  // Nothing to say to the worker: it runs what is wanted.
  EXPECT_EQ(gateway_.Count(Kind::kApply), 4u);
}

TEST_F(RecoveryTest, ARecordNobodyCanReadIsDropped) {
  Establish("c");
  std::vector<v1::SessionRecord> records = gateway_.Inventory();
  records[0].set_record("\xff\xff\xff");
  Restart();
  AttachAgain(records);
  EXPECT_EQ(service_->size(), 0u);
  EXPECT_TRUE(gateway_.held.empty());
}

TEST_F(RecoveryTest, ARecordOfAnotherCallIsDropped) {
  Establish("c");
  std::vector<v1::SessionRecord> records = gateway_.Inventory();
  CallState state;
  ASSERT_TRUE(state.ParseFromString(records[0].record()));
  state.set_call_id("x");
  records[0].set_record(state.SerializeAsString());
  Restart();
  AttachAgain(records);
  EXPECT_EQ(service_->size(), 0u);
}

TEST_F(RecoveryTest, ReappliesAGenerationTheWorkerMissed) {
  Establish("c");
  const std::vector<v1::SessionRecord> old = gateway_.Inventory();
  ASSERT_EQ(ResultOf(OfferFor("c", 4002)), "ok");
  const size_t before = gateway_.Count(Kind::kApply);
  AttachAgain(old);
  EXPECT_EQ(gateway_.Count(Kind::kApply), before + 1);
  EXPECT_GT(gateway_.last_session().generation(), old[0].generation() + 1);
  EXPECT_EQ(gateway_.last_session().port_sets(0).port(), 0u);  // not pinned: the worker has them
  AttachAgain(gateway_.Inventory());
  EXPECT_EQ(gateway_.Count(Kind::kApply), before + 1);  // now it is up to date
}

// The worker carried out a change that the proxy was told had failed: it must go back.
TEST_F(RecoveryTest, TakesBackAGenerationThatWasGivenUp) {
  Establish("c");
  gateway_.lose_next_result = true;
  EXPECT_EQ(ErrorOf(OfferFor("c", 4002)), "Error rewriting SDP");
  const uint64_t ahead = gateway_.held["c"].session.generation();
  ASSERT_EQ(gateway_.held["c"].session.port_sets_size(), 3);
  AttachAgain(gateway_.Inventory());
  EXPECT_GT(gateway_.held["c"].session.generation(), ahead);
  EXPECT_EQ(gateway_.held["c"].session.port_sets_size(), 2);
}

TEST_F(RecoveryTest, ReplaysOnARestartedWorkerWithTheSamePorts) {
  Establish("c");
  gateway_.held.clear();
  AttachAgain({});
  EXPECT_EQ(counters_.replayed.load(), 1u);
  const v1::Session& session = gateway_.last_session();
  ASSERT_EQ(session.port_sets_size(), 2);
  EXPECT_EQ(session.port_sets(0).port(), 30000u);
  EXPECT_EQ(session.port_sets(1).port(), 30002u);
  EXPECT_EQ(PortOf(OfferFor("c")), 30000);
}

TEST_F(RecoveryTest, AReplayThatFailsEndsTheCall) {
  Establish("c");
  gateway_.held.clear();
  gateway_.FailNextApply(v1::Error::PORTS_EXHAUSTED, "taken");
  AttachAgain({});
  EXPECT_EQ(service_->size(), 0u);
  EXPECT_EQ(counters_.replay_failed.load(), 1u);
  EXPECT_EQ(counters_.worker_lost.load(), 1u);
  EXPECT_EQ(gateway_.charges["w1"], 0);
}

TEST_F(RecoveryTest, CommandsWaitForTheReplay) {
  Establish("c");
  gateway_.held.clear();
  service_->ReconcileDone("w1", now_);
  const Reply offer = Start(OfferFor("c"));
  EXPECT_EQ(gateway_.pending(), 1u);
  gateway_.AnswerAll();
  ASSERT_TRUE(offer->has_value());
  EXPECT_EQ(MediaPort(Text(**offer, "sdp")), 30000);
}

TEST_F(RecoveryTest, IdleSessionsEndForTheirReason) {
  const struct {
    v1::Liveness liveness;
    std::atomic<uint64_t>* counter;
  } cases[] = {{v1::CHECKED, &counters_.timed_out},
               {v1::SILENT, &counters_.silent_timed_out},
               {v1::UNANSWERED, &counters_.offer_timed_out}};
  for (const auto& test : cases) {
    Establish("c");
    Tell(Idle("c", test.liveness));
    EXPECT_EQ(service_->size(), 0u);
    EXPECT_TRUE(gateway_.held.empty());
    EXPECT_EQ(test.counter->load(), 1u) << test.liveness;
  }
  EXPECT_EQ(counters_.finished.load(), 3u);
}

TEST_F(RecoveryTest, SignallingMeanwhileStartsANewPeriod) {
  Establish("c");
  const v1::Event stale = Idle("c", v1::CHECKED);
  ASSERT_EQ(ResultOf(OfferFor("c")), "ok");
  Tell(stale);
  EXPECT_EQ(service_->size(), 1u);

  const v1::Event current = Idle("c", v1::CHECKED);
  const Reply offer = Start(OfferFor("c"));  // on its way
  service_->OnEvent("w1", current, now_);
  gateway_.AnswerAll();
  EXPECT_TRUE(offer->has_value());
  EXPECT_EQ(service_->size(), 1u);
}

// Idle is said once per generation; it counts although the worker runs one that was given up here.
TEST_F(RecoveryTest, AWorkerThatIsAheadTimesOut) {
  Establish("c");
  gateway_.lose_next_result = true;
  EXPECT_EQ(ErrorOf(OfferFor("c", 4002)), "Error rewriting SDP");
  Tell(Idle("c", v1::CHECKED));
  EXPECT_EQ(service_->size(), 0u);
  EXPECT_EQ(counters_.timed_out.load(), 1u);
}

TEST_F(RecoveryTest, NoMediaTimeoutWhileADeletionIsPending) {
  Establish("c");
  Do(DeleteFor("c", 30));
  Tell(Idle("c", v1::CHECKED));
  EXPECT_EQ(service_->size(), 1u);
  TickAt(31);
  EXPECT_EQ(counters_.terminated.load(), 1u);
  EXPECT_EQ(counters_.timed_out.load(), 0u);
}

TEST_F(RecoveryTest, AnIdleRecordEndsWhenAdopted) {
  Establish("c");
  std::vector<v1::SessionRecord> records = gateway_.Inventory();
  records[0].set_idle(true);
  Restart();
  AttachAgain(records);
  EXPECT_EQ(service_->size(), 0u);
  EXPECT_EQ(counters_.timed_out.load(), 1u);
}

TEST_F(RecoveryTest, FinalTimeoutAndFailure) {
  Establish("c");
  v1::Event deadline = EventFor("c");
  deadline.mutable_deadline();
  Tell(deadline);
  EXPECT_EQ(counters_.final_timed_out.load(), 1u);
  EXPECT_EQ(service_->size(), 0u);
  Establish("c");
  v1::Event failed = EventFor("c");
  failed.mutable_failed()->set_reason("socket");
  Tell(failed);
  EXPECT_EQ(service_->size(), 0u);
  EXPECT_TRUE(gateway_.held.empty());
}

TEST_F(RecoveryTest, EventsOfOtherWorkersAndCallsAreIgnored) {
  Establish("c");
  service_->OnEvent("w2", Idle("c", v1::CHECKED), now_);
  v1::Event unknown = Idle("c", v1::CHECKED);
  unknown.set_session("nobody");
  Tell(unknown);
  EXPECT_EQ(service_->size(), 1u);
}

TEST_F(RecoveryTest, ForceDelete) {
  Establish("c");
  for (uint32_t id = 1; id <= 9; ++id) {  // whatever number the first media has
    auto* media = gateway_.statistics.add_media();
    media->set_media(id);
    media->add_streams()->mutable_ingress()->set_packets(7);
  }
  int answers = 0;
  service_->ForceDelete("c", now_, [&](bool found, const v1::CallInfo& call) {
    ++answers;
    EXPECT_TRUE(found);
    EXPECT_EQ(call.call_id(), "c");
    ASSERT_EQ(call.parties_size(), 2);
    EXPECT_EQ(call.parties(0).tag(), "A");
    ASSERT_EQ(call.parties(0).media(0).statistics().streams_size(), 1);
    EXPECT_EQ(call.parties(0).media(0).statistics().streams(0).ingress().packets(), 7u);
  });
  gateway_.AnswerAll();
  EXPECT_EQ(answers, 1);
  EXPECT_EQ(counters_.force_terminated.load(), 1u);
  EXPECT_EQ(service_->size(), 0u);
  service_->ForceDelete("c", now_, [&](bool found, const v1::CallInfo&) {
    ++answers;
    EXPECT_FALSE(found);
  });
  EXPECT_EQ(answers, 2);
}

TEST_F(RecoveryTest, AWorkerThatStaysAwayEndsItsCalls) {
  Establish("c");
  Establish("d");
  service_->OnWorkerGone("w2", now_);
  EXPECT_EQ(service_->size(), 2u);
  service_->OnWorkerGone("w1", now_);
  EXPECT_EQ(service_->size(), 0u);
  EXPECT_EQ(counters_.worker_lost.load(), 2u);
  EXPECT_EQ(gateway_.charges["w1"], 0);
}

// A command at work when its worker goes: answered once, and the call is gone all the same.
TEST_F(RecoveryTest, AWorkerGoesWhileACommandIsAtWork) {
  Establish("c");
  gateway_.FailNextApply(v1::Error::UNSPECIFIED, "lost");
  const Reply offer = Start(OfferFor("c", 4002));
  const Reply deletion = Start(DeleteFor("c"));
  service_->OnWorkerGone("w1", now_);
  gateway_.AnswerAll();
  ASSERT_TRUE(offer->has_value());
  EXPECT_EQ(Text(**offer, "result"), "error");
  ASSERT_TRUE(deletion->has_value());
  EXPECT_EQ(Text(**deletion, "warning"), "Call-ID not found or tags didn't match");
  EXPECT_EQ(service_->size(), 0u);
  EXPECT_EQ(gateway_.charges["w1"], 0);
}

}  // namespace
}  // namespace controld::call

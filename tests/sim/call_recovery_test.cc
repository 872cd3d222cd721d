// A controller dies in mid-call and its successor takes the calls over from what the worker holds:
// list, query, re-offer (same ports) and delete work as if nothing had happened. In memory, virtual
// clock.
#include <gmock/gmock.h>

#include "tests/unit/controld/call/service_fixture.h"

namespace controld::call {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

class CallRecovery : public ServiceTest {
 protected:
  // The old life ends as it stands: nothing is said to the worker.
  void Die() {
    Restart();
    counters_.calls = 0;
    gateway_.charges.clear();
  }
  void TakeOver() {
    for (const rtpengine::v1::SessionRecord& record : gateway_.Inventory()) {
      service_->Reconcile("w1", record, now_);
    }
    service_->ReconcileDone("w1", now_);
    gateway_.AnswerAll();
  }
};

TEST_F(CallRecovery, TheSuccessorCarriesOn) {
  Establish("c");
  ASSERT_EQ(PortOf(With(OfferFor("c"), {ng::Flag::kReplaceSdpVersion})), 30000);
  Die();
  TakeOver();

  std::vector<std::string> ids;
  service_->List(10, &ids);
  EXPECT_THAT(ids, ElementsAre("c"));
  const ng::Dictionary queried = Do(QueryFor("c"));
  EXPECT_THAT(Keys(queried, "tags"), ElementsAre("A", "B"));
  EXPECT_EQ(*queried.Find("created_ts")->integer(), At(0).unix_us);

  now_ = At(100);
  const std::string offered = Text(Do(With(OfferFor("c"), {ng::Flag::kReplaceSdpVersion})), "sdp");
  EXPECT_EQ(MediaPort(offered), 30000);
  // The memory behind o= came along: the same SDP has the same version.
  EXPECT_THAT(LinesOf(offered, "o="), ElementsAre("o=alice 7 7 IN IP4 192.0.2.10"));
  EXPECT_EQ(PortOf(AnswerFor("c")), 30002);
  EXPECT_EQ(PortOf(OfferFor("c", 4002)), 30004);

  EXPECT_EQ(ResultOf(DeleteFor("c")), "ok");
  EXPECT_TRUE(gateway_.held.empty());
  EXPECT_EQ(counters_.calls.load(), 0);
  EXPECT_EQ(gateway_.charges["w1"], 0);
}

TEST_F(CallRecovery, AnEarlyCallIsAnsweredByTheSuccessor) {
  ASSERT_EQ(PortOf(OfferFor("c")), 30000);
  Die();
  TakeOver();
  EXPECT_EQ(PortOf(AnswerFor("c")), 30002);
}

// The successor goes on with a deletion that its predecessor had put off, and with its cancellation.
TEST_F(CallRecovery, ADelayedDeletionIsCarriedOutByTheSuccessor) {
  Establish("c");
  Establish("d");
  Do(DeleteFor("c", 30));
  Do(DeleteFor("d", 30));
  now_ = At(5);
  ASSERT_EQ(ResultOf(OfferFor("d")), "ok");
  Die();
  TakeOver();
  TickAt(29);
  EXPECT_EQ(service_->size(), 2u);
  TickAt(31);
  EXPECT_EQ(service_->size(), 1u);
  TickAt(60);
  std::vector<std::string> ids;
  service_->List(10, &ids);
  EXPECT_THAT(ids, ElementsAre("d"));
}

// The controller died between the worker's work and its answer: the proxy repeats its offer.
TEST_F(CallRecovery, AnOfferWithoutReplyIsRepeated) {
  Establish("c");
  const Reply lost = Start(OfferFor("c", 4002));
  Die();
  gateway_.DropAnswers();
  EXPECT_FALSE(lost->has_value());
  TakeOver();
  EXPECT_EQ(PortOf(OfferFor("c", 4002)), 30004);
  EXPECT_EQ(PortOf(OfferFor("c", 4000)), 30000);
}

TEST_F(CallRecovery, ManyCallsOverSeveralLives) {
  constexpr int kCalls = 50;
  std::vector<int> ports;
  for (int i = 0; i < kCalls; ++i) {
    const std::string id = base::StrCat("call-", i);
    ports.push_back(PortOf(OfferFor(id)));
    ASSERT_EQ(ResultOf(AnswerFor(id)), "ok");
  }
  for (int life = 0; life < 3; ++life) {
    Die();
    TakeOver();
    ASSERT_EQ(service_->size(), static_cast<size_t>(kCalls));
    EXPECT_EQ(gateway_.charges["w1"], 2 * kCalls);
    for (int i = 0; i < kCalls; ++i) {
      EXPECT_EQ(PortOf(OfferFor(base::StrCat("call-", i))), ports[static_cast<size_t>(i)]);
    }
  }
  for (int i = 0; i < kCalls; ++i) {
    EXPECT_EQ(ResultOf(DeleteFor(base::StrCat("call-", i))), "ok");
  }
  EXPECT_TRUE(gateway_.held.empty());
  EXPECT_EQ(gateway_.charges["w1"], 0);
}

// Both sides die: the successor has calls from one worker's records, then that worker starts empty.
TEST_F(CallRecovery, AdoptedCallsAreReplayedOnARestartedWorker) {
  Establish("c");
  Die();
  TakeOver();
  gateway_.held.clear();
  TakeOver();
  ASSERT_EQ(gateway_.held.size(), 1u);
  std::vector<uint32_t> ports;
  for (const auto& [id, allocation] : gateway_.held["c"].allocations) {
    ports.push_back(allocation.port());
  }
  EXPECT_THAT(ports, UnorderedElementsAre(30000u, 30002u));
}

}  // namespace
}  // namespace controld::call

// Commands on two calls, which become one (ng-protocol.md §6.17): all or nothing, and found by both ids.
#include "controld/call/join.h"

#include <gmock/gmock.h>

#include "tests/unit/controld/call/loop_directory.h"
#include "tests/unit/controld/call/session_commands_fixture.h"

namespace controld::call {
namespace {

using ng::Command;
using ng::Flag;
using ::testing::ElementsAre;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

class JoinTest : public SessionCommandTest {
 protected:
  JoinTest() {
    service_->SetDirectory(&directory_);
    Establish("c");
    ResultOf(Offer("x", "C", Sdp("192.0.2.30", 4500)));
    ResultOf(Answer("x", "C", "D", Sdp("198.51.100.40", 5500)));
  }
  ng::Request ConnectFor(const std::string& to, const std::string& to_call_id) {
    ng::Request request = Message(Command::kConnect, "c");
    request.from_tag = "A";
    request.to_tag = to;
    request.to_call_id = to_call_id;
    return request;
  }
  std::vector<std::string> TagsOf(const std::string& call_id) {
    return Keys(Do(QueryFor(call_id)), "tags");
  }
  uint32_t PortOfTag(const std::string& tag) {
    const CallState call = Record();
    const Party* party = FindPartyByTag(call, tag);
    const auto& held = gateway_.held["c"].allocations;
    return held.at(party->media(0).port_set()).port();
  }
  static ng::Request WholeCall(const std::string& call_id, int delay = 0) {
    ng::Request request = Message(Command::kDelete, call_id);
    request.delete_delay = delay;
    return request;
  }

  LoopDirectory directory_{service_};
};

TEST_F(JoinTest, TheCallsBecomeOneOnTheirPorts) {
  const int64_t charged = gateway_.charges["w1"];
  EXPECT_EQ(ResultOf(ConnectFor("C", "x")), "ok");
  EXPECT_THAT(Routes(), UnorderedElementsAre(Pair("A", "C"), Pair("C", "A")));
  EXPECT_EQ(gateway_.held.count("x"), 0u);
  EXPECT_EQ(service_->size(), 1u);
  EXPECT_EQ(gateway_.charges["w1"], charged);
  EXPECT_EQ(counters_.calls.load(), 1);
  // Towards callers the second ports of each call.
  EXPECT_EQ(PortOfTag("A"), 30002u);
  EXPECT_EQ(PortOfTag("C"), 30006u);
}

TEST_F(JoinTest, ItIsFoundByBothIds) {
  Do(ConnectFor("C", "x"));
  EXPECT_THAT(TagsOf("x"), UnorderedElementsAre("A", "B", "C", "D"));
  EXPECT_THAT(TagsOf("c"), UnorderedElementsAre("A", "B", "C", "D"));
}

TEST_F(JoinTest, EachIdEndsItsOwnParties) {
  Do(ConnectFor("C", "x"));
  const ng::Dictionary first = Do(WholeCall("x"));
  EXPECT_THAT(Keys(first, "tags"), UnorderedElementsAre("A", "B", "C", "D"));
  EXPECT_EQ(service_->size(), 1u);
  EXPECT_EQ(gateway_.held["c"].session.port_sets_size(), 2);
  Do(WholeCall("c"));
  EXPECT_EQ(service_->size(), 0u);
  // The id is free again.
  EXPECT_EQ(ErrorOf(QueryFor("x")), "Unknown call-id");
  EXPECT_EQ(ResultOf(Offer("x", "E", Sdp("192.0.2.30", 4500))), "ok");
  EXPECT_EQ(gateway_.held.count("x"), 1u);
}

TEST_F(JoinTest, ADelayedDeletionTakesThatIdsPartiesOnly) {
  Do(ConnectFor("C", "x"));
  EXPECT_EQ(ResultOf(WholeCall("x", 5)), "ok");
  TickAt(6);
  EXPECT_EQ(service_->size(), 1u);
  EXPECT_EQ(gateway_.held["c"].session.port_sets_size(), 2);
}

TEST_F(JoinTest, FailureLeavesBothAsTheyWere) {
  const std::string c = Record("c").SerializeAsString();
  const std::string x = Record("x").SerializeAsString();
  EXPECT_EQ(ErrorOf(ConnectFor("C", "nosuch")), "Unknown call-ID(s)");
  ng::Request nobody = ConnectFor("C", "x");
  nobody.from_tag = "nobody";
  EXPECT_EQ(ErrorOf(nobody), "From-tag given, but no such tag exists");
  gateway_.FailNextApply(rtpengine::v1::Error::INVALID, "no");
  EXPECT_EQ(ErrorOf(ConnectFor("C", "x")), "Failed to connect parties");
  EXPECT_EQ(service_->size(), 2u);
  EXPECT_EQ(Record("c").SerializeAsString(), c);
  EXPECT_EQ(Record("x").SerializeAsString(), x);
  EXPECT_EQ(ResultOf(QueryFor("x")), "ok");
}

TEST_F(JoinTest, ATagInBothIsACollision) {
  ResultOf(Offer("y", "A", Sdp("192.0.2.30", 4500)));
  EXPECT_EQ(ErrorOf(ConnectFor("A", "y")), "Failed to merge two calls into one (tag collision)");
  EXPECT_EQ(service_->size(), 3u);
  EXPECT_EQ(ResultOf(QueryFor("y")), "ok");
}

TEST_F(JoinTest, JoinedAgainItIsFoundWhereItIsNow) {
  Do(ConnectFor("C", "x"));
  ResultOf(Offer("y", "E", Sdp("192.0.2.50", 4700)));
  ng::Request request = Message(Command::kConnect, "y");
  request.from_tag = "E";
  request.to_tag = "D";
  request.to_call_id = "x";  // part of c by now
  EXPECT_EQ(ResultOf(request), "ok");
  EXPECT_EQ(service_->size(), 1u);
  for (const char* id : {"c", "x", "y"}) {
    EXPECT_THAT(TagsOf(id), ::testing::Contains("E")) << id;
  }
}

TEST_F(JoinTest, MeshOfTwoCalls) {
  ng::Request request = Message(Command::kMesh, "c");
  request.calls = {"c", "x"};
  request.tags = {{"A", {"C", "D"}}};
  EXPECT_EQ(ResultOf(request), "ok");
  EXPECT_THAT(Routes(), UnorderedElementsAre(Pair("A", "B"), Pair("B", "A"), Pair("C", "D"),
                                             Pair("D", "C"), Pair("A", "C"), Pair("A", "D")));
}

TEST_F(JoinTest, ACommandWaitsUntilTheCallsAreOne) {
  const Reply joined = Start(ConnectFor("C", "x"));
  const Reply offer = Start(Reoffer("c", "A", "C", Sdp("192.0.2.10", 4000)));
  EXPECT_FALSE(offer->has_value());
  gateway_.AnswerAll();
  ASSERT_TRUE(joined->has_value() && offer->has_value());
  EXPECT_EQ(Text(**offer, "result"), "ok");
}

TEST_F(JoinTest, BothIdsSurviveARestart) {
  Do(ConnectFor("C", "x"));
  Restart();
  service_->SetDirectory(&directory_);
  for (const auto& record : gateway_.Inventory()) service_->Reconcile("w1", record, now_);
  service_->ReconcileDone("w1", now_);
  gateway_.AnswerAll();
  EXPECT_THAT(TagsOf("x"), UnorderedElementsAre("A", "B", "C", "D"));
  Do(WholeCall("x"));
  EXPECT_EQ(gateway_.held["c"].session.port_sets_size(), 2);
}

}  // namespace
}  // namespace controld::call

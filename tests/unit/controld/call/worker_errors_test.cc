// What commands do when the worker says no, or nothing (ng-protocol.md §6.1).
#include <gmock/gmock.h>

#include "tests/unit/controld/call/service_fixture.h"

namespace controld::call {
namespace {

using rtpengine::v1::Error;

class WorkerErrors : public ServiceTest {};

TEST_F(WorkerErrors, OutOfPortsANewCallIsNotThere) {
  gateway_.FailNextApply(Error::PORTS_EXHAUSTED, "no ports left");
  const ng::Dictionary reply = Do(OfferFor("c"));
  EXPECT_EQ(reply.size(), 2u);
  EXPECT_EQ(Text(reply, "result"), "error");
  EXPECT_EQ(Text(reply, "error-reason"), "Ran out of ports");
  EXPECT_EQ(service_->size(), 0u);
  EXPECT_EQ(gateway_.charges["w1"], 0);
  EXPECT_EQ(counters_.calls.load(), 0);
}

TEST_F(WorkerErrors, OutOfPortsAReofferDestroysTheCall) {
  Establish("c");
  gateway_.FailNextApply(Error::PORTS_EXHAUSTED, "no ports left");
  EXPECT_EQ(ErrorOf(OfferFor("c", 4002)), "Ran out of ports");
  EXPECT_EQ(service_->size(), 0u);
  EXPECT_TRUE(gateway_.held.empty());
  EXPECT_EQ(gateway_.charges["w1"], 0);
}

TEST_F(WorkerErrors, AFailedBindSaysWhatHappened) {
  gateway_.FailNextApply(Error::BIND_FAILED, "bind 203.0.113.5:30000: Cannot assign");
  const ng::Dictionary reply = Do(OfferFor("c"));
  EXPECT_EQ(Text(reply, "error-reason"), "Ran out of ports");
  EXPECT_EQ(Text(reply, "message"), "bind 203.0.113.5:30000: Cannot assign");
  EXPECT_EQ(service_->size(), 0u);
}

// Another node can take a new call: the proxy is told in the words it fails over on.
TEST_F(WorkerErrors, ANewCallOnALostWorkerIsRefused) {
  for (const Error::Code code :
       {Error::UNSPECIFIED, Error::LIMIT, Error::DRAINING_REFUSED, Error::SHUTTING_DOWN}) {
    gateway_.FailNextApply(code, "no");
    const ng::Dictionary reply = Do(With(OfferFor("c"), {ng::Flag::kSupportsLoadLimit}));
    EXPECT_EQ(Text(reply, "result"), "load limit");
    EXPECT_EQ(Text(reply, "message"), "Load limit exceeded");
    gateway_.FailNextApply(code, "no");
    EXPECT_EQ(ErrorOf(OfferFor("c")), "Parallel session limit reached");
    EXPECT_EQ(service_->size(), 0u);
    EXPECT_EQ(gateway_.charges["w1"], 0);
  }
}

TEST_F(WorkerErrors, AnErrorLeavesTheOldState) {
  Establish("c");
  for (const Error::Code code : {Error::UNSPECIFIED, Error::INVALID, Error::UNKNOWN_INTERFACE}) {
    gateway_.FailNextApply(code, "no");
    const ng::Dictionary reply = Do(OfferFor("c", 4002));
    EXPECT_EQ(Text(reply, "error-reason"), "Error rewriting SDP");
    EXPECT_EQ(Text(reply, "message"), "no");
  }
  // What was tried is forgotten: the next new endpoint has the next ports, the old one the old.
  EXPECT_EQ(PortOf(OfferFor("c")), 30000);
  EXPECT_EQ(PortOf(OfferFor("c", 4002)), 30004);
  EXPECT_EQ(gateway_.last_session().port_sets_size(), 3);
}

TEST_F(WorkerErrors, AWaitingOfferStartsAnewAfterTheFirstFailed) {
  gateway_.FailNextApply(Error::PORTS_EXHAUSTED, "no ports left");
  const Reply first = Start(OfferFor("c"));
  const Reply second = Start(OfferFor("c"));
  gateway_.AnswerAll();
  ASSERT_TRUE(first->has_value());
  ASSERT_TRUE(second->has_value());
  EXPECT_EQ(Text(**first, "error-reason"), "Ran out of ports");
  EXPECT_EQ(Text(**second, "result"), "ok");
  EXPECT_EQ(service_->size(), 1u);
  EXPECT_EQ(gateway_.charges["w1"], 2);
}

// The worker carried it out, only its answer was lost: nobody would ever end that session.
TEST_F(WorkerErrors, ALostAnswerLeavesNoSessionBehind) {
  gateway_.lose_next_result = true;
  EXPECT_EQ(ErrorOf(OfferFor("c")), "Parallel session limit reached");
  gateway_.AnswerAll();
  EXPECT_EQ(service_->size(), 0u);
  EXPECT_TRUE(gateway_.held.empty());
}

TEST_F(WorkerErrors, QueryAndDeleteWorkWithoutTheWorker) {
  Establish("c");
  gateway_.fail_next_query.emplace();
  EXPECT_THAT(Keys(Do(QueryFor("c")), "tags"), ::testing::ElementsAre("A", "B"));
  gateway_.held.clear();  // it forgot
  EXPECT_EQ(ResultOf(DeleteFor("c")), "ok");
  EXPECT_EQ(service_->size(), 0u);
}

}  // namespace
}  // namespace controld::call

// CommandServer: who may command what, sizes, and that every command is answered once under its own
// id.
#include "mediad/rpc/command_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mediad::rpc {
namespace {

using rtpengine::v1::Command;
using rtpengine::v1::CommandResult;
using rtpengine::v1::Error;

class FakePlane final : public MediaPlane {
 public:
  void Apply(rtpengine::v1::ApplySession command, ResultCallback done) override {
    calls.push_back("apply " + command.session().id());
    CommandResult result;
    result.mutable_apply()->add_allocations()->set_port(30000);
    done(std::move(result));
  }
  void Delete(rtpengine::v1::DeleteSession command, ResultCallback done) override {
    calls.push_back("delete " + command.id());
    CommandResult result;
    result.mutable_statistics()->set_id(command.id());
    done(std::move(result));
  }
  void Query(rtpengine::v1::QuerySession command, ResultCallback done) override {
    calls.push_back("query " + command.id());
    waiting.push_back(std::move(done));
  }
  void List(rtpengine::v1::ListSessions command, ResultCallback done) override {
    calls.push_back("list " + command.owner());
    done(list);
  }
  void SetDraining(bool value) override { draining_now = value; }
  bool draining() const override { return draining_now; }
  void SetAttached(bool) override {}
  relay::EngineTotals Totals() const override { return {}; }

  std::vector<std::string> calls;
  std::vector<ResultCallback> waiting;
  CommandResult list;
  bool draining_now = false;
};

class CommandServerTest : public testing::Test {
 protected:
  void Serve(Command command) {
    server_.Serve("controller", std::move(command),
                  [this](CommandResult result) { results_.push_back(std::move(result)); });
  }
  static Command Apply(const std::string& owner, const std::string& id) {
    Command command;
    command.set_id(17);
    command.mutable_apply()->mutable_session()->set_owner(owner);
    command.mutable_apply()->mutable_session()->set_id(id);
    return command;
  }

  FakePlane plane_;
  CommandServer server_{plane_};
  std::vector<CommandResult> results_;
};

TEST_F(CommandServerTest, AnswersCarryTheIdOfTheCommand) {
  Serve(Apply("controller", "call"));
  ASSERT_EQ(results_.size(), 1u);
  EXPECT_EQ(results_[0].id(), 17u);
  EXPECT_FALSE(results_[0].has_error());
  EXPECT_EQ(results_[0].apply().allocations(0).port(), 30000u);
}

TEST_F(CommandServerTest, LateAnswersKeepTheirIds) {
  for (uint64_t id : {1u, 2u}) {
    Command command;
    command.set_id(id);
    command.mutable_query()->set_owner("controller");
    command.mutable_query()->set_id("call");
    Serve(std::move(command));
  }
  ASSERT_EQ(plane_.waiting.size(), 2u);
  plane_.waiting[1]({});
  plane_.waiting[0]({});
  ASSERT_EQ(results_.size(), 2u);
  EXPECT_EQ(results_[0].id(), 2u);
  EXPECT_EQ(results_[1].id(), 1u);
}

TEST_F(CommandServerTest, NonsenseIsRefusedAndReachesNothing) {
  Command nothing;
  nothing.set_id(1);
  Command no_session;
  no_session.mutable_apply();
  Command big_record = Apply("controller", "call");
  big_record.mutable_apply()->mutable_session()->set_record(std::string(kMaxRecordOctets + 1, 'r'));
  Command foreign_delete;
  foreign_delete.mutable_delete_()->set_owner("other");
  foreign_delete.mutable_delete_()->set_id("call");
  Command foreign_query;
  foreign_query.mutable_query()->set_owner("other");
  foreign_query.mutable_query()->set_id("call");
  Command foreign_list;
  foreign_list.mutable_list()->set_owner("other");
  const struct {
    Command command;
    Error::Code code;
  } cases[] = {
      {nothing, Error::UNSUPPORTED},
      {no_session, Error::INVALID},
      {Apply("controller", std::string(kMaxSessionIdOctets + 1, 'i')), Error::LIMIT},
      {Apply("other", "call"), Error::INVALID},
      {Apply("", "call"), Error::INVALID},
      {big_record, Error::LIMIT},
      {foreign_delete, Error::INVALID},
      {foreign_query, Error::INVALID},
      {foreign_list, Error::INVALID},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.command.ShortDebugString().substr(0, 80));
    results_.clear();
    Serve(c.command);
    ASSERT_EQ(results_.size(), 1u);
    EXPECT_EQ(results_[0].id(), c.command.id());
    EXPECT_EQ(results_[0].error().code(), c.code);
    EXPECT_FALSE(results_[0].error().text().empty());
  }
  EXPECT_TRUE(plane_.calls.empty());
}

TEST_F(CommandServerTest, TheLargestAllowedIdAndRecordPass) {
  Command command = Apply("controller", std::string(kMaxSessionIdOctets, 'i'));
  command.mutable_apply()->mutable_session()->set_record(std::string(kMaxRecordOctets, 'r'));
  Serve(std::move(command));
  ASSERT_EQ(results_.size(), 1u);
  EXPECT_FALSE(results_[0].has_error());
}

TEST_F(CommandServerTest, DrainAndPingAreAnsweredAtOnce) {
  Command drain;
  drain.set_id(1);
  drain.mutable_drain()->set_drain(true);
  Serve(drain);
  EXPECT_TRUE(plane_.draining_now);
  drain.mutable_drain()->set_drain(false);
  Serve(drain);
  EXPECT_FALSE(plane_.draining_now);
  Command ping;
  ping.set_id(9);
  ping.mutable_ping();
  Serve(ping);
  ASSERT_EQ(results_.size(), 3u);
  EXPECT_EQ(results_[2].id(), 9u);
  EXPECT_FALSE(results_[2].has_error());
}

TEST_F(CommandServerTest, APageTooLargeForAFrameIsCutAndSaysSo) {
  for (int i = 0; i < 5; ++i) {
    auto* session = plane_.list.mutable_list()->add_sessions();
    session->set_id(std::to_string(i));
    session->set_record(std::string(600'000, 'r'));
  }
  Command command;
  command.mutable_list()->set_owner("controller");
  Serve(std::move(command));
  ASSERT_EQ(results_.size(), 1u);
  EXPECT_LE(results_[0].list().ByteSizeLong(), kMaxResultOctets);
  EXPECT_EQ(results_[0].list().sessions_size(), 3);
  EXPECT_EQ(results_[0].list().sessions(2).id(), "2");
  EXPECT_TRUE(results_[0].list().more());
}

TEST(FitIntoFrame, LeavesWhatFitsAlone) {
  rtpengine::v1::ListSessionsResult page;
  page.add_sessions()->set_record(std::string(100, 'r'));
  FitIntoFrame(&page, 1000);
  EXPECT_EQ(page.sessions_size(), 1);
  EXPECT_FALSE(page.more());
}

}  // namespace
}  // namespace mediad::rpc

// ControllerLink: order of the protocol, corking, limits, and what is dropped when. Time is a
// number.
#include "mediad/rpc/controller_link.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proto/base/log.h"

namespace mediad::rpc {
namespace {

using rtpengine::v1::CommandResult;
using rtpengine::v1::ControllerFrame;
using rtpengine::v1::Error;
using rtpengine::v1::WorkerFrame;
using std::chrono::milliseconds;
using std::chrono::seconds;

class FixedRandom final : public base::Random {
 public:
  uint64_t Next() override { return value; }
  uint64_t value = 0;
};

ControllerFrame WelcomeFrame(const std::string& name = "controller") {
  ControllerFrame frame;
  frame.add_messages()->mutable_welcome()->set_controller_name(name);
  return frame;
}

ControllerFrame PingFrame(uint64_t first, int count) {
  ControllerFrame frame;
  for (int i = 0; i < count; ++i) {
    auto* command = frame.add_messages()->mutable_command();
    command->set_id(first + static_cast<uint64_t>(i));
    command->mutable_ping();
  }
  return frame;
}

CommandResult Result(uint64_t id, size_t text_octets = 0) {
  CommandResult result;
  result.set_id(id);
  if (text_octets > 0) result.mutable_error()->set_text(std::string(text_octets, 'x'));
  return result;
}

class ControllerLinkTest : public testing::Test {
 protected:
  ControllerLinkTest() {
    base::log::SetSink(
        [this](auto, auto, const auto&, std::string_view text) { log_.emplace_back(text); });
  }
  ~ControllerLinkTest() override { base::log::SetSink(nullptr); }

  static base::Now At(milliseconds time) { return {.monotonic = time}; }
  void Make(LinkOptions options = {}) {
    options.address = "unix:/controller";
    link_.emplace(options, random_);
  }
  // Up to kAttached, with no write in flight.
  void Attach(milliseconds time = milliseconds(0)) {
    link_->Start(At(time));
    ASSERT_TRUE(link_->TakeActions().open);
    link_->OnOpened({});
    ASSERT_TRUE(link_->TakeActions().write.has_value());
    link_->OnWritten(link_->stream());
    link_->OnFrame(link_->stream(), WelcomeFrame(), At(time));
    ASSERT_EQ(link_->state(), LinkState::kAttached);
  }

  FixedRandom random_;
  std::vector<std::string> log_;
  std::optional<ControllerLink> link_;
};

TEST_F(ControllerLinkTest, HelloIsTheFirstMessageAndWelcomeAttaches) {
  Make();
  link_->Start(At(milliseconds(0)));
  EXPECT_EQ(link_->state(), LinkState::kConnecting);
  EXPECT_TRUE(link_->TakeActions().open);
  rtpengine::v1::Hello hello;
  hello.set_name("worker");
  link_->OnOpened(hello);
  auto actions = link_->TakeActions();
  ASSERT_TRUE(actions.write.has_value());
  ASSERT_EQ(actions.write->messages_size(), 1);
  EXPECT_EQ(actions.write->messages(0).hello().name(), "worker");
  link_->OnWritten(1);
  EXPECT_EQ(link_->state(), LinkState::kGreeting);
  link_->OnFrame(1, WelcomeFrame("one"), At(milliseconds(5)));
  EXPECT_EQ(link_->state(), LinkState::kAttached);
  EXPECT_EQ(link_->controller_name(), "one");
  EXPECT_EQ(link_->next_deadline(), std::chrono::nanoseconds::max());
}

TEST_F(ControllerLinkTest, NothingIsSaidBeforeWelcome) {
  Make();
  link_->Start(At(milliseconds(0)));
  link_->TakeActions();
  link_->OnOpened({});
  link_->TakeActions();
  link_->OnWritten(1);
  link_->SendEvent({});
  link_->SendLoad({});
  link_->SendResult(1, Result(1));
  EXPECT_FALSE(link_->TakeActions().write.has_value());
  EXPECT_EQ(link_->counters().results_dropped, 1u);
}

TEST_F(ControllerLinkTest, MessagesGatherWhileAWriteIsInFlight) {
  Make();
  Attach();
  link_->OnFrame(1, PingFrame(1, 4), At(milliseconds(0)));
  EXPECT_EQ(link_->TakeActions().commands.size(), 4u);
  link_->SendResult(1, Result(1));
  auto first = link_->TakeActions();
  ASSERT_TRUE(first.write.has_value());
  EXPECT_EQ(first.write->messages_size(), 1);
  link_->SendResult(1, Result(2));
  link_->SendResult(1, Result(3));
  link_->SendResult(1, Result(4));
  EXPECT_FALSE(link_->TakeActions().write.has_value());
  link_->OnWritten(1);
  auto second = link_->TakeActions();
  ASSERT_TRUE(second.write.has_value());
  ASSERT_EQ(second.write->messages_size(), 3);
  EXPECT_EQ(second.write->messages(0).result().id(), 2u);
  EXPECT_EQ(second.write->messages(2).result().id(), 4u);
}

TEST_F(ControllerLinkTest, FramesStayBelowTheLimit) {
  Make({.frame_limit = 1000});
  Attach();
  link_->OnFrame(1, PingFrame(1, 5), At(milliseconds(0)));
  link_->TakeActions();
  for (uint64_t id = 1; id <= 5; ++id) link_->SendResult(1, Result(id, 400));
  std::vector<uint64_t> seen;
  while (auto frame = link_->TakeActions().write) {
    EXPECT_LE(frame->ByteSizeLong(), 1000u);
    for (const auto& message : frame->messages()) seen.push_back(message.result().id());
    link_->OnWritten(1);
  }
  EXPECT_THAT(seen, testing::ElementsAre(1, 2, 3, 4, 5));
}

TEST_F(ControllerLinkTest, AResultThatFitsNoFrameBecomesAnError) {
  Make({.frame_limit = 1000});
  Attach();
  link_->OnFrame(1, PingFrame(7, 1), At(milliseconds(0)));
  link_->TakeActions();
  link_->SendResult(1, Result(7, 5000));
  auto frame = link_->TakeActions().write;
  ASSERT_TRUE(frame.has_value());
  EXPECT_EQ(frame->messages(0).result().id(), 7u);
  EXPECT_EQ(frame->messages(0).result().error().code(), Error::LIMIT);
}

TEST_F(ControllerLinkTest, OnlyTheNewestLoadReportWaitsAndItGoesFirst) {
  Make();
  Attach();
  link_->OnFrame(1, PingFrame(1, 2), At(milliseconds(0)));
  link_->TakeActions();
  link_->SendResult(1, Result(1));
  link_->TakeActions();  // in flight
  link_->SendResult(1, Result(2));
  for (uint64_t sessions : {1u, 2u, 3u}) {
    rtpengine::v1::LoadReport load;
    load.set_sessions(sessions);
    link_->SendLoad(load);
  }
  link_->OnWritten(1);
  auto frame = link_->TakeActions().write;
  ASSERT_TRUE(frame.has_value());
  ASSERT_EQ(frame->messages_size(), 2);
  EXPECT_EQ(frame->messages(0).load().sessions(), 3u);
  EXPECT_EQ(frame->messages(1).result().id(), 2u);
}

TEST_F(ControllerLinkTest, AStuckControllerLosesEventsButNoResults) {
  Make({.queue_limit = 2000});
  Attach();
  link_->OnFrame(1, PingFrame(1, 2), At(milliseconds(0)));
  link_->TakeActions();
  link_->SendResult(1, Result(1));
  link_->TakeActions();  // stays in flight: the controller does not read
  rtpengine::v1::Event event;
  event.set_session(std::string(300, 's'));
  for (int i = 0; i < 100; ++i) link_->SendEvent(event);
  EXPECT_GT(link_->counters().events_dropped, 90u);
  link_->SendResult(1, Result(2, 1000));
  EXPECT_FALSE(link_->wants_read());
  link_->OnWritten(1);
  auto frame = link_->TakeActions().write;
  ASSERT_TRUE(frame.has_value());
  EXPECT_EQ(frame->messages(frame->messages_size() - 1).result().id(), 2u);
  EXPECT_TRUE(link_->wants_read());
}

TEST_F(ControllerLinkTest, ReadingPausesAtTheLimitOfCommandsInFlight) {
  Make({.commands_limit = 3});
  Attach();
  link_->OnFrame(1, PingFrame(1, 3), At(milliseconds(0)));
  EXPECT_EQ(link_->TakeActions().commands.size(), 3u);
  EXPECT_FALSE(link_->wants_read());
  link_->SendResult(1, Result(2));
  EXPECT_TRUE(link_->wants_read());
}

TEST_F(ControllerLinkTest, BreakingTheProtocolEndsTheStream) {
  struct Case {
    const char* name;
    std::vector<ControllerFrame> frames;
  };
  const Case cases[] = {{"command before Welcome", {PingFrame(1, 1)}},
                        {"Welcome twice", {WelcomeFrame(), WelcomeFrame()}},
                        {"no name", {WelcomeFrame("")}}};
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    Make();
    link_->Start(At(milliseconds(0)));
    link_->TakeActions();
    link_->OnOpened({});
    link_->TakeActions();
    for (const auto& frame : c.frames) link_->OnFrame(1, frame, At(milliseconds(1)));
    auto actions = link_->TakeActions();
    EXPECT_TRUE(actions.cancel);
    EXPECT_EQ(actions.cancel_stream, 1u);
    EXPECT_TRUE(actions.commands.empty());
    EXPECT_EQ(link_->state(), LinkState::kWaiting);
    EXPECT_FALSE(link_->trouble().empty());
  }
}

TEST_F(ControllerLinkTest, CommandsBehindABreachAreNotServed) {
  Make();
  Attach();
  ControllerFrame frame = PingFrame(1, 1);
  frame.MergeFrom(WelcomeFrame());
  frame.MergeFrom(PingFrame(2, 1));
  link_->OnFrame(1, frame, At(milliseconds(1)));
  auto actions = link_->TakeActions();
  EXPECT_TRUE(actions.cancel);
  EXPECT_TRUE(actions.commands.empty());
}

TEST_F(ControllerLinkTest, UnknownMessagesAreOfALaterProtocolAndIgnored) {
  Make();
  Attach();
  ControllerFrame frame;
  frame.add_messages();
  link_->OnFrame(1, frame, At(milliseconds(1)));
  EXPECT_EQ(link_->state(), LinkState::kAttached);
  EXPECT_FALSE(link_->TakeActions().cancel);
}

TEST_F(ControllerLinkTest, ResultsOfAnEarlierStreamAreDropped) {
  Make();
  Attach();
  link_->OnFrame(1, PingFrame(1, 1), At(milliseconds(0)));
  link_->TakeActions();
  link_->OnClosed(1, CloseReason::kBroken, "gone", At(milliseconds(10)));
  link_->Tick(At(milliseconds(200)));
  ASSERT_TRUE(link_->TakeActions().open);
  link_->OnOpened({});
  link_->TakeActions();
  link_->OnWritten(2);
  link_->OnFrame(2, WelcomeFrame(), At(milliseconds(201)));
  link_->SendResult(1, Result(1));
  EXPECT_FALSE(link_->TakeActions().write.has_value());
  EXPECT_EQ(link_->counters().results_dropped, 1u);
}

TEST_F(ControllerLinkTest, LateReportsOfAnEarlierStreamChangeNothing) {
  Make();
  Attach();
  link_->OnClosed(1, CloseReason::kBroken, "gone", At(milliseconds(10)));
  link_->Tick(At(milliseconds(200)));
  link_->TakeActions();
  link_->OnFrame(1, WelcomeFrame(), At(milliseconds(201)));
  EXPECT_EQ(link_->state(), LinkState::kConnecting);
  link_->OnClosed(1, CloseReason::kBroken, "gone again", At(milliseconds(202)));
  EXPECT_EQ(link_->state(), LinkState::kConnecting);
  link_->OnWritten(1);
  EXPECT_EQ(link_->state(), LinkState::kConnecting);
}

TEST_F(ControllerLinkTest, NoWelcomeInTimeIsAFailure) {
  Make({.welcome_timeout = seconds(3)});
  link_->Start(At(milliseconds(0)));
  link_->TakeActions();
  link_->OnOpened({});
  link_->TakeActions();
  link_->OnWritten(1);
  link_->Tick(At(milliseconds(2999)));
  EXPECT_EQ(link_->state(), LinkState::kGreeting);
  link_->Tick(At(milliseconds(3000)));
  EXPECT_EQ(link_->state(), LinkState::kWaiting);
  EXPECT_TRUE(link_->TakeActions().cancel);
}

TEST_F(ControllerLinkTest, StopCancelsAndNothingComesAfterIt) {
  Make();
  Attach();
  link_->SendEvent({});
  link_->Stop();
  auto actions = link_->TakeActions();
  EXPECT_TRUE(actions.cancel);
  EXPECT_FALSE(actions.write.has_value());
  link_->OnClosed(1, CloseReason::kBroken, "cancelled", At(milliseconds(1)));
  link_->Tick(At(seconds(100)));
  EXPECT_EQ(link_->state(), LinkState::kStopped);
  EXPECT_FALSE(link_->TakeActions().open);
}

TEST_F(ControllerLinkTest, TheSameTroubleIsLoggedOnce) {
  Make();
  link_->Start(At(milliseconds(0)));
  link_->TakeActions();
  milliseconds time(0);
  for (int i = 0; i < 5; ++i) {
    link_->OnClosed(link_->stream(), CloseReason::kBroken, "connection refused", At(time));
    time += seconds(10);
    link_->Tick(At(time));
    ASSERT_TRUE(link_->TakeActions().open);
  }
  EXPECT_THAT(log_, testing::ElementsAre(testing::HasSubstr("connection refused")));
  link_->OnClosed(link_->stream(), CloseReason::kBroken, "another reason", At(time));
  EXPECT_EQ(log_.size(), 2u);
}

}  // namespace
}  // namespace mediad::rpc

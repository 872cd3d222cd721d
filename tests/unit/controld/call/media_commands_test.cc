// The media commands as the service carries them out: what is checked, what the worker is told, what a failure and a
// restart leave. Which routes they mean is tested in negotiate/manipulate_test.cc.
#include <gmock/gmock.h>

#include "tests/unit/controld/call/service_fixture.h"

namespace controld::call {
namespace {

using ng::Command;

class MediaCommandsTest : public ServiceTest {
 protected:
  int Blocked() {
    int blocked = 0;
    for (const auto& route : gateway_.held.at("c").session.routes()) blocked += route.block_rtp();
    return blocked;
  }
};

constexpr Command kManipulations[] = {Command::kBlockMedia,   Command::kUnblockMedia,
                                      Command::kSilenceMedia, Command::kUnsilenceMedia,
                                      Command::kBlockDtmf,    Command::kUnblockDtmf,
                                      Command::kStopForwarding};

TEST_F(MediaCommandsTest, NeedACall) {
  for (const Command command : kManipulations) {
    EXPECT_EQ(ErrorOf(Message(command, "")), "No call-id in message");
    EXPECT_EQ(ErrorOf(Message(command, "nobody")), "Unknown call-ID");
  }
  for (const Command command :
       {Command::kStartRecording, Command::kStopRecording, Command::kPauseRecording}) {
    EXPECT_EQ(ErrorOf(Message(command, "")), "No call-id in message");
    EXPECT_EQ(ErrorOf(Message(command, "nobody")), "Unknown call-id");
  }
  Establish("c");
  for (const Command command : kManipulations) EXPECT_EQ(ResultOf(Message(command, "c")), "ok");
}

TEST_F(MediaCommandsTest, TheReplyComesAfterTheWorkersAnswer) {
  Establish("c");
  const Reply reply = Start(Message(Command::kBlockMedia, "c"));
  EXPECT_FALSE(reply->has_value());
  EXPECT_EQ(Blocked(), 2);
  gateway_.AnswerAll();
  EXPECT_EQ(Text(**reply, "result"), "ok");
}

TEST_F(MediaCommandsTest, AFailedCommandLeavesTheCallAsItWas) {
  Establish("c");
  gateway_.FailNextApply(rtpengine::v1::Error::LIMIT, "too much");
  ng::Request request = Message(Command::kBlockMedia, "c");
  request.from_tag = "A";
  request.set_label = "new";
  request.Set(ng::Flag::kDirectional);
  EXPECT_EQ(ErrorOf(request), "Failed to change media");
  EXPECT_EQ(Blocked(), 0);
  request.to_tag = "nobody";
  EXPECT_EQ(ErrorOf(request), "Media flow not found (to-tag not found)");
  // Neither the block nor the label is there afterwards.
  EXPECT_EQ(ResultOf(Message(Command::kUnsilenceMedia, "c")), "ok");
  EXPECT_EQ(Blocked(), 0);
  request = Message(Command::kBlockMedia, "c");
  request.label = "new";
  EXPECT_EQ(ErrorOf(request), "No monologue matching the given label");
}

TEST_F(MediaCommandsTest, SurviveARestartOfTheController) {
  Establish("c");
  ng::Request request = Message(Command::kBlockMedia, "c");
  request.from_tag = "A";
  request.Set(ng::Flag::kDirectional);
  EXPECT_EQ(ResultOf(request), "ok");
  Restart();
  for (const auto& record : gateway_.Inventory()) service_->Reconcile("w1", record, now_);
  service_->ReconcileDone("w1", now_);
  gateway_.AnswerAll();
  EXPECT_EQ(ResultOf(Message(Command::kBlockDtmf, "c")), "ok");
  EXPECT_EQ(Blocked(), 1);
  request.command = Command::kUnblockMedia;
  EXPECT_EQ(ResultOf(request), "ok");
  EXPECT_EQ(Blocked(), 0);
}

TEST_F(MediaCommandsTest, WhatIsNotBuiltIsRefused) {
  Establish("c");
  const size_t sent = gateway_.sent.size();
  EXPECT_EQ(ErrorOf(Message(Command::kStartRecording, "c")), "Recording is not supported");
  EXPECT_EQ(ErrorOf(Message(Command::kStartForwarding, "c")), "Forwarding is not supported");
  ng::Request request = Message(Command::kStartForwarding, "c");
  request.label = "nolabel";
  EXPECT_EQ(ErrorOf(request), "No monologue matching the given label");
  request = Message(Command::kBlockDtmf, "c");
  request.dtmf.trigger = "*1";
  EXPECT_EQ(ErrorOf(request), "DTMF triggers are not supported");
  for (const Command command : {Command::kPlayMedia, Command::kStopMedia, Command::kPlayDtmf}) {
    EXPECT_EQ(ErrorOf(Message(command, "c")), "unsupported");
  }
  EXPECT_EQ(gateway_.sent.size(), sent);
}

TEST_F(MediaCommandsTest, EveryModeOfDtmfSecurityDropsEvents) {
  for (const char* mode : {"", "drop", "silence", "tone", "random", "zero", "DTMF", "off"}) {
    Establish("c");
    ng::Request request = Message(Command::kBlockDtmf, "c");
    request.dtmf.security = mode;
    EXPECT_EQ(ResultOf(request), "ok");
    for (const auto& route : gateway_.held.at("c").session.routes()) {
      EXPECT_TRUE(route.block_dtmf()) << mode;
    }
    Do(DeleteFor("c"));
  }
}

TEST_F(MediaCommandsTest, NothingIsRecordedSoThereIsNothingToStop) {
  Establish("c");
  ng::Request request = Message(Command::kStopRecording, "c");
  request.metadata = "m:1";
  EXPECT_EQ(ResultOf(request), "ok");
  request.command = Command::kPauseRecording;
  request.from_tag = "A";
  request.metadata = "m:2";
  EXPECT_EQ(ResultOf(request), "ok");
  request.from_tag = "nobody";
  request.metadata = "m:3";
  EXPECT_EQ(ResultOf(request), "ok");
  const ng::Dictionary queried = Do(QueryFor("c"));
  EXPECT_EQ(Text(queried, "metadata"), "m:3");
  const ng::Value* tags = queried.Find("tags");
  EXPECT_EQ(Text(*tags->dictionary()->Find("A")->dictionary(), "metadata"), "m:2");
  EXPECT_EQ(queried.Find("recording"), nullptr);
}

}  // namespace
}  // namespace controld::call

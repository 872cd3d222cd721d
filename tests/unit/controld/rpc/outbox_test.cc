// Frames for workers: corking, sizes, bounds.
#include "controld/rpc/outbox.h"

#include <gtest/gtest.h>

#include <string>

namespace controld::rpc {
namespace {

rtpengine::v1::ControllerMessage Message(uint64_t id, size_t octets = 0) {
  rtpengine::v1::ControllerMessage message;
  message.mutable_command()->set_id(id);
  message.mutable_command()->mutable_apply()->mutable_session()->set_record(
      std::string(octets, 'x'));
  return message;
}

TEST(OutboxTest, WhatGathersGoesInOneFrameInOrder) {
  Outbox outbox;
  rtpengine::v1::ControllerFrame frame;
  EXPECT_FALSE(outbox.Take(&frame));
  for (uint64_t id = 1; id <= 5; ++id) ASSERT_TRUE(outbox.Append(Message(id)));
  EXPECT_FALSE(outbox.empty());
  ASSERT_TRUE(outbox.Take(&frame));
  ASSERT_EQ(frame.messages_size(), 5);
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(frame.messages(i).command().id(), static_cast<uint64_t>(i + 1));
  EXPECT_TRUE(outbox.empty());
  EXPECT_EQ(outbox.pending(), 0u);
  EXPECT_FALSE(outbox.Take(&frame));
}

TEST(OutboxTest, FramesStayBelowTwoMebibytes) {
  Outbox outbox;
  for (uint64_t id = 0; id < 50; ++id) ASSERT_TRUE(outbox.Append(Message(id, 100'000)));
  rtpengine::v1::ControllerFrame frame;
  uint64_t next = 0;
  int frames = 0;
  while (outbox.Take(&frame)) {
    ++frames;
    EXPECT_LT(frame.ByteSizeLong(), size_t{2} << 20);
    for (const auto& message : frame.messages()) EXPECT_EQ(message.command().id(), next++);
  }
  EXPECT_EQ(next, 50u);
  EXPECT_EQ(frames, 3);
}

TEST(OutboxTest, IsBounded) {
  Outbox outbox;
  size_t taken = 0;
  while (taken < 1000 && outbox.Append(Message(taken, 1'000'000))) ++taken;
  EXPECT_LE(outbox.pending(), Outbox::kMaxPending);
  EXPECT_EQ(taken, 67u);
  outbox.Clear();
  EXPECT_TRUE(outbox.Append(Message(1)));
}

}  // namespace
}  // namespace controld::rpc

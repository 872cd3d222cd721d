// The epoll loop: order of timers, removal from within callbacks, posts from other threads.
#include "proto/runtime/event_loop.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <thread>

namespace runtime {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

class EventLoopTest : public testing::Test {
 protected:
  void SetUp() override {
    auto loop = EventLoop::Create();
    ASSERT_TRUE(loop.ok()) << loop.status();
    loop_ = *std::move(loop);
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, fds_), 0);
  }
  void TearDown() override {
    close(fds_[0]);
    close(fds_[1]);
  }
  void Send() { ASSERT_EQ(write(fds_[1], "x", 1), 1); }
  void Receive() {
    char c;
    ASSERT_EQ(read(fds_[0], &c, 1), 1);
  }
  std::unique_ptr<EventLoop> loop_;
  int fds_[2];
};

TEST_F(EventLoopTest, TimersRunInOrderOfTheirDeadlines) {
  std::string order;
  loop_->After(milliseconds(3), [&] { order += 'c'; loop_->Stop(); });
  loop_->After(milliseconds(1), [&] { order += 'a'; });
  const auto cancelled = loop_->After(milliseconds(2), [&] { order += 'x'; });
  loop_->After(milliseconds(2), [&] { order += 'b'; });
  loop_->Cancel(cancelled);
  loop_->Cancel(cancelled);
  loop_->Cancel(99);
  loop_->Run();
  EXPECT_EQ(order, "abc");
}

TEST_F(EventLoopTest, PeriodicTimersMayCancelThemselves) {
  int runs = 0;
  EventLoop::TimerId id = 0;
  id = loop_->Every(milliseconds(1), [&] {
    if (++runs == 3) loop_->Cancel(id);
  });
  loop_->After(milliseconds(20), [&] { loop_->Stop(); });
  loop_->Run();
  EXPECT_EQ(runs, 3);
}

TEST_F(EventLoopTest, MissedPeriodsAreSkipped) {
  int runs = 0;
  loop_->Every(milliseconds(1), [&] {
    if (++runs == 1) std::this_thread::sleep_for(milliseconds(50));
    if (runs == 2) loop_->Stop();
  });
  loop_->After(milliseconds(60), [&] { loop_->Stop(); });
  loop_->Run();
  EXPECT_LE(runs, 3);
  EXPECT_GE(runs, 2);
}

TEST_F(EventLoopTest, ZeroDelayDoesNotStarveSockets) {
  bool received = false;
  std::function<void()> again = [&] { loop_->After(nanoseconds(0), again); };
  again();
  ASSERT_TRUE(loop_->Add(fds_[0], EPOLLIN, [&](uint32_t) {
    received = true;
    loop_->Stop();
  }).ok());
  Send();
  loop_->Run();
  EXPECT_TRUE(received);
}

TEST_F(EventLoopTest, CallbacksMayRemoveTheirOwnFd) {
  int calls = 0;
  ASSERT_TRUE(loop_->Add(fds_[0], EPOLLIN, [&](uint32_t events) {
    EXPECT_TRUE((events & EPOLLIN) != 0);
    ++calls;
    Receive();
    loop_->Remove(fds_[0]);
  }).ok());
  Send();
  Send();
  loop_->After(milliseconds(10), [&] { loop_->Stop(); });
  loop_->Run();
  EXPECT_EQ(calls, 1);
  // Added anew, it gets what is left.
  ASSERT_TRUE(loop_->Add(fds_[0], EPOLLIN, [&](uint32_t) { ++calls; loop_->Stop(); }).ok());
  loop_->Run();
  EXPECT_EQ(calls, 2);
}

TEST_F(EventLoopTest, ModifyAndErrors) {
  EXPECT_FALSE(loop_->Modify(fds_[0], EPOLLIN).ok());
  EXPECT_FALSE(loop_->Add(-1, EPOLLIN, [](uint32_t) {}).ok());
  bool writable = false;
  ASSERT_TRUE(loop_->Add(fds_[0], EPOLLIN, [&](uint32_t events) {
    writable = (events & EPOLLOUT) != 0;
    loop_->Stop();
  }).ok());
  EXPECT_FALSE(loop_->Add(fds_[0], EPOLLIN, [](uint32_t) {}).ok());
  ASSERT_TRUE(loop_->Modify(fds_[0], EPOLLOUT).ok());
  loop_->Run();
  EXPECT_TRUE(writable);
}

TEST_F(EventLoopTest, PostsOfOneThreadStayInOrder) {
  std::string order;
  std::thread poster([&] {
    for (int i = 0; i < 1000; ++i) loop_->Post([&, i] { order += static_cast<char>('a' + i % 26); });
    loop_->Post([&] {
      EXPECT_TRUE(loop_->InLoopThread());
      loop_->Stop();
    });
  });
  loop_->Run();
  poster.join();
  ASSERT_EQ(order.size(), 1000u);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(order[static_cast<size_t>(i)], 'a' + i % 26);
  EXPECT_FALSE(loop_->InLoopThread());
}

TEST_F(EventLoopTest, StopBeforeRunIsNotLost) {
  loop_->Stop();
  loop_->Run();
  bool again = false;
  loop_->Post([&] { again = true; loop_->Stop(); });
  loop_->Run();
  EXPECT_TRUE(again);
}

}  // namespace
}  // namespace runtime

// Commands that the thread which brings them carries out itself, beside a shard with packets to read.
#include <thread>

#include "proto/base/help_scope.h"
#include "tests/unit/mediad/relay/engine_fixture.h"

namespace mediad::relay {
namespace {

class HelpTest : public EngineTest {
 protected:
  // What Query answers within a scope; `here`: on this thread.
  v1::CommandResult QueryWithin(const std::string& id, bool* here) {
    std::promise<v1::CommandResult> answer;
    {
      const base::HelpScope help;
      v1::QuerySession query;
      query.set_id(id);
      query.set_owner("test");
      engine_->Query(std::move(query), [&](v1::CommandResult result) {
        *here = std::this_thread::get_id() == helper_;
        answer.set_value(std::move(result));
      });
    }
    return answer.get_future().get();
  }

  const std::thread::id helper_ = std::this_thread::get_id();
};

TEST_F(HelpTest, AShardThatSleepsIsNotWoken) {
  Peer a, b;
  ASSERT_FALSE(Apply(TwoParties("call", a, b)).has_error());
  // Now and then the shard is at its supervision, and answers itself.
  bool here = false;
  for (int i = 0; i < 1000 && !here; ++i) {
    EXPECT_EQ(QueryWithin("call", &here).statistics().id(), "call");
  }
  EXPECT_TRUE(here);
}

// Sockets go while the shard is about to read from them.
TEST_F(HelpTest, CallsComeAndGoWhileTheirPacketsArrive) {
  Peer a, b;
  std::atomic<uint16_t> target{0};
  std::atomic<bool> stop{false};
  std::thread flood([&] {
    const std::string packet = Rtp(1);
    while (!stop) {
      if (const uint16_t port = target; port != 0) {
        a.Send(packet, {*base::IpAddress::Parse("127.0.0.1"), port});
      }
    }
  });
  for (int i = 0; i < 400; ++i) {
    std::promise<v1::CommandResult> applied, deleted;
    {
      const base::HelpScope help;
      v1::ApplySession apply;
      *apply.mutable_session() = TwoParties("call", a, b);
      engine_->Apply(std::move(apply),
                     [&](v1::CommandResult result) { applied.set_value(std::move(result)); });
    }
    const v1::CommandResult result = applied.get_future().get();
    ASSERT_FALSE(result.has_error()) << result.error().text();
    target = Ours(result, 0).port;
    std::this_thread::yield();
    {
      const base::HelpScope help;
      v1::DeleteSession request;
      request.set_id("call");
      request.set_owner("test");
      engine_->Delete(std::move(request),
                      [&](v1::CommandResult answer) { deleted.set_value(std::move(answer)); });
    }
    ASSERT_FALSE(deleted.get_future().get().has_error());
  }
  stop = true;
  flood.join();
  EXPECT_EQ(PortsUsed(), 0u);
}

// More than a thread may take upon itself at once, and several shards: the others are woken.
TEST_F(HelpTest, WhatIsTooMuchForOneThreadIsLeftToTheShards) {
  Open(2);
  Peer a, b;
  for (int i = 0; i < 4; ++i) {
    ASSERT_FALSE(Apply(TwoParties("c" + std::to_string(i), a, b)).has_error());
  }
  for (const int count : {2, 200}) {
    std::atomic<int> left{count};
    std::promise<void> all;
    {
      const base::HelpScope help;
      for (int i = 0; i < count; ++i) {
        v1::QuerySession query;
        query.set_id("c" + std::to_string(i % 4));
        query.set_owner("test");
        engine_->Query(std::move(query), [&](const v1::CommandResult& result) {
          EXPECT_FALSE(result.has_error());
          if (--left == 0) all.set_value();
        });
      }
    }
    ASSERT_EQ(all.get_future().wait_for(std::chrono::seconds(20)), std::future_status::ready);
  }
}

}  // namespace
}  // namespace mediad::relay

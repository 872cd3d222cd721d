// Tasks of a shard: in order, never two at once, whoever runs them.
#include "controld/shard/task_queue.h"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <thread>

namespace controld::shard {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Queue = TaskQueue<std::function<void()>>;
using Batch = std::vector<std::function<void()>>;

TEST(TaskQueueTest, AHelperTakesWhatNobodyHas) {
  Queue queue;
  Batch batch, other;
  EXPECT_FALSE(queue.TryClaim(&batch));
  queue.Post([] {}, false);
  ASSERT_TRUE(queue.TryClaim(&batch));
  EXPECT_EQ(batch.size(), 1u);
  queue.Post([] {}, false);
  EXPECT_FALSE(queue.TryClaim(&other)) << "two at once";
  queue.Release();
  EXPECT_TRUE(queue.TryClaim(&other));
  queue.Release();
}

TEST(TaskQueueTest, TheOwnerGivesUpWaitingForTasks) {
  Queue queue;
  Batch batch;
  queue.Claim(&batch, milliseconds(1));
  EXPECT_TRUE(batch.empty());
  queue.Release();
}

TEST(TaskQueueTest, TheOwnerIsWokenForWhatCameWhileAHelperWorked) {
  Queue queue;
  queue.Post([] {}, false);
  Batch mine;
  ASSERT_TRUE(queue.TryClaim(&mine));
  std::atomic<size_t> owned{0};
  std::thread owner([&] {
    Batch batch;
    while (owned == 0) {
      queue.Claim(&batch, seconds(60));
      owned = batch.size();
      queue.Release();
    }
  });
  queue.Post([] {}, true);
  EXPECT_EQ(owned, 0u);
  queue.Release();
  owner.join();
  EXPECT_EQ(owned, 1u);
}

// Owner and helpers race for the tasks of several posters: nothing is lost, nothing runs twice or
// beside another task, and each poster's tasks keep their order.
TEST(TaskQueueTest, OneAtATimeInOrder) {
  constexpr int kPosters = 3, kTasks = 20'000;
  Queue queue;
  std::atomic<bool> busy{false}, stop{false};
  std::atomic<int> overlaps{0}, disorders{0}, runs{0};
  int last[kPosters] = {-1, -1, -1};  // whoever has the claim
  const auto run = [&](Batch& batch) {
    if (busy.exchange(true)) ++overlaps;
    for (auto& task : batch) task();
    busy = false;
  };
  std::thread owner([&] {
    Batch batch;
    while (!stop) {
      queue.Claim(&batch, milliseconds(50));
      run(batch);
      queue.Release();
    }
  });
  std::vector<std::thread> posters;
  for (int poster = 0; poster < kPosters; ++poster) {
    posters.emplace_back([&, poster] {
      Batch batch;
      for (int i = 0; i < kTasks; ++i) {
        const bool helps = poster > 0;
        queue.Post(
            [&, poster, i] {
              if (last[poster] != i - 1) ++disorders;
              last[poster] = i;
              ++runs;
            },
            !helps);
        if (!helps || i % 3 != 0) continue;
        if (queue.TryClaim(&batch)) {
          run(batch);
          queue.Release();
        }
      }
      queue.Wake();
    });
  }
  for (std::thread& poster : posters) poster.join();
  while (runs < kPosters * kTasks) std::this_thread::yield();
  stop = true;
  queue.Post([] {}, true);
  owner.join();
  EXPECT_EQ(overlaps, 0);
  EXPECT_EQ(disorders, 0);
}

}  // namespace
}  // namespace controld::shard

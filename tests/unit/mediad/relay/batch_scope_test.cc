// Work put off to the end of a batch.
#include "mediad/relay/batch_scope.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace mediad::relay {
namespace {

TEST(BatchScopeTest, WorkWaitsForTheEndInOrder) {
  std::vector<int> done;
  {
    const BatchScope batch;
    BatchScope::AtEnd([&] { done.push_back(1); });
    BatchScope::AtEnd([&] { done.push_back(2); });
    EXPECT_TRUE(done.empty());
  }
  EXPECT_EQ(done, (std::vector<int>{1, 2}));
}

TEST(BatchScopeTest, WithoutABatchOrOnAnotherThreadItIsDoneAtOnce) {
  int done = 0;
  BatchScope::AtEnd([&] { ++done; });
  EXPECT_EQ(done, 1);
  const BatchScope batch;
  std::thread([&] { BatchScope::AtEnd([&] { ++done; }); }).join();
  EXPECT_EQ(done, 2);
}

}  // namespace
}  // namespace mediad::relay

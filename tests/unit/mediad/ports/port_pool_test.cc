#include "mediad/ports/port_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>
#include <vector>

#include "tests/unit/mediad/ports/fake_random.h"

namespace mediad::ports {
namespace {

struct Pool {
  Pool(uint16_t first, uint16_t last, std::vector<uint16_t> excluded = {})
      : pool(first, last, excluded, random) {}
  test::FakeRandom random;
  PortPool pool;
};

TEST(PortPool, EveryPortOnceThenNone) {
  Pool fixture(30000, 30009);
  std::set<uint16_t> seen;
  for (int i = 0; i < 10; ++i) {
    const auto port = fixture.pool.Take(1);
    ASSERT_TRUE(port);
    EXPECT_GE(*port, 30000);
    EXPECT_LE(*port, 30009);
    EXPECT_TRUE(seen.insert(*port).second);
  }
  EXPECT_FALSE(fixture.pool.Take(1));
  EXPECT_EQ(fixture.pool.used(), 10u);
  EXPECT_EQ(fixture.pool.free(), 0u);
}

TEST(PortPool, OrderIsPermuted) {
  Pool fixture(30000, 30999);
  unsigned neighbours = 0;
  uint16_t previous = 0;
  for (int i = 0; i < 1000; ++i) {
    const uint16_t port = *fixture.pool.Take(1);
    if (port == previous + 1) ++neighbours;
    previous = port;
  }
  EXPECT_LT(neighbours, 20u);
}

TEST(PortPool, ReleasedPortsComeLast) {
  Pool fixture(30000, 30009);
  const uint16_t first = *fixture.pool.Take(1);
  fixture.pool.Release(first, 1);
  for (int i = 0; i < 9; ++i) EXPECT_NE(*fixture.pool.Take(1), first);
  EXPECT_EQ(*fixture.pool.Take(1), first);
}

TEST(PortPool, PairsAreEvenAndConsecutive) {
  Pool fixture(30001, 30010);  // 30001 and 30010 have no partner
  std::set<uint16_t> seen;
  for (int i = 0; i < 4; ++i) {
    const auto port = fixture.pool.Take(2);
    ASSERT_TRUE(port);
    EXPECT_EQ(*port % 2, 0);
    EXPECT_TRUE(seen.insert(*port).second);
  }
  EXPECT_FALSE(fixture.pool.Take(2));
  EXPECT_EQ(fixture.pool.free(), 2u);
}

TEST(PortPool, LongRuns) {
  Pool fixture(30000, 30099);
  const auto port = fixture.pool.Take(32);
  ASSERT_TRUE(port);
  EXPECT_EQ(*port % 2, 0);
  EXPECT_EQ(fixture.pool.free(), 68u);
  EXPECT_FALSE(fixture.pool.Take(101));
  fixture.pool.Release(*port, 32);
  EXPECT_EQ(fixture.pool.free(), 100u);
}

TEST(PortPool, AFragmentedPoolHasNoPair) {
  Pool fixture(30000, 30009);
  for (uint16_t port = 30001; port < 30010; port = static_cast<uint16_t>(port + 2)) {
    ASSERT_TRUE(fixture.pool.TakeAt(port, 1));
  }
  EXPECT_EQ(fixture.pool.free(), 5u);
  EXPECT_FALSE(fixture.pool.Take(2));
  EXPECT_TRUE(fixture.pool.Take(1));
}

TEST(PortPool, ExcludedPortsAreNeitherGivenNorCounted) {
  Pool fixture(32000, 32009, {32004, 32005, 5060});
  EXPECT_EQ(fixture.pool.total(), 8u);
  std::set<uint16_t> seen;
  while (const auto port = fixture.pool.Take(1)) seen.insert(*port);
  EXPECT_EQ(seen.size(), 8u);
  EXPECT_FALSE(seen.contains(32004));
  fixture.pool.Release(32004, 1);
  EXPECT_EQ(fixture.pool.free(), 0u);
  EXPECT_FALSE(fixture.pool.TakeAt(32004, 1));
}

TEST(PortPool, TakeAt) {
  Pool fixture(30000, 30009);
  EXPECT_TRUE(fixture.pool.TakeAt(30003, 2));  // any parity: what was asked for
  EXPECT_FALSE(fixture.pool.TakeAt(30004, 1));
  EXPECT_FALSE(fixture.pool.TakeAt(30002, 2));
  EXPECT_EQ(fixture.pool.used(), 2u);
  EXPECT_FALSE(fixture.pool.TakeAt(30009, 2));
  EXPECT_FALSE(fixture.pool.TakeAt(29999, 1));
  fixture.pool.Release(30003, 1);
  EXPECT_TRUE(fixture.pool.TakeAt(30003, 1));
}

TEST(PortPool, ReleaseOfFreeOrForeignPortsIsIgnored) {
  Pool fixture(30000, 30009);
  fixture.pool.Release(30000, 10);
  fixture.pool.Release(29990, 30);
  fixture.pool.Release(65535, 3);
  EXPECT_EQ(fixture.pool.free(), 10u);
}

TEST(PortPool, WholeRangeAndSinglePort) {
  Pool all(1, 65535);
  EXPECT_EQ(all.pool.total(), 65535u);
  EXPECT_TRUE(all.pool.Take(2));
  Pool one(65535, 65535);
  EXPECT_FALSE(one.pool.Take(2));
  EXPECT_EQ(*one.pool.Take(1), 65535);
}

// A random life against a plain set.
TEST(PortPool, AgreesWithAModel) {
  Pool fixture(30001, 30040, {30007});
  std::set<uint16_t> used;
  std::vector<std::pair<uint16_t, unsigned>> held;
  test::FakeRandom random(99);
  for (int step = 0; step < 20000; ++step) {
    if (random.Next() % 2 == 0) {
      const unsigned count = 1 + static_cast<unsigned>(random.Next() % 4);
      const auto port = fixture.pool.Take(count);
      if (port) {
        for (unsigned i = 0; i < count; ++i)
          ASSERT_TRUE(used.insert(static_cast<uint16_t>(*port + i)).second);
        held.emplace_back(*port, count);
      }
    } else if (!held.empty()) {
      const size_t at = random.Next() % held.size();
      const auto [port, count] = held[at];
      held.erase(held.begin() + static_cast<std::ptrdiff_t>(at));
      fixture.pool.Release(port, count);
      for (unsigned i = 0; i < count; ++i) used.erase(static_cast<uint16_t>(port + i));
    }
    ASSERT_EQ(fixture.pool.used(), used.size());
    ASSERT_EQ(fixture.pool.total(), 39u);
  }
}

TEST(PortPool, ThreadsNeverShareAPort) {
  Pool fixture(30000, 30999);
  std::vector<std::atomic<int>> owners(1000);
  std::atomic<int> clashes{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 5000; ++i) {
        const auto port = fixture.pool.Take(2);
        if (!port) continue;
        if (owners[*port - 30000u].fetch_add(1) != 0) ++clashes;
        owners[*port - 30000u].fetch_sub(1);
        fixture.pool.Release(*port, 2);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(clashes, 0);
  EXPECT_EQ(fixture.pool.used(), 0u);
}

}  // namespace
}  // namespace mediad::ports

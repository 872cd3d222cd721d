// The cookie table in virtual time (ng-protocol.md §2 item 4).
#include "controld/listen/cookie_table.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "controld/listen/cookie_cache.h"
#include "proto/base/text.h"

namespace controld::listen {
namespace {

using std::chrono::seconds;
using Verdict = CookieTable::Verdict;

constexpr fleet::HashKey kKey{1, 2};

ReplyPath From(uint16_t port) {
  ReplyPath path;
  path.peer = *base::Endpoint::Parse(base::StrCat("192.0.2.1:", port));
  return path;
}

class CookieTableTest : public testing::Test {
 protected:
  CookieTable::Result Begin(std::string_view cookie, uint16_t port = 1) {
    return table_.Begin(cookie, From(port), now_);
  }
  std::vector<ReplyPath> Complete(std::string_view cookie, std::string_view reply) {
    return table_.Complete(cookie, reply, now_);
  }

  CookieTable::Time now_ = seconds(1000);
  CookieTable table_{kKey, 1 << 20, now_ + CookieTable::kGeneration};
};

TEST_F(CookieTableTest, SecondOneIsAnsweredFromTheCache) {
  EXPECT_EQ(Begin("c1").verdict, Verdict::kNew);
  EXPECT_TRUE(Complete("c1", "c1 reply").empty());
  const auto again = Begin("c1", 2);
  EXPECT_EQ(again.verdict, Verdict::kAnswered);
  EXPECT_EQ(again.reply, "c1 reply");
  EXPECT_EQ(Begin("c2").verdict, Verdict::kNew);
}

TEST_F(CookieTableTest, WhileRunningWaitersGatherAndNothingRunsTwice) {
  EXPECT_EQ(Begin("c", 1).verdict, Verdict::kNew);
  EXPECT_EQ(Begin("c", 2).verdict, Verdict::kRunning);
  EXPECT_EQ(Begin("c", 3).verdict, Verdict::kRunning);
  const auto waiters = Complete("c", "reply");
  ASSERT_EQ(waiters.size(), 2u);
  EXPECT_EQ(waiters[0].peer.port, 2);
  EXPECT_EQ(waiters[1].peer.port, 3);
  EXPECT_EQ(table_.running(), 0u);
}

TEST_F(CookieTableTest, RunningSurvivesAnyTime) {
  Begin("slow");
  now_ += seconds(600);
  EXPECT_EQ(Begin("slow", 2).verdict, Verdict::kRunning);
  EXPECT_EQ(Complete("slow", "late").size(), 1u);
  EXPECT_EQ(Begin("slow").reply, "late");
}

TEST_F(CookieTableTest, ReplyIsFoundForThirtyToSixtySeconds) {
  // Whatever the moment within a generation.
  for (const int offset : {0, 1, 15, 29}) {
    CookieTable table(kKey, 1 << 20, now_ + CookieTable::kGeneration);
    const auto begun = now_ + seconds(offset);
    ASSERT_EQ(table.Begin("c", From(1), begun).verdict, Verdict::kNew);
    table.Complete("c", "r", begun);
    std::vector<CookieTable::Generation> trash;
    for (int s = 0; s <= 30; ++s) table.Advance(begun + seconds(s), &trash);
    EXPECT_EQ(table.Begin("c", From(1), begun + seconds(30)).verdict, Verdict::kAnswered) << offset;
    for (int s = 31; s <= 60; ++s) table.Advance(begun + seconds(s), &trash);
    EXPECT_EQ(table.Begin("c", From(1), begun + seconds(61)).verdict, Verdict::kNew) << offset;
  }
}

TEST_F(CookieTableTest, ForgetsAfterALongSilence) {
  Begin("c");
  Complete("c", "r");
  now_ += seconds(61);  // nobody called Advance meanwhile
  EXPECT_EQ(Begin("c").verdict, Verdict::kNew);
}

TEST_F(CookieTableTest, WaitersAreBounded) {
  Begin("c");
  for (uint16_t i = 1; i < 1000; ++i) Begin("c", i);
  EXPECT_EQ(Complete("c", "r").size(), CookieTable::kMaxWaiters);
}

TEST_F(CookieTableTest, MemoryIsBoundedAndTheNewestStay) {
  const std::string reply(1000, 'x');
  size_t most = 0;
  for (int i = 0; i < 10'000; ++i) {
    const std::string cookie = base::StrCat("cookie-", i);
    ASSERT_EQ(Begin(cookie).verdict, Verdict::kNew);
    Complete(cookie, reply);
    most = std::max(most, table_.bytes());
  }
  // One block more than the cap at worst.
  EXPECT_LE(most, (size_t{1} << 20) + 64 * 1024);
  EXPECT_GT(table_.early_drops(), 0u);
  EXPECT_EQ(Begin("cookie-9999").verdict, Verdict::kAnswered);
  EXPECT_EQ(Begin("cookie-9700").verdict, Verdict::kAnswered);
  EXPECT_EQ(Begin("cookie-0").verdict, Verdict::kNew);
}

TEST_F(CookieTableTest, LargeReplyAndBinaryCookie) {
  const std::string cookie("\x01\x00\xff", 3);
  const std::string reply(300'000, 'y');
  Begin(cookie);
  Complete(cookie, reply);
  EXPECT_EQ(Begin(cookie).reply, reply);
  EXPECT_EQ(Begin(std::string("\x01\x00", 2)).verdict, Verdict::kNew);
}

TEST(CookieCacheTest, KeepsApartAndForgetsInTime) {
  CookieTable::Time now = seconds(5);
  CookieCache cache(kKey, now, 16 << 20);
  for (int i = 0; i < 1000; ++i) {
    const std::string cookie = base::StrCat(i);
    ASSERT_EQ(cache.Begin(cookie, From(1), now).verdict, Verdict::kNew);
    cache.Complete(cookie, base::StrCat("reply ", i), now);
  }
  EXPECT_EQ(cache.totals().answered, 1000u);
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(cache.Begin(base::StrCat(i), From(1), now).reply, base::StrCat("reply ", i));
  }
  for (int s = 0; s <= 30; ++s) cache.Advance(now + seconds(s));
  EXPECT_EQ(cache.totals().answered, 1000u);
  for (int s = 31; s <= 61; ++s) cache.Advance(now + seconds(s));
  EXPECT_EQ(cache.totals().answered, 0u);
}

}  // namespace
}  // namespace controld::listen

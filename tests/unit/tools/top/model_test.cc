// rtpctl top: rates between two rounds, what stays unknown, whose turn it is.
#include "tools/rtpctl/top/model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/tools/top/lab.h"
#include "tools/rtpctl/top/rota.h"

namespace rtpctl::top {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

CallFacts Facts(uint64_t packets) {
  CallFacts facts;
  facts.packets = packets;
  return facts;
}

const CallRow& Only(const Model& model) { return model.calls().at(0); }

TEST(Model, NoRatesBeforeTheSecondLook) {
  Model model;
  model.Add(MakeRound(0, {Facts(1000)}));
  EXPECT_TRUE(Only(model).looked_at);
  EXPECT_FALSE(Only(model).rates.in.packets);
  EXPECT_FALSE(Only(model).rates.quality.loss_percent);
  model.Add(MakeRound(2, {Facts(1100)}));
  EXPECT_DOUBLE_EQ(*Only(model).rates.in.packets, 100);  // 50 from each party
  EXPECT_DOUBLE_EQ(*Only(model).rates.in.bits, 100 * 172 * 8);
  EXPECT_DOUBLE_EQ(*Only(model).rates.in.kernel, 0);
  EXPECT_DOUBLE_EQ(*Only(model).rates.quality.loss_percent, 0);
}

TEST(Model, TheKernelsShareAndTheQuality) {
  CallFacts before = Facts(1000), now = Facts(1100);
  before.kernel = 900;
  now.kernel = 975;
  before.lost = 500;
  now.lost = 520;
  now.errors = 7;
  now.jitter_ms = 12;
  now.mos = 38;
  Model model;
  model.Add(MakeRound(0, {before}));
  model.Add(MakeRound(1, {now}));
  const CallRow& row = Only(model);
  EXPECT_DOUBLE_EQ(*KernelShare(row.rates.in), 0.75);
  EXPECT_EQ(row.in_kernel, 2u);
  EXPECT_EQ(row.streams, 2u);
  EXPECT_EQ(row.errors, 7u);
  EXPECT_DOUBLE_EQ(*row.rates.in.errors, 7);
  // 20 of 120 from one party, none from the other.
  EXPECT_NEAR(*row.rates.quality.loss_percent, 100.0 / 12, 1e-9);
  EXPECT_DOUBLE_EQ(*row.rates.quality.jitter_ms, 12);
  EXPECT_DOUBLE_EQ(*row.rates.quality.mos, 3.8);
  EXPECT_DOUBLE_EQ(*model.totals().worst_mos, 3.8);
}

TEST(Model, APacketThatCameLateIsNoNegativeLoss) {
  CallFacts before = Facts(1000), now = Facts(1050);
  before.lost = 5;
  now.lost = 4;
  Model model;
  model.Add(MakeRound(0, {before}));
  model.Add(MakeRound(1, {now}));
  EXPECT_DOUBLE_EQ(*Only(model).rates.quality.loss_percent, 0);
}

TEST(Model, ACounterThatWentBackHasNoRate) {
  Model model;
  model.Add(MakeRound(0, {Facts(1000)}));
  model.Add(MakeRound(1, {Facts(10)}));
  EXPECT_FALSE(Only(model).rates.in.packets);
  EXPECT_FALSE(Only(model).rates.quality.loss_percent);
  model.Add(MakeRound(2, {Facts(60)}));
  EXPECT_DOUBLE_EQ(*Only(model).rates.in.packets, 100);
}

TEST(Model, TwoLooksAtOnceDoNotMakeARate) {
  Model model;
  model.Add(MakeRound(0, {Facts(1000)}));
  model.Add(MakeRound(1, {Facts(1050)}));
  model.Add(MakeRound(1.01, {Facts(1051)}));
  // Over the second before, not over 10 ms.
  EXPECT_NEAR(*Only(model).rates.in.packets, 2 * 51 / 1.01, 1e-9);
}

TEST(Model, CallsThatAreNotLookedAtKeepTheirFiguresAndLostOnesGo) {
  Model model;
  model.Add(MakeRound(0, {Facts(1000)}));
  model.Add(MakeRound(1, {Facts(1050)}));
  Round listed = MakeRound(2, {Facts(1100)});
  listed.looks.clear();
  model.Add(listed);
  EXPECT_DOUBLE_EQ(*Only(model).rates.in.packets, 100);
  model.Add(MakeRound(5, {Facts(1250)}));  // over four seconds
  EXPECT_DOUBLE_EQ(*Only(model).rates.in.packets, 100);
  model.Add(MakeRound(6, {}));
  EXPECT_THAT(model.calls(), IsEmpty());
  EXPECT_EQ(model.totals().calls, 0u);
}

TEST(Model, TotalsAreTheWorkersAndOnlyOfThoseThatAreThere) {
  Round round = MakeRound(0, {});
  AddWorker("m0", 100, 0, &round);
  AddWorker("m2", 5000, 5000, &round);
  round.workers.mutable_workers(2)->set_state(rtpengine::v1::LOST);
  Model model;
  model.Add(round);
  EXPECT_EQ(model.workers()[0].name, "m0");
  EXPECT_FALSE(model.workers()[0].has_kernel);
  EXPECT_EQ(model.totals().workers, 3u);
  EXPECT_EQ(model.totals().attached, 2u);
  EXPECT_DOUBLE_EQ(*model.totals().traffic.packets, 900);
  EXPECT_NEAR(*KernelShare(model.totals().traffic), 600.0 / 900, 1e-9);
  EXPECT_FALSE(model.workers()[2].traffic.packets);
}

TEST(Model, TroubleKeepsWhatWasKnownAndSaysSinceWhen) {
  Model model;
  model.Add(MakeRound(0, {Facts(1)}));
  model.Add(MakeTrouble(1));
  model.Add(MakeTrouble(2));
  EXPECT_EQ(model.trouble(),
            "cannot reach controld at unix:/run/x.sock: is rtpengine-controld running?");
  EXPECT_DOUBLE_EQ(model.trouble_since_s(), 101);
  EXPECT_EQ(model.calls().size(), 1u);
  model.Add(MakeRound(3, {Facts(2)}));
  EXPECT_EQ(model.trouble(), "");
}

TEST(Model, ADetailHasRatesAndSaysWhenItsCallHasEnded) {
  Model model;
  model.Add(MakeRound(0, {Facts(1000)}));
  Round round = MakeRound(1, {Facts(1050)});
  round.explained_id = "call@example.com";
  *round.explained.emplace().mutable_call() = round.looks[0].call;
  model.Add(round);
  const Detail* detail = model.detail("call@example.com");
  ASSERT_NE(detail, nullptr);
  ASSERT_EQ(detail->rates.size(), 2u);
  EXPECT_DOUBLE_EQ(*detail->rates[1].in.packets, 50);
  EXPECT_FALSE(detail->gone);
  EXPECT_EQ(model.detail("another"), nullptr);
  Round over = MakeRound(2, {});
  over.explained_id = "call@example.com";
  model.Add(over);
  EXPECT_TRUE(model.detail("call@example.com")->gone);
}

TEST(Rota, WhatIsInSightFirstThenWhoWaitedLongest) {
  Rota rota;
  EXPECT_THAT(rota.Pick({"a", "b", "c", "d"}, {"c", "x"}, 2), ElementsAre("c", "a"));
  EXPECT_THAT(rota.Pick({"a", "b", "c", "d"}, {"c"}, 2), ElementsAre("c", "b"));
  EXPECT_THAT(rota.Pick({"a", "b", "c", "d"}, {}, 2), ElementsAre("d", "a"));
  EXPECT_THAT(rota.Pick({"a", "b"}, {"a", "a"}, 9), ElementsAre("a", "b"));
  EXPECT_THAT(rota.Pick({}, {"a"}, 9), IsEmpty());
}

}  // namespace
}  // namespace rtpctl::top

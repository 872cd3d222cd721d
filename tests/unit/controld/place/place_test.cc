// Placement: conditions, limits, choice, and the words for it.
#include "controld/place/place.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <vector>

namespace controld::place {
namespace {

using call::PlacementNeeds;
using call::PlacementRefusal;
using testing::HasSubstr;

// Gives the numbers it was told, then 0.
class Scripted final : public base::Random {
 public:
  Scripted(std::initializer_list<uint64_t> numbers = {}) : numbers_(numbers) {}
  uint64_t Next() override {
    if (numbers_.empty()) return 0;
    const uint64_t number = numbers_.front();
    numbers_.pop_front();
    return number;
  }

 private:
  std::deque<uint64_t> numbers_;
};

class PlaceTest : public testing::Test {
 protected:
  // A worker with one IPv4 interface "default" and 1000 ports.
  Candidate& Add(const std::string& name) {
    auto& view = views_.emplace_back();
    view.name = name;
    AddInterface(&view, "default", 4);
    Candidate candidate;
    candidate.view = &view;
    candidate.state = rtpengine::v1::READY;
    candidate.attached = true;
    candidate.ports_total = 1000;
    return candidates_.emplace_back(candidate);
  }
  static rtpengine::v1::Interface& AddInterface(call::WorkerView* view, const std::string& name,
                                                size_t octets) {
    auto& interface = view->interfaces.emplace_back();
    interface.set_name(name);
    interface.set_address(std::string(octets, '\1'));
    return interface;
  }
  call::WorkerView& view(size_t i) { return views_[i]; }
  Choice Choose(const PlacementNeeds& needs = {}, Scripted random = {}) {
    return ChooseWorker(needs, {candidates_.data(), candidates_.size()}, limits_, random);
  }

  std::deque<call::WorkerView> views_;
  std::vector<Candidate> candidates_;
  Limits limits_;
};

TEST_F(PlaceTest, NobodyThere) {
  const Choice choice = Choose();
  EXPECT_FALSE(choice.worker);
  EXPECT_EQ(choice.refusal, PlacementRefusal::kNoWorker);
  EXPECT_EQ(choice.explanation, "no worker was ever attached");
}

TEST_F(PlaceTest, TheOnlyOne) {
  Add("m1").charged_streams = 6;
  const Choice choice = Choose();
  EXPECT_EQ(choice.worker, 0u);
  EXPECT_EQ(choice.refusal, PlacementRefusal::kNone);
  EXPECT_EQ(choice.explanation, "the only one: m1 (6 streams on 1000 ports)");
}

TEST_F(PlaceTest, OnlyReadyAndAttachedOnes) {
  Add("joining").state = rtpengine::v1::JOINING;
  Add("draining").state = rtpengine::v1::DRAINING;
  Add("drained").state = rtpengine::v1::DRAINED;
  Add("lost").state = rtpengine::v1::LOST;
  Add("away").attached = false;
  const Choice choice = Choose();
  EXPECT_FALSE(choice.worker);
  EXPECT_EQ(choice.refusal, PlacementRefusal::kNoWorker);
  EXPECT_EQ(choice.explanation,
            "no worker can take the call: joining: JOINING, draining: DRAINING, drained: DRAINED, "
            "lost: LOST, away: not attached");
  Add("m1");
  EXPECT_EQ(Choose().worker, 5u);
}

TEST_F(PlaceTest, LimitsCompareWithGreaterOrEqual) {
  limits_.max_load = 2;
  Candidate& worker = Add("m1");
  worker.load_average = 1.99;
  EXPECT_TRUE(Choose().worker);
  worker.load_average = 2;
  const Choice choice = Choose();
  EXPECT_FALSE(choice.worker);
  EXPECT_EQ(choice.refusal, PlacementRefusal::kLoad);
  EXPECT_EQ(choice.explanation,
            "no worker can take the call: m1: Load limit exceeded (2.00 > 2.00)");
}

TEST_F(PlaceTest, EachLimitHasItsRefusal) {
  Candidate& worker = Add("m1");
  worker.cpu_percent = 90;
  worker.bytes_per_second = 1000;
  limits_.max_cpu = 90;
  EXPECT_EQ(Choose().refusal, PlacementRefusal::kCpu);
  EXPECT_THAT(Choose().explanation, HasSubstr("CPU usage limit exceeded (90.0% > 90.0%)"));
  limits_.max_cpu = 0;
  limits_.max_bandwidth = 1000;
  EXPECT_EQ(Choose().refusal, PlacementRefusal::kBandwidth);
  EXPECT_THAT(Choose().explanation, HasSubstr("Bandwidth limit exceeded (1000 > 1000)"));
  limits_.max_bandwidth = 1001;
  EXPECT_TRUE(Choose().worker);
}

TEST_F(PlaceTest, AllOverTheFirstLimitCounts) {
  limits_ = {1, 50, 0};
  Add("cpu").cpu_percent = 60;
  Add("load").load_average = 3;
  Add("away").attached = false;
  EXPECT_EQ(Choose().refusal, PlacementRefusal::kLoad);
  // One below the limits takes it, however loaded.
  Add("m1").charged_streams = 900;
  EXPECT_EQ(Choose().worker, 3u);
}

TEST_F(PlaceTest, TwoDrawnTheEmptierWins) {
  Add("a").charged_streams = 10;
  Add("b").charged_streams = 4;
  Add("c").charged_streams = 7;
  // First draw: a; second: the next but one among the rest.
  const Choice choice = Choose({}, {0, 1});
  EXPECT_EQ(choice.worker, 2u);
  EXPECT_EQ(
      choice.explanation,
      "of two drawn from 3: c (7 streams on 1000 ports) rather than a (10 streams on 1000 ports)");
  EXPECT_EQ(Choose({}, {2, 0}).worker, 2u);  // c and a
  EXPECT_EQ(Choose({}, {2, 1}).worker, 1u);  // c and b
}

TEST_F(PlaceTest, CapacityWeighs) {
  Add("small").charged_streams = 10;
  Candidate& big = Add("big");
  big.charged_streams = 50;
  big.ports_total = 10'000;
  EXPECT_EQ(Choose({}, {0, 0}).worker, 1u);
  // A kernel plane counts as four times the ports.
  candidates_[1].ports_total = 1000;
  EXPECT_EQ(Choose({}, {0, 0}).worker, 0u);
  candidates_[1].charged_streams = 39;
  candidates_[1].kernel_offload = true;
  EXPECT_EQ(Choose({}, {0, 0}).worker, 1u);
  EXPECT_THAT(Choose({}, {0, 0}).explanation, HasSubstr("big (39 streams on 1000 ports, kernel)"));
}

TEST_F(PlaceTest, InterfacesWantedComeFirst) {
  Add("plain");
  Add("both").charged_streams = 900;
  AddInterface(&view(1), "inside", 4);
  PlacementNeeds needs;
  needs.to_interface = "inside";
  const Choice choice = Choose(needs);
  EXPECT_EQ(choice.worker, 1u);
  EXPECT_THAT(choice.explanation,
              HasSubstr("1 of 2 workers with the interfaces wanted; the only one"));
}

TEST_F(PlaceTest, UnknownInterfaceIsNoReasonToRefuse) {
  Add("m1");
  PlacementNeeds needs;
  needs.from_interface = "nowhere";
  const Choice choice = Choose(needs);
  EXPECT_EQ(choice.worker, 0u);
  EXPECT_EQ(choice.explanation,
            "no worker with the interfaces wanted; the only one: m1 (0 streams on 1000 ports)");
}

TEST_F(PlaceTest, FamilyWanted) {
  Add("v4");
  Add("v46");
  AddInterface(&view(1), "default", 16);
  PlacementNeeds needs;
  needs.needs_ipv6 = true;
  EXPECT_EQ(Choose(needs).worker, 1u);
  needs.needs_ipv4 = true;
  EXPECT_EQ(Choose(needs).worker, 1u);
}

TEST_F(PlaceTest, PortsLeft) {
  Add("full").ports_used = 997;
  Add("free").charged_streams = 900;
  PlacementNeeds needs;
  needs.streams = 2;
  const Choice choice = Choose(needs);
  EXPECT_EQ(choice.worker, 1u);
  EXPECT_THAT(choice.explanation, HasSubstr("with ports left"));
  candidates_[1].ports_used = 1000;
  EXPECT_TRUE(Choose(needs).worker);  // the worker has the last word
}

TEST_F(PlaceTest, InterfaceNames) {
  call::WorkerView view;
  EXPECT_FALSE(HasInterface(view, "", base::Family::kNone));
  AddInterface(&view, "pub:1", 4).set_group("pub");
  AddInterface(&view, "priv", 16);
  auto& alias = view.interfaces.emplace_back();
  alias.set_name("internal");
  alias.set_alias_of("priv");
  auto& loop = view.interfaces.emplace_back();
  loop.set_name("loop");
  loop.set_alias_of("loop");
  EXPECT_TRUE(HasInterface(view, "", base::Family::kIpv4));
  EXPECT_FALSE(HasInterface(view, "", base::Family::kIpv6));
  EXPECT_TRUE(HasInterface(view, "pub", base::Family::kIpv4));
  EXPECT_TRUE(HasInterface(view, "pub:1", base::Family::kNone));
  EXPECT_TRUE(HasInterface(view, "internal", base::Family::kIpv6));
  EXPECT_FALSE(HasInterface(view, "internal", base::Family::kIpv4));
  EXPECT_FALSE(HasInterface(view, "loop", base::Family::kNone));
  EXPECT_FALSE(HasInterface(view, "pu", base::Family::kNone));
}

}  // namespace
}  // namespace controld::place

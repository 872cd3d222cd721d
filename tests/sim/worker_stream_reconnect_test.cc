// Reconnecting to controllers, minutes of it in a virtual clock: how soon, how often, and that a
// stream that broke says nothing of the old one. The controller is a script of availability.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <random>

#include "mediad/rpc/controller_link.h"
#include "proto/base/log.h"

namespace mediad::rpc {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

class SeededRandom final : public base::Random {
 public:
  explicit SeededRandom(uint64_t seed) : engine_(seed) {}
  uint64_t Next() override { return engine_(); }

 private:
  std::mt19937_64 engine_;
};

// One worker and one controller; the network takes one millisecond each way.
class Simulation {
 public:
  enum class Controller { kAbsent, kSilent, kRefusing, kPresent };

  Simulation(LinkOptions options, uint64_t seed)
      : random_(seed), link_(std::move(options), random_) {
    base::log::SetSink([](auto, auto, const auto&, std::string_view) {});
    link_.Start(now());
  }
  ~Simulation() { base::log::SetSink(nullptr); }

  base::Now now() const { return {.monotonic = time_}; }
  ControllerLink& link() { return link_; }
  const std::vector<nanoseconds>& attempts() const { return attempts_; }

  void Set(Controller controller) {
    controller_ = controller;
    if (controller != Controller::kPresent && link_.state() == LinkState::kAttached) {
      link_.OnClosed(link_.stream(), CloseReason::kBroken, "connection reset", now());
    }
  }

  void Run(nanoseconds duration) {
    const nanoseconds end = time_ + duration;
    while (time_ < end) {
      Carry(link_.TakeActions());
      time_ += milliseconds(1);
      Deliver();
      if (time_ >= link_.next_deadline()) link_.Tick(now());
    }
  }

 private:
  void Carry(LinkActions actions) {
    if (actions.open) {
      attempts_.push_back(time_);
      link_.OnOpened({});
      pending_ = {link_.stream(), true};
      Carry(link_.TakeActions());
    } else if (actions.write) {
      written_ = link_.stream();
    }
  }

  void Deliver() {
    if (written_ != 0 && controller_ != Controller::kAbsent) {
      link_.OnWritten(written_);
      written_ = 0;
    }
    if (!pending_.waiting) return;
    const uint64_t stream = pending_.stream;
    switch (controller_) {
      case Controller::kAbsent:
        pending_.waiting = false;
        return link_.OnClosed(stream, CloseReason::kBroken, "connection refused", now());
      case Controller::kRefusing:
        pending_.waiting = false;
        return link_.OnClosed(stream, CloseReason::kRefused, "name clash", now());
      case Controller::kSilent: return;
      case Controller::kPresent: break;
    }
    pending_.waiting = false;
    rtpengine::v1::ControllerFrame frame;
    frame.add_messages()->mutable_welcome()->set_controller_name("controller");
    link_.OnFrame(stream, std::move(frame), now());
  }

  struct Pending {
    uint64_t stream = 0;
    bool waiting = false;
  };

  nanoseconds time_{seconds(1000)};
  SeededRandom random_;
  ControllerLink link_;
  Controller controller_ = Controller::kAbsent;
  Pending pending_;
  uint64_t written_ = 0;
  std::vector<nanoseconds> attempts_;
};

std::vector<nanoseconds> Gaps(const std::vector<nanoseconds>& times) {
  std::vector<nanoseconds> gaps;
  for (size_t i = 1; i < times.size(); ++i) gaps.push_back(times[i] - times[i - 1]);
  return gaps;
}

TEST(WorkerStreamReconnect, BackOffGrowsToItsCapAndStaysThere) {
  for (nanoseconds cap : {nanoseconds(seconds(2)), nanoseconds(seconds(5))}) {
    Simulation simulation({.backoff_cap = cap}, 1);
    simulation.Run(seconds(120));
    const auto gaps = Gaps(simulation.attempts());
    ASSERT_GT(gaps.size(), 10u);
    EXPECT_GE(gaps.front(), milliseconds(100));
    EXPECT_LE(gaps.front(), milliseconds(110));
    for (nanoseconds gap : gaps) EXPECT_LE(gap, cap + milliseconds(5));
    for (size_t i = 8; i < gaps.size(); ++i) EXPECT_GE(gaps[i], cap / 2);
    // It never gives up.
    EXPECT_GT(simulation.attempts().back(), simulation.now().monotonic - cap - milliseconds(10));
  }
}

TEST(WorkerStreamReconnect, AControllerThatComesBackIsFoundWithinTheCap) {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    Simulation simulation({.backoff_cap = seconds(2)}, seed);
    simulation.Run(seconds(60));
    simulation.Set(Simulation::Controller::kPresent);
    simulation.Run(milliseconds(2010));
    EXPECT_EQ(simulation.link().state(), LinkState::kAttached) << "seed " << seed;
  }
}

TEST(WorkerStreamReconnect, AShortInterruptionIsOverInATenthOfASecond) {
  Simulation simulation({.backoff_cap = seconds(5)}, 7);
  simulation.Run(seconds(60));  // the back-off is at its cap
  simulation.Set(Simulation::Controller::kPresent);
  simulation.Run(seconds(20));
  ASSERT_EQ(simulation.link().state(), LinkState::kAttached);
  simulation.Set(Simulation::Controller::kAbsent);
  simulation.Set(Simulation::Controller::kPresent);
  simulation.Run(milliseconds(120));
  EXPECT_EQ(simulation.link().state(), LinkState::kAttached);
}

TEST(WorkerStreamReconnect, AControllerThatDropsAtOnceIsNotHammered) {
  Simulation simulation({.backoff_cap = seconds(5)}, 3);
  simulation.Set(Simulation::Controller::kPresent);
  for (int i = 0; i < 60'000; ++i) {
    simulation.Run(milliseconds(1));
    if (simulation.link().state() == LinkState::kAttached) {
      simulation.Set(Simulation::Controller::kAbsent);
      simulation.Set(Simulation::Controller::kPresent);
    }
  }
  EXPECT_LT(simulation.attempts().size(), 40u);  // a minute
  EXPECT_GT(simulation.attempts().size(), 10u);
}

TEST(WorkerStreamReconnect, ARefusalGoesToTheLongestDelayAtOnce) {
  Simulation simulation({.backoff_cap = seconds(5)}, 5);
  simulation.Set(Simulation::Controller::kRefusing);
  simulation.Run(seconds(60));
  for (nanoseconds gap : Gaps(simulation.attempts())) EXPECT_GE(gap, milliseconds(2500));
}

TEST(WorkerStreamReconnect, ASilentControllerIsGivenUpAndTriedAgain) {
  Simulation simulation({.backoff_cap = seconds(2), .welcome_timeout = seconds(3)}, 9);
  simulation.Set(Simulation::Controller::kSilent);
  simulation.Run(seconds(30));
  for (nanoseconds gap : Gaps(simulation.attempts())) {
    EXPECT_GE(gap, seconds(3));
    EXPECT_LE(gap, milliseconds(5010));
  }
  EXPECT_GE(simulation.attempts().size(), 6u);
}

TEST(WorkerStreamReconnect, ManyWorkersDoNotComeBackTogether) {
  std::vector<nanoseconds> back;
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    Simulation simulation({.backoff_cap = seconds(5)}, seed);
    simulation.Run(seconds(30));
    back.push_back(simulation.attempts().back() - seconds(1000));
  }
  const auto [first, last] = std::minmax_element(back.begin(), back.end());
  EXPECT_GT(*last - *first, seconds(2));
}

}  // namespace
}  // namespace mediad::rpc

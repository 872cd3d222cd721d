// The learner against a table: mode × policy × sources × times (media.md §2).
#include "mediad/session/learner.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace mediad::session {
namespace {

base::Endpoint At(const char* text) { return *base::Endpoint::Parse(text); }

// The signalled endpoint and four kinds of other sources.
const base::Endpoint kExact = At("198.51.100.1:4000");
const base::Endpoint kOtherPort = At("198.51.100.1:4444");
const base::Endpoint kOtherAddress = At("198.51.100.9:4000");
const base::Endpoint kStranger = At("198.51.100.9:9999");

// One packet: where from, whether within 3 s of signalling, whether it is let in, where we send afterwards.
struct Step {
  base::Endpoint source;
  bool window_open;
  bool admitted;
  base::Endpoint target;
};

struct Case {
  const char* name;
  LearnPolicy policy;
  std::vector<Step> steps;
  bool confirmed;  // in the end
};

LearnPolicy Policy(LearnMode mode) {
  LearnPolicy policy;
  policy.mode = mode;
  policy.enabled = true;
  return policy;
}
LearnPolicy Strict(LearnMode mode) {
  LearnPolicy policy = Policy(mode);
  policy.strict_source = true;
  return policy;
}
LearnPolicy Handover(LearnMode mode) {
  LearnPolicy policy = Policy(mode);
  policy.media_handover = true;
  return policy;
}
LearnPolicy Asymmetric(LearnMode mode) {
  LearnPolicy policy = Policy(mode);
  policy.asymmetric = true;
  return policy;
}
LearnPolicy StrictAsymmetric(LearnMode mode) {
  LearnPolicy policy = Strict(mode);
  policy.asymmetric = true;
  return policy;
}

constexpr bool kEarly = true, kLate = false;  // within the window, or not
constexpr bool kIn = true, kOut = false;

std::vector<Case> Cases() {
  constexpr auto kHeuristic = LearnMode::kHeuristic;
  constexpr auto kDelayed = LearnMode::kDelayed;
  constexpr auto kImmediate = LearnMode::kImmediate;
  constexpr auto kOff = LearnMode::kOff;
  return {
      {"off: sources change", Policy(kOff),
       {{kStranger, kEarly, kIn, kExact}, {kOtherPort, kEarly, kIn, kExact}, {kStranger, kLate, kIn, kExact}}, true},
      {"off, strict", Strict(kOff),
       {{kStranger, kEarly, kOut, kExact}, {kOtherPort, kEarly, kOut, kExact}, {kExact, kEarly, kIn, kExact},
        {kOtherPort, kLate, kOut, kExact}, {kExact, kLate, kIn, kExact}}, true},
      {"off, handover", Handover(kOff),
       {{kOtherPort, kEarly, kIn, kOtherPort}, {kStranger, kLate, kIn, kStranger}, {kExact, kLate, kIn, kExact}}, true},
      {"off, asymmetric", Asymmetric(kOff),
       {{kOtherPort, kEarly, kIn, kExact}, {kStranger, kLate, kIn, kExact}}, true},

      {"immediate: the first source stays", Policy(kImmediate),
       {{kStranger, kEarly, kIn, kStranger}, {kOtherAddress, kEarly, kIn, kStranger}, {kExact, kEarly, kIn, kStranger},
        {kExact, kLate, kIn, kStranger}}, true},
      {"immediate, strict: the signalled address is out once another came first", Strict(kImmediate),
       {{kStranger, kEarly, kIn, kStranger}, {kOtherPort, kEarly, kOut, kStranger}, {kStranger, kEarly, kIn, kStranger},
        {kExact, kEarly, kOut, kStranger}, {kExact, kLate, kOut, kStranger}}, true},
      {"immediate, handover", Handover(kImmediate),
       {{kOtherPort, kEarly, kIn, kOtherPort}, {kStranger, kLate, kIn, kStranger}, {kExact, kLate, kIn, kExact}}, true},
      {"immediate, asymmetric", Asymmetric(kImmediate), {{kOtherPort, kEarly, kIn, kExact}}, true},

      {"delayed: follows every source in the window", Policy(kDelayed),
       {{kStranger, kEarly, kIn, kStranger}, {kOtherAddress, kEarly, kIn, kOtherAddress}, {kExact, kEarly, kIn, kExact},
        {kStranger, kEarly, kIn, kStranger}}, false},
      {"delayed: the first source after the window is confirmed", Policy(kDelayed),
       {{kOtherPort, kEarly, kIn, kOtherPort}, {kStranger, kLate, kIn, kStranger}, {kOtherPort, kLate, kIn, kStranger}},
       true},
      {"delayed, strict", Strict(kDelayed),
       {{kStranger, kEarly, kIn, kStranger}, {kExact, kEarly, kIn, kExact}, {kOtherPort, kEarly, kIn, kOtherPort},
        {kExact, kLate, kIn, kExact}, {kOtherPort, kLate, kOut, kExact}}, true},

      {"heuristic: better sources take over, the exact one for good", Policy(kHeuristic),
       {{kStranger, kEarly, kIn, kStranger}, {kOtherAddress, kEarly, kIn, kOtherAddress},
        {kOtherPort, kEarly, kIn, kOtherPort}, {kExact, kEarly, kIn, kExact}, {kStranger, kEarly, kIn, kExact},
        {kOtherPort, kEarly, kIn, kExact}}, true},
      {"heuristic: worse sources do not", Policy(kHeuristic),
       {{kOtherPort, kEarly, kIn, kOtherPort}, {kStranger, kEarly, kIn, kOtherPort},
        {kOtherAddress, kEarly, kIn, kOtherPort}}, false},
      {"heuristic: an equally ranked source is followed", Policy(kHeuristic),
       {{kOtherPort, kEarly, kIn, kOtherPort}, {At("198.51.100.1:5555"), kEarly, kIn, At("198.51.100.1:5555")}}, false},
      {"heuristic: nothing came within the window", Policy(kHeuristic),
       {{kStranger, kLate, kIn, kStranger}, {kOtherAddress, kLate, kIn, kStranger}, {kExact, kLate, kIn, kStranger}}, true},
      {"heuristic: the best seen is confirmed, not the first after the window", Policy(kHeuristic),
       {{kOtherPort, kEarly, kIn, kOtherPort}, {kStranger, kLate, kIn, kOtherPort}, {kExact, kLate, kIn, kOtherPort}}, true},
      {"heuristic, strict", Strict(kHeuristic),
       {{kStranger, kEarly, kIn, kStranger}, {kOtherPort, kEarly, kIn, kOtherPort}, {kStranger, kEarly, kOut, kOtherPort},
        {kExact, kEarly, kIn, kExact}, {kOtherPort, kEarly, kOut, kExact}, {kExact, kLate, kIn, kExact},
        {kStranger, kLate, kOut, kExact}}, true},
      {"heuristic, handover", Handover(kHeuristic),
       {{kOtherPort, kEarly, kIn, kOtherPort}, {kOtherPort, kLate, kIn, kOtherPort}, {kStranger, kLate, kIn, kStranger},
        {kExact, kLate, kIn, kExact}, {kStranger, kLate, kIn, kStranger}}, true},
      {"heuristic, asymmetric", Asymmetric(kHeuristic),
       {{kOtherPort, kEarly, kIn, kExact}, {kStranger, kEarly, kIn, kExact}, {kStranger, kLate, kIn, kExact}}, true},
      {"heuristic, strict and asymmetric: the learned source is admitted, the signalled one not",
       StrictAsymmetric(kHeuristic),
       {{kStranger, kEarly, kIn, kExact}, {kStranger, kLate, kIn, kExact}, {kExact, kLate, kOut, kExact},
        {kOtherPort, kLate, kOut, kExact}}, true},
  };
}

TEST(LearnerTest, Table) {
  for (const Case& one : Cases()) {
    SCOPED_TRACE(one.name);
    Learner learner;
    EXPECT_TRUE(learner.Signal(kExact));
    EXPECT_EQ(learner.target(), kExact);
    for (size_t i = 0; i < one.steps.size(); ++i) {
      SCOPED_TRACE("step " + std::to_string(i));
      const Step& step = one.steps[i];
      EXPECT_EQ(learner.Admits(one.policy, step.source), step.admitted);
      if (step.admitted) learner.Learn(one.policy, step.source, step.window_open);
      EXPECT_EQ(learner.target().ToString(), step.target.ToString());
    }
    EXPECT_EQ(learner.confirmed(), one.confirmed);
  }
}

TEST(LearnerTest, NothingIsLearnedBeforeOurSdpOrTheirs) {
  LearnPolicy policy = Strict(LearnMode::kImmediate);
  Learner unknown;
  EXPECT_TRUE(unknown.Admits(policy, kStranger));
  EXPECT_EQ(unknown.Learn(policy, kStranger, kEarly).reason, LearnReason::kNone);
  EXPECT_FALSE(unknown.target().valid());

  policy.enabled = false;
  Learner early;
  early.Signal(kExact);
  EXPECT_TRUE(early.Admits(policy, kStranger));
  EXPECT_EQ(early.Learn(policy, kStranger, kEarly).reason, LearnReason::kNone);
  EXPECT_EQ(early.target(), kExact);
  EXPECT_FALSE(early.confirmed());
}

TEST(LearnerTest, SignallingTheSameEndpointKeepsTheTargetAndReopens) {
  const LearnPolicy policy = Policy(LearnMode::kHeuristic);
  Learner learner;
  learner.Signal(kExact);
  learner.Learn(policy, kExact, kEarly);
  ASSERT_TRUE(learner.confirmed());
  EXPECT_FALSE(learner.Signal(kExact));
  learner.Reopen();
  EXPECT_FALSE(learner.confirmed());
  EXPECT_EQ(learner.target(), kExact);
  learner.Learn(policy, kStranger, kEarly);  // a worse one takes over now
  EXPECT_EQ(learner.target(), kStranger);
}

TEST(LearnerTest, SignallingAnotherEndpointStartsAgain) {
  const LearnPolicy policy = Policy(LearnMode::kImmediate);
  Learner learner;
  learner.Signal(kExact);
  learner.Learn(policy, kStranger, kEarly);
  EXPECT_TRUE(learner.Signal(kOtherPort));
  EXPECT_EQ(learner.target(), kOtherPort);
  EXPECT_FALSE(learner.confirmed());
  EXPECT_TRUE(learner.Signal(std::nullopt));
  EXPECT_FALSE(learner.target().valid());
}

TEST(LearnerTest, SaysWhatItDid) {
  const LearnPolicy policy = Handover(LearnMode::kHeuristic);
  Learner learner;
  learner.Signal(kExact);
  const LearnOutcome followed = learner.Learn(policy, kStranger, kEarly);
  EXPECT_EQ(followed.reason, LearnReason::kFollowed);
  EXPECT_TRUE(followed.target_changed);
  EXPECT_FALSE(followed.confirmed);
  EXPECT_EQ(learner.Learn(policy, kStranger, kEarly).reason, LearnReason::kNone);
  const LearnOutcome confirmed = learner.Learn(policy, kStranger, kLate);
  EXPECT_EQ(confirmed.reason, LearnReason::kConfirmed);
  EXPECT_TRUE(confirmed.confirmed);
  EXPECT_FALSE(confirmed.target_changed);
  const LearnOutcome moved = learner.Learn(policy, kExact, kLate);
  EXPECT_EQ(moved.reason, LearnReason::kHandover);
  EXPECT_FALSE(moved.confirmed);
  EXPECT_TRUE(moved.target_changed);
}

}  // namespace
}  // namespace mediad::session

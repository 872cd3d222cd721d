// Nomination, where media goes, whose media is let in; lite agents.
#include "tests/unit/mediad/ice/fixture.h"

namespace mediad::ice {
namespace {

using namespace testing;  // NOLINT(build/namespaces): the fixture's
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Kind = Event::Kind;

PeerCheck Nominating() {
  PeerCheck check;
  check.controlling = ~uint64_t{0};
  check.use_candidate = true;
  return check;
}

class Controlling : public AgentTest {
 protected:
  Controlling() { parameters.controlling = true; }
};

TEST_F(Controlling, NominatesAfterTheFirstFullSet) {
  Apply();
  Receive(Success(Only()));
  EXPECT_EQ(agent.state(), State::kUsable);
  EXPECT_THAT(Events(), ElementsAre(Kind::kSelected, Kind::kUsable));
  Pass(milliseconds(99));
  EXPECT_THAT(Taken(), IsEmpty());
  Pass(milliseconds(1));
  const Sent nomination = Only();
  EXPECT_TRUE(nomination.view().use_candidate());
  EXPECT_EQ(agent.state(), State::kUsable);
  Receive(Success(nomination));
  EXPECT_EQ(agent.state(), State::kCompleted);
  EXPECT_THAT(Events(), ElementsAre(Kind::kCompleted));
  EXPECT_TRUE(agent.selected(1)->nominated);
  Pass(seconds(60));
  EXPECT_THAT(Taken(), IsEmpty());
  EXPECT_FALSE(agent.NextDeadline());
}

TEST_F(Controlling, TakesTheBestOfWhatIsValidThen) {
  parameters.remote_candidates.push_back({1, kOther, 1000, CandidateType::kRelay, "2"});
  Apply();
  const Sent better = Only();
  Pass(milliseconds(20));
  Receive(Success(Only()), kOther);
  EXPECT_EQ(Target(), kOther);
  Pass(milliseconds(50));
  Receive(Success(better));
  EXPECT_EQ(Target(), kPeer);
  Taken();
  Pass(milliseconds(60));
  EXPECT_EQ(Only().to, kPeer);
}

TEST_F(Controlling, WaitsForBothComponents) {
  AddRtcp(&parameters);
  Apply();
  Receive(Success(Only()));
  Pass(milliseconds(20));
  const Sent rtcp = Only();
  EXPECT_EQ(agent.state(), State::kChecking);
  Receive(Success(rtcp), kPeerRtcp, kRtcp);
  EXPECT_EQ(agent.state(), State::kUsable);
  Pass(milliseconds(120));
  const std::vector<Sent> nominations = Taken();
  ASSERT_EQ(nominations.size(), 2u);
  Receive(Success(nominations[1]), kPeerRtcp, kRtcp);
  EXPECT_EQ(agent.state(), State::kUsable);
  Receive(Success(nominations[0]));
  EXPECT_EQ(agent.state(), State::kCompleted);
  EXPECT_EQ(Target(2), kPeerRtcp);
}

TEST_F(Controlling, ADeadNominationGoesToTheNextBest) {
  parameters.remote_candidates.push_back({1, kOther, 1000, CandidateType::kRelay, "2"});
  Apply();
  Receive(Success(Only()));
  Pass(milliseconds(20));
  Receive(Success(Only()), kOther);
  Pass(seconds(15));
  std::vector<Sent> checks = Taken();
  EXPECT_EQ(checks.front().to, kPeer);
  ASSERT_EQ(checks.back().to, kOther) << "after eight that nobody answered";
  EXPECT_TRUE(checks.back().view().use_candidate());
  Receive(Success(checks.back()), kOther);
  EXPECT_EQ(agent.state(), State::kCompleted);
  EXPECT_EQ(Target(), kOther);
}

TEST_F(Controlling, AConflictWithTheNominationLeavesItToThePeer) {
  Apply();
  Receive(Success(Only()));
  Pass(milliseconds(100));
  Receive(Error(Only(), 487));
  EXPECT_FALSE(agent.controlling());
  EXPECT_EQ(agent.state(), State::kUsable);
  Pass(seconds(60));
  EXPECT_THAT(Taken(), IsEmpty());
  Receive(Nominating());
  EXPECT_EQ(agent.state(), State::kCompleted);
}

TEST_F(Controlling, AConflictBeforeTheNominationPreventsIt) {
  Apply();
  Receive(Success(Only()));
  PeerCheck conflict;
  conflict.controlling = ~uint64_t{0};
  Receive(conflict);
  ASSERT_FALSE(agent.controlling());
  Taken();
  Pass(seconds(5));
  EXPECT_THAT(Taken(), IsEmpty());
}

TEST_F(Controlling, IgnoresUseCandidate) {
  Apply();
  PeerCheck check;
  check.controlled = 1;
  check.use_candidate = true;
  Receive(check);
  Receive(Success(Taken().front()));
  EXPECT_EQ(agent.state(), State::kUsable);
}

class Controlled : public AgentTest {
 protected:
  // A check of ours to each of both peers' addresses was answered.
  void BothValid() {
    parameters.remote_candidates.push_back({1, kOther, 2130706175, CandidateType::kHost, "2"});
    Apply();
    Receive(Success(Only()));
    Pass(milliseconds(20));
    Receive(Success(Only()), kOther);
    Events();
  }
};

TEST_F(Controlled, NeverNominates) {
  Apply();
  Receive(Success(Only()));
  Pass(seconds(60));
  EXPECT_THAT(Taken(), IsEmpty());
  EXPECT_EQ(agent.state(), State::kUsable);
}

TEST_F(Controlled, FollowsANominationOfAValidPair) {
  Apply();
  Receive(Success(Only()));
  Receive(Nominating());
  EXPECT_EQ(agent.state(), State::kCompleted);
  EXPECT_THAT(Events(), ElementsAre(Kind::kSelected, Kind::kUsable, Kind::kCompleted));
}

// Aggressive: in the first check, before ours succeeded.
TEST_F(Controlled, ANominationBeforehandCountsWhenThePairIsValid) {
  Apply();
  const Sent check = Only();
  Receive(Nominating());
  EXPECT_TRUE(agent.Admits(1, kRtp, kPeer));
  EXPECT_EQ(agent.state(), State::kChecking);
  Receive(Success(check));
  EXPECT_EQ(agent.state(), State::kCompleted);
}

TEST_F(Controlled, AnUnlistedAddressIsLearnedCheckedAndUsed) {
  Apply();
  Taken();
  Pass(milliseconds(30));
  PeerCheck nominating = Nominating();
  nominating.priority = 1845501695;
  Receive(nominating, kOther);
  const std::vector<Sent> messages = Taken();
  ASSERT_EQ(messages.size(), 2u);
  EXPECT_TRUE(messages[0].is(stun::Class::kSuccess));
  EXPECT_EQ(messages[1].to, kOther);
  Receive(Success(messages[1]), kOther);
  EXPECT_EQ(agent.state(), State::kCompleted);
  EXPECT_EQ(agent.selected(1),
            (SelectedPair{1, kRtp, kOther, CandidateType::kPeerReflexive, true}));
  EXPECT_FALSE(agent.Admits(1, kRtp, kPeer)) << "nothing came from there";
  Pass(seconds(20));
  EXPECT_THAT(Taken(), IsEmpty()) << "the listed one is not pursued";
}

TEST_F(Controlled, OfTwoNominatedTheBetterIsUsed) {
  BothValid();
  EXPECT_EQ(Target(), kPeer);
  Receive(Nominating(), kOther);
  EXPECT_EQ(Target(), kOther) << "nominated is more than better";
  Pass(milliseconds(400));
  Receive(Nominating(), kPeer);
  EXPECT_EQ(Target(), kPeer);
  EXPECT_THAT(Events(), ElementsAre(Kind::kSelected, Kind::kCompleted, Kind::kSelected));
  Receive(Nominating(), kOther);
  EXPECT_EQ(Target(), kPeer) << "the same again is nothing new";
}

TEST_F(Controlled, MediaOnAnotherValidPairIsFollowedOnceInThreeSeconds) {
  BothValid();
  Receive(Nominating(), kPeer);
  Events();
  agent.OnMedia(1, kRtp, kOther, now + milliseconds(2900));
  EXPECT_EQ(Target(), kPeer);
  now += seconds(3);
  agent.OnMedia(1, kRtp, kOther, now);
  EXPECT_EQ(Target(), kOther);
  agent.OnMedia(1, kRtp, kPeer, now + milliseconds(20));
  EXPECT_EQ(Target(), kOther);
  agent.OnMedia(1, kRtp, kPeer, now + seconds(3));
  EXPECT_EQ(Target(), kPeer);
  agent.OnMedia(1, kRtp, At("198.51.100.9:9999"), now + seconds(9));
  EXPECT_EQ(Target(), kPeer);
  Collect();
  EXPECT_THAT(Events(), ElementsAre(Kind::kSelected));
}

TEST_F(Controlled, ANominationRepeatedDoesNotUndoWhatMediaDid) {
  BothValid();
  Receive(Nominating(), kPeer);
  now += seconds(3);
  agent.OnMedia(1, kRtp, kOther, now);
  Receive(Nominating(), kPeer);  // some peers put it into every check
  EXPECT_EQ(Target(), kOther);
}

TEST_F(Controlled, ABetterPairThatIsOnlyValidDoesNotReplaceTheNominated) {
  parameters.remote_candidates.push_back({1, kOther, 2130706175, CandidateType::kHost, "2"});
  Apply();
  const Sent better = Only();
  Pass(milliseconds(20));
  Receive(Success(Only()), kOther);
  Receive(Nominating(), kOther);
  EXPECT_EQ(Receive(Success(better)), Outcome::kResponse) << "late";
  EXPECT_EQ(Target(), kOther);
  EXPECT_TRUE(agent.Admits(1, kRtp, kPeer));
}

// An authenticated check lets in; sending there takes an answer to one of ours.
TEST_F(Controlled, MediaOnAPairThatIsNotValidIsNotFollowed) {
  Apply();
  Receive(Success(Only()));
  Receive(PeerCheck(), kOther);
  now += seconds(10);
  EXPECT_TRUE(agent.Admits(1, kRtp, kOther));
  agent.OnMedia(1, kRtp, kOther, now);
  EXPECT_EQ(Target(), kPeer);
}

TEST_F(Controlled, LetsInWhatWasCheckedAndNothingElse) {
  AddRtcp(&parameters);
  Apply();
  EXPECT_FALSE(agent.Admits(1, kRtp, kPeer)) << "a listed candidate is no proof";
  Receive(PeerCheck());
  EXPECT_TRUE(agent.Admits(1, kRtp, kPeer));
  EXPECT_FALSE(agent.Admits(1, kRtp, kOther));
  EXPECT_FALSE(agent.Admits(1, kRtp, At("198.51.100.9:4000")));
  EXPECT_FALSE(agent.Admits(1, kRtcp, kPeer));
  EXPECT_FALSE(agent.Admits(2, kRtcp, kPeer));
  Receive(PeerCheck(), kPeerRtcp, kRtcp);
  EXPECT_TRUE(agent.Admits(2, kRtcp, kPeerRtcp));
}

TEST_F(Controlled, OnlySoManyUnlistedAddressesAreKept) {
  BothValid();
  Receive(Nominating(), At("192.0.2.1:1000"));
  for (const Sent& check : Checks()) Receive(Success(check), check.to);
  Pass(milliseconds(30));
  for (const Sent& check : Checks()) Receive(Success(check), check.to);
  for (uint16_t i = 0; i < 1000; ++i) {
    Receive(PeerCheck(), {kPeer.address, static_cast<uint16_t>(10000 + i)});
    Taken();
  }
  EXPECT_EQ(agent.pairs().size(), 2 + Agent::kMaxPeerReflexive);
  EXPECT_TRUE(agent.Admits(1, kRtp, {kPeer.address, 10999})) << "the newest";
  EXPECT_FALSE(agent.Admits(1, kRtp, {kPeer.address, 10000}));
  EXPECT_TRUE(agent.Admits(1, kRtp, At("192.0.2.1:1000"))) << "what was nominated stays";
}

class Lite : public AgentTest {
 protected:
  Lite() { parameters.lite = true; }
};

TEST_F(Lite, AnswersOnlyAndFollowsTheNomination) {
  parameters.controlling = true;  // by the offer; lite is controlled all the same
  Apply();
  Pass(seconds(60));
  EXPECT_THAT(Taken(), IsEmpty());
  EXPECT_EQ(agent.state(), State::kWaiting);
  EXPECT_FALSE(agent.controlling());
  PeerCheck check;
  check.controlling = ~uint64_t{0};
  EXPECT_EQ(Receive(check), Outcome::kAnswered);
  EXPECT_TRUE(Only().is(stun::Class::kSuccess));
  EXPECT_TRUE(agent.Admits(1, kRtp, kPeer));
  EXPECT_EQ(agent.state(), State::kUsable);
  check.use_candidate = true;
  Receive(check);
  EXPECT_EQ(agent.state(), State::kCompleted);
  EXPECT_EQ(Target(), kPeer);
}

TEST_F(Lite, NeverTakesControl) {
  Apply();
  PeerCheck check;
  check.controlled = 0;
  EXPECT_EQ(Receive(check), Outcome::kRefused);
  EXPECT_FALSE(agent.controlling());
}

TEST_F(Lite, ForkedPeersAreToldApartByTheAnswer) {
  parameters.remote_ufrag.clear();
  Apply();
  PeerCheck loser;
  loser.username = std::string(kOurUfrag) + ":zzzz";
  Receive(loser, kOther);
  EXPECT_EQ(Target(), kOther);
  parameters.remote_ufrag = kPeerUfrag;
  Apply();
  EXPECT_FALSE(Target());
  EXPECT_FALSE(agent.Admits(1, kRtp, kOther));
}

TEST_F(Lite, TwoOfThemTakeTheBestPair) {
  parameters.remote_lite = true;
  parameters.remote_candidates.push_back({1, kOther, 1000, CandidateType::kHost, "2"});
  Apply();
  EXPECT_EQ(agent.state(), State::kCompleted);
  EXPECT_EQ(Target(), kPeer);
  EXPECT_TRUE(agent.Admits(1, kRtp, kPeer));
  EXPECT_FALSE(agent.Admits(1, kRtp, kOther));
  EXPECT_THAT(Taken(), IsEmpty());
}

TEST_F(Controlled, ByALitePeerIsNone) {
  parameters.remote_lite = true;
  Apply();
  EXPECT_TRUE(agent.controlling());
  Receive(Success(Only()));
  Pass(milliseconds(100));
  const Sent nomination = Only();
  EXPECT_TRUE(nomination.view().use_candidate());
  Receive(Success(nomination));
  EXPECT_EQ(agent.state(), State::kCompleted);
}

}  // namespace
}  // namespace mediad::ice

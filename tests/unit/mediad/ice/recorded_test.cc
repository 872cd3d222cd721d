// Recorded calls of the reference (tests/golden/cases/media/ice.json) at the agent: the same
// sequence and the same times, without the daemons around it. A test's name is the case's.
#include "tests/unit/mediad/ice/fixture.h"

namespace mediad::ice {
namespace {

using namespace testing;  // NOLINT(build/namespaces): the fixture's
using ::testing::IsEmpty;

class Recorded : public AgentTest {
 protected:
  // The offerer is the peer: its candidates are known with the offer, before our answer is out.
  void OfferArrives() { Apply(); }
  // The callee is the peer: known are only our credentials, until its answer comes.
  void OfferLeaves() {
    parameters.controlling = true;
    answer_ = parameters;
    parameters.remote_ufrag.clear();
    parameters.remote_password.clear();
    parameters.remote_candidates.clear();
    Apply();
    Pass(milliseconds(40));
    EXPECT_THAT(Taken(), IsEmpty());
  }
  void AnswerArrives() {
    parameters = answer_;
    Apply();
  }
  bool Lets(const base::Endpoint& source) { return agent.Admits(1, kRtp, source); }
  PeerCheck FromController(bool nominates) {
    PeerCheck check;
    check.controlling = 0xffffffffffffff01;
    check.use_candidate = nominates;
    return check;
  }
  int OtherThanChecks() {
    const std::vector<Sent> all = Taken();
    return static_cast<int>(std::count_if(all.begin(), all.end(), [](const Sent& message) {
      return !message.is(stun::Class::kRequest);
    }));
  }

  Parameters answer_;
  const base::Endpoint stranger_ = At("198.51.100.9:9999");
};

TEST_F(Recorded, ControllingAnsweredNominationMediaBeforeAndAfter) {
  OfferLeaves();
  AnswerArrives();
  EXPECT_FALSE(Target()) << "media goes to the address of the SDP";
  EXPECT_FALSE(Lets(kPeer));
  Pass(milliseconds(60));
  Receive(Success(Only()));
  EXPECT_TRUE(Lets(kPeer));
  Pass(milliseconds(150));
  const Sent nomination = Only();
  EXPECT_TRUE(nomination.view().use_candidate());
  EXPECT_EQ(Target(), kPeer);
  EXPECT_TRUE(Lets(kPeer));
  Receive(Success(nomination));
  Pass(milliseconds(400));
  EXPECT_THAT(Taken(), IsEmpty());
  EXPECT_FALSE(Lets(stranger_));
  PeerCheck check;
  check.controlled = 0xffffffffffffff01;
  Receive(check);
  EXPECT_TRUE(Only().is(stun::Class::kSuccess));
  Pass(milliseconds(1500));
  EXPECT_THAT(Taken(), IsEmpty());
}

TEST_F(Recorded, ControlledPeerChecksAndNominatesMediaBeforeAndAfter) {
  OfferArrives();
  const Sent first = Only();
  Pass(milliseconds(60));
  EXPECT_FALSE(Lets(kPeer));
  Receive(FromController(false));
  EXPECT_EQ(OtherThanChecks(), 1);
  EXPECT_TRUE(Lets(kPeer));
  Receive(Success(first));
  Pass(milliseconds(60));
  EXPECT_TRUE(Lets(kPeer));
  EXPECT_EQ(agent.state(), State::kUsable);
  Receive(FromController(true));
  EXPECT_EQ(OtherThanChecks(), 1);
  EXPECT_EQ(agent.state(), State::kCompleted);
  EXPECT_EQ(Target(), kPeer);
  EXPECT_FALSE(Lets(stranger_));
}

TEST_F(Recorded, ControlledAggressiveNominationInTheFirstCheck) {
  OfferArrives();
  Receive(FromController(true));
  EXPECT_EQ(OtherThanChecks(), 1);
  Pass(milliseconds(30));
  EXPECT_TRUE(Lets(kPeer));
}

TEST_F(Recorded, PeerReflexiveNominatingCheckFromAnUnlistedAddress) {
  OfferArrives();
  Pass(milliseconds(40));
  Taken();
  Receive(FromController(true), kOther);
  Pass(milliseconds(20));
  std::vector<Sent> messages = Taken();
  ASSERT_EQ(messages.size(), 2u);
  EXPECT_TRUE(messages[0].is(stun::Class::kSuccess));
  EXPECT_EQ(messages[1].view().priority(), 1862270975u);
  Receive(Success(messages[1]), kOther);
  Pass(milliseconds(300));
  EXPECT_TRUE(Lets(kOther));
  EXPECT_EQ(Target(), kOther);
}

TEST_F(Recorded, AnswerToACheckOnAControllingAgentRoleConflictBothWays) {
  OfferLeaves();
  AnswerArrives();
  PeerCheck check;
  check.controlling = 0;
  Receive(check);
  EXPECT_EQ(OtherThanChecks(), 1);
  check.controlling = ~uint64_t{0};
  Receive(check);
  EXPECT_EQ(OtherThanChecks(), 1);
  // The next check says that we are controlled; none that says otherwise comes before it.
  Pass(milliseconds(1000));
  const std::vector<Sent> checks = Taken();
  ASSERT_FALSE(checks.empty());
  EXPECT_EQ(checks.front().view().controlled(), kOurTieBreaker);
}

TEST_F(Recorded, SuccessResponsesWithBadIntegrityOrFromElsewhereAreIgnored) {
  OfferLeaves();
  AnswerArrives();
  const Agent::Time start = now;
  const Sent check = Only();
  Receive(Success(check, "wrong"));
  Receive(Success(check), stranger_);
  Pass(milliseconds(1300));
  const std::vector<Sent> checks = Taken();
  ASSERT_EQ(checks.size(), 3u);
  EXPECT_EQ(checks[0].at - start, milliseconds(100));
  EXPECT_EQ(checks[1].at - start, milliseconds(300));
  EXPECT_EQ(checks[2].at - start, milliseconds(700));
  for (const Sent& repeated : checks) {
    EXPECT_EQ(repeated.octets, check.octets);
    EXPECT_EQ(repeated.to, kPeer);
  }
}

TEST_F(Recorded, BindingIndicationAndACheckBeforeTheAnswer) {
  OfferLeaves();
  PeerCheck check;
  check.controlled = 0xffffffffffffff01;
  Receive(check);
  EXPECT_TRUE(Only().is(stun::Class::kSuccess));
  PeerCheck indication;
  indication.message_class = stun::Class::kIndication;
  indication.username.reset();
  indication.password.reset();
  Receive(indication);
  Pass(milliseconds(250));
  EXPECT_THAT(Taken(), IsEmpty());
  EXPECT_TRUE(Lets(kPeer));
  AnswerArrives();
  EXPECT_EQ(Only().view().controlling(), kOurTieBreaker);
}

TEST_F(Recorded, WeAreLiteTowardsTheCalleeNoChecksMediaFollowsNomination) {
  parameters.lite = true;
  OfferLeaves();
  AnswerArrives();
  Pass(milliseconds(600));
  EXPECT_THAT(Taken(), IsEmpty());
  EXPECT_FALSE(Lets(kPeer));
  Receive(FromController(false));
  EXPECT_TRUE(Only().is(stun::Class::kSuccess));
  EXPECT_TRUE(Lets(kPeer));
  Receive(FromController(true));
  EXPECT_TRUE(Only().is(stun::Class::kSuccess));
  EXPECT_EQ(agent.state(), State::kCompleted);
}

TEST_F(Recorded, RestartByTheOffererNewCredentialsChecksStartAgain) {
  OfferArrives();
  Receive(Success(Only()));
  Receive(FromController(true));
  Pass(milliseconds(150));
  EXPECT_EQ(OtherThanChecks(), 1);
  parameters.remote_ufrag = "cccc";
  parameters.remote_password = "carolcarolcarolcarol22";
  parameters.local_ufrag = "freshour";
  parameters.local_password = "freshfreshfreshfreshfres12";
  Apply();
  EXPECT_EQ(Target(), kPeer) << "media to the peer goes on";
  EXPECT_FALSE(Lets(kPeer)) << "media from it does not";
  const Sent check = Only();
  EXPECT_EQ(check.view().username(), "cccc:freshour");
  EXPECT_TRUE(check.view().VerifyIntegrity("carolcarolcarolcarol22"));
}

TEST_F(Recorded, TwoPairsNominatedOneAfterTheOther) {
  parameters.remote_candidates.push_back({1, kOther, 2130706175, CandidateType::kHost, "2"});
  OfferArrives();
  Receive(Success(Only()));
  Pass(milliseconds(20));
  Receive(Success(Only()), kOther);
  Pass(milliseconds(50));
  Receive(FromController(true), kOther);
  Pass(milliseconds(400));
  EXPECT_EQ(Target(), kOther);
  Receive(FromController(true), kPeer);
  EXPECT_EQ(Target(), kPeer);
  Pass(milliseconds(150));
  agent.OnMedia(1, kRtp, kPeer, now);
  EXPECT_EQ(Target(), kPeer);
  EXPECT_EQ(OtherThanChecks(), 2);
}

}  // namespace
}  // namespace mediad::ice

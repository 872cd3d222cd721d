// The checks an agent sends: content, order, pacing, repetition, and which responses count.
#include <set>

#include "tests/unit/mediad/ice/fixture.h"

namespace mediad::ice {
namespace {

using namespace testing;  // NOLINT(build/namespaces): the fixture's
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class OurChecks : public AgentTest {
 protected:
  std::vector<int> Times(const std::vector<Sent>& messages, Agent::Time start) {
    std::vector<int> times;
    for (const Sent& message : messages) {
      times.push_back(static_cast<int>((message.at - start) / milliseconds(1)));
    }
    return times;
  }
};

TEST_F(OurChecks, ContentOfACheck) {
  Apply();
  const Sent check = Only();
  EXPECT_EQ(check.to, kPeer);
  EXPECT_EQ(check.socket, kRtp);
  const stun::MessageView view = check.view();
  EXPECT_EQ(view.message_class(), stun::Class::kRequest);
  EXPECT_EQ(view.username(), "aaaa:oursours");
  EXPECT_EQ(view.software(), kSoftware);
  EXPECT_EQ(view.controlled(), kOurTieBreaker);
  EXPECT_FALSE(view.controlling());
  EXPECT_EQ(view.priority(), 1862270975u);
  EXPECT_FALSE(view.use_candidate());
  EXPECT_TRUE(view.VerifyIntegrity(kPeerPassword));
  EXPECT_EQ(view.fingerprint(), stun::Fingerprint::kValid);
}

TEST_F(OurChecks, AttributesStandInTheReferencesOrder) {
  Control();
  Receive(Success(Only()));
  Pass(milliseconds(100));
  const Sent check = Only();
  std::vector<int> types;
  for (size_t at = stun::kHeaderSize; at < check.octets.size();) {
    types.push_back(check.octets[at] * 256 + check.octets[at + 1]);
    at += 4u + ((check.octets[at + 2] * 256u + check.octets[at + 3] + 3u) & ~3u);
  }
  EXPECT_THAT(types, ElementsAre(0x8022, 0x0006, 0x802a, 0x0024, 0x0025, 0x0008, 0x8028));
}

TEST_F(OurChecks, RepeatedWithDoublingIntervalsThenFailed) {
  const Agent::Time start = now;
  Apply();
  Pass(seconds(14));
  const std::vector<Sent> checks = Taken();
  EXPECT_THAT(Times(checks, start), ElementsAre(0, 100, 300, 700, 1500, 3100, 6300, 12700));
  for (const Sent& check : checks) EXPECT_EQ(check.octets, checks[0].octets);
  EXPECT_EQ(agent.pairs()[0].state, PairState::kInProgress);
  EXPECT_THAT(Events(), IsEmpty());
  Pass(seconds(20));
  EXPECT_EQ(agent.pairs()[0].state, PairState::kFailed);
  EXPECT_EQ(agent.state(), State::kChecking) << "the peer may be slower than that";
  Pass(seconds(10));
  EXPECT_EQ(agent.state(), State::kFailed);
  EXPECT_THAT(Events(), ElementsAre(Event::Kind::kFailed));
  EXPECT_FALSE(agent.NextDeadline());
  EXPECT_THAT(Taken(), IsEmpty());
}

TEST_F(OurChecks, AFailedAgentTriesAgainWhenSignalled) {
  Apply();
  Pass(seconds(60));
  ASSERT_EQ(agent.state(), State::kFailed);
  Taken();
  Apply();
  const Sent check = Only();
  EXPECT_EQ(agent.state(), State::kChecking);
  Receive(Success(check));
  EXPECT_EQ(agent.state(), State::kUsable);
}

TEST_F(OurChecks, AFailedAgentIsRevivedByACheck) {
  Apply();
  Pass(seconds(60));
  Taken();
  PeerCheck check;
  check.use_candidate = true;
  Receive(check);
  Receive(Success(Taken().at(1)));
  EXPECT_EQ(agent.state(), State::kCompleted);
}

TEST_F(OurChecks, MorePairsAreTriedBestFirstAtThePace) {
  AddRtcp(&parameters);
  parameters.remote_candidates.push_back(
      {1, At("198.51.100.2:5100"), 1694498815, CandidateType::kServerReflexive, "2"});
  parameters.remote_candidates.push_back(
      {2, At("198.51.100.2:5101"), 1694498814, CandidateType::kServerReflexive, "2"});
  const Agent::Time start = now;
  Apply();
  Pass(milliseconds(90));
  const std::vector<Sent> checks = Taken();
  EXPECT_THAT(Times(checks, start), ElementsAre(0, 20, 40, 60));
  std::vector<std::string> order;
  for (const Sent& check : checks) order.push_back(check.to.ToString());
  // A foundation's second component waits for what became of the first, unless nothing else is to
  // do.
  EXPECT_THAT(order, ElementsAre("198.51.100.1:4000", "198.51.100.2:5100", "198.51.100.1:4001",
                                 "198.51.100.2:5101"));
  EXPECT_EQ(checks[2].socket, kRtcp);
  EXPECT_EQ(checks[2].view().priority(), 1862270974u);
  EXPECT_THAT(agent.pairs(), ::testing::SizeIs(4));
}

TEST_F(OurChecks, SuccessThawsTheFoundation) {
  AddRtcp(&parameters);
  parameters.remote_candidates.push_back(
      {1, kOther, 1694498815, CandidateType::kServerReflexive, "2"});
  Apply();
  Receive(Success(Only()));
  Pass(milliseconds(20));
  EXPECT_EQ(Only().to, kPeerRtcp) << "before the other foundation";
}

TEST_F(OurChecks, NeverMoreThanTwoMessagesInTwentyMilliseconds) {
  parameters.remote_candidates.clear();
  for (uint16_t i = 0; i < 300; ++i) {
    parameters.remote_candidates.push_back({1,
                                            {kPeer.address, static_cast<uint16_t>(5000 + i)},
                                            1000u + i,
                                            CandidateType::kHost,
                                            "1"});
  }
  Apply();
  Pass(seconds(120));
  std::vector<Sent> checks = Taken();
  EXPECT_EQ(checks.size(), 8 * Agent::kMaxRemoteCandidates);
  for (size_t i = 0; i + 2 < checks.size(); ++i)
    EXPECT_GE(checks[i + 2].at - checks[i].at, Agent::kPacing);
}

TEST_F(OurChecks, ResponsesCountOnlyWithAllThatProvesThem) {
  Apply();
  const Sent check = Only();
  EXPECT_EQ(Receive(Success(check, "wrong")), Outcome::kIgnored);
  EXPECT_EQ(Receive(Success(check), At("198.51.100.9:9999")), Outcome::kIgnored);
  EXPECT_EQ(Receive(Success(check), kPeer, kRtcp), Outcome::kIgnored);
  PeerCheck stray;
  stray.message_class = stun::Class::kSuccess;
  stray.password = kPeerPassword;
  EXPECT_EQ(Receive(stray), Outcome::kIgnored);
  Octets altered = Success(check);
  altered.back() ^= 1;
  EXPECT_EQ(Receive(altered), Outcome::kInvalid);
  EXPECT_EQ(Receive(Error(check, 401, /*integrity=*/false)), Outcome::kIgnored);
  EXPECT_FALSE(agent.Admits(1, kRtp, kPeer));
  EXPECT_EQ(agent.pairs()[0].state, PairState::kInProgress);
  Pass(milliseconds(100));
  EXPECT_EQ(Only().octets, check.octets) << "goes on as if nothing had come";
  EXPECT_EQ(agent.counters().responses, 0u);

  EXPECT_EQ(Receive(Success(check)), Outcome::kResponse);
  EXPECT_EQ(Receive(Success(check)), Outcome::kIgnored) << "once";
  EXPECT_TRUE(agent.Admits(1, kRtp, kPeer));
  Pass(seconds(60));
  EXPECT_THAT(Taken(), IsEmpty());
}

TEST_F(OurChecks, AnErrorFailsThePair) {
  Apply();
  EXPECT_EQ(Receive(Error(Only(), 400)), Outcome::kResponse);
  EXPECT_EQ(agent.pairs()[0].state, PairState::kFailed);
}

TEST_F(OurChecks, APeersCheckTriggersOneOfOurs) {
  parameters.remote_candidates.push_back(
      {1, At("198.51.100.7:7000"), 900, CandidateType::kHost, "9"});
  parameters.remote_candidates.push_back({1, kOther, 800, CandidateType::kHost, "8"});
  Apply();
  Taken();
  Receive(PeerCheck(), kOther);
  Pass(milliseconds(20));
  const std::vector<Sent> checks = Checks();
  ASSERT_EQ(checks.size(), 1u);
  EXPECT_EQ(checks[0].to, kOther) << "before those in the list";
}

// The peer's check opens the way that ours found shut.
TEST_F(OurChecks, APeersCheckRepeatsOursWithItsTransaction) {
  Apply();
  const Sent first = Only();
  Pass(milliseconds(30));
  Receive(PeerCheck());
  const std::vector<Sent> checks = Checks();
  ASSERT_EQ(checks.size(), 1u);
  EXPECT_EQ(checks[0].octets, first.octets);
  Pass(milliseconds(100));
  EXPECT_EQ(Checks().size(), 1u) << "the intervals start again";
  EXPECT_EQ(Receive(Success(first)), Outcome::kResponse);
  Receive(PeerCheck());
  EXPECT_THAT(Checks(), IsEmpty()) << "valid already";
}

TEST_F(OurChecks, WithoutSoftwareNoneIsSent) {
  Agent silent(random, "");
  silent.Apply(parameters, now);
  Transmit transmit;
  ASSERT_TRUE(silent.NextTransmit(&transmit));
  EXPECT_FALSE(stun::MessageView::Parse(transmit.octets)->software());
}

TEST_F(OurChecks, LongestCredentialsFit) {
  parameters.local_ufrag.assign(256, 'l');
  parameters.remote_ufrag.assign(256, 'r');
  parameters.remote_password.assign(256, 'p');
  Agent verbose(random, std::string(500, 's'));
  verbose.Apply(parameters, now);
  Transmit transmit;
  ASSERT_TRUE(verbose.NextTransmit(&transmit));
  EXPECT_EQ(stun::MessageView::Parse(transmit.octets)->username()->size(), 513u);
}

TEST_F(OurChecks, ConflictWithOurCheckSwitchesAndRepeats) {
  Control();
  const Sent first = Only();
  ASSERT_TRUE(first.view().controlling());
  Pass(milliseconds(30));
  EXPECT_EQ(Receive(Error(first, 487)), Outcome::kResponse);
  EXPECT_FALSE(agent.controlling());
  const Sent second = Only();
  EXPECT_NE(second.view().transaction(), first.view().transaction());
  EXPECT_EQ(second.view().controlled(), kOurTieBreaker) << "the tie-breaker stays";
  EXPECT_EQ(Receive(Error(first, 487)), Outcome::kIgnored) << "late and again: no switching back";
  EXPECT_FALSE(agent.controlling());
}

TEST_F(OurChecks, AllThatIsUnderWayIsRenewedInTheNewRoleOnce) {
  parameters.remote_candidates.push_back({1, kOther, 1000, CandidateType::kRelay, "2"});
  Control();
  const Sent first = Only();
  Pass(milliseconds(20));
  const Sent second = Only();
  Receive(Error(first, 487));
  Receive(Error(second, 487), kOther);  // both were asked in the old role
  EXPECT_FALSE(agent.controlling());
  Pass(milliseconds(400));
  std::set<base::Endpoint> asked;
  for (const Sent& check : Checks()) {
    EXPECT_TRUE(check.view().controlled());
    asked.insert(check.to);
  }
  EXPECT_EQ(asked.size(), 2u);
}

// Nobody said anything about the second pair: its check says what is no longer true.
TEST_F(OurChecks, ASwitchRenewsTheOtherPairs) {
  parameters.remote_candidates.push_back({1, kOther, 1000, CandidateType::kRelay, "2"});
  Control();
  const Sent first = Only();
  Pass(milliseconds(20));
  ASSERT_EQ(Only().to, kOther);
  Receive(Error(first, 487));
  Pass(milliseconds(1000));
  for (const Sent& check : Checks()) EXPECT_TRUE(check.view().controlled());
}

TEST_F(OurChecks, APeerThatAlwaysFindsAConflictIsGivenUp) {
  Apply();
  int checks = 0;
  for (std::vector<Sent> sent_checks = Checks(); !sent_checks.empty(); sent_checks = Checks()) {
    ASSERT_LT(++checks, 50);
    Receive(Error(sent_checks.back(), 487));
    Pass(milliseconds(20));
  }
  EXPECT_EQ(checks, 9);
  EXPECT_EQ(agent.pairs()[0].state, PairState::kFailed);
}

// Two conflicts met by the peer's checks; what we had under way is asked again in the new role.
TEST_F(OurChecks, ConflictInTheirCheckRenewsOurs) {
  Control();
  const Sent old = Only();
  PeerCheck check;
  check.controlling = 0;
  EXPECT_EQ(Receive(check), Outcome::kRefused);
  check.controlling = ~uint64_t{0};
  EXPECT_EQ(Receive(check), Outcome::kAnswered);
  EXPECT_FALSE(agent.controlling());
  Taken();
  Pass(milliseconds(300));
  const std::vector<Sent> checks = Checks();
  ASSERT_FALSE(checks.empty());
  for (const Sent& renewed : checks) EXPECT_TRUE(renewed.view().controlled());
  EXPECT_EQ(Receive(Success(old)), Outcome::kResponse) << "the way is proved all the same";
  EXPECT_EQ(agent.state(), State::kUsable);
}

}  // namespace
}  // namespace mediad::ice

// What offers and answers change in an agent: restart, trickle, RTCP multiplexed, other sockets,
// candidates that cannot be used.
#include "tests/unit/mediad/ice/fixture.h"

namespace mediad::ice {
namespace {

using namespace testing;  // NOLINT(build/namespaces): the fixture's
using ::testing::IsEmpty;
using ::testing::SizeIs;

PeerCheck Nominating() {
  PeerCheck check;
  check.controlling = ~uint64_t{0};
  check.use_candidate = true;
  return check;
}

class Signalling : public AgentTest {
 protected:
  void Complete() {
    Apply();
    Receive(Success(Only()));
    Receive(Nominating());
    Taken();
    Events();
    ASSERT_EQ(agent.state(), State::kCompleted);
  }
};

TEST_F(Signalling, ReofferWithoutRestartChangesNothing) {
  Complete();
  Pass(milliseconds(250));
  Apply();
  parameters.controlling = true;  // the other side offered this time
  parameters.remote_candidates.push_back({1, kOther, 2130706175, CandidateType::kHost, "2"});
  Apply();
  Pass(seconds(5));
  EXPECT_THAT(Taken(), IsEmpty());
  EXPECT_EQ(agent.state(), State::kCompleted);
  EXPECT_FALSE(agent.controlling()) << "the role stays";
  EXPECT_EQ(Target(), kPeer);
  EXPECT_TRUE(agent.Admits(1, kRtp, kPeer));
  EXPECT_THAT(Events(), IsEmpty());
}

TEST_F(Signalling, RestartKeepsSendingButLetsNobodyIn) {
  Complete();
  parameters.remote_ufrag = "cccc";
  parameters.remote_password = "carolcarolcarolcarol22";
  parameters.local_ufrag = "newours1";
  parameters.local_password = "newpasswordnewpassword";
  now += milliseconds(50);
  Apply();
  const Sent check = Only();
  EXPECT_EQ(check.view().username(), "cccc:newours1");
  EXPECT_TRUE(check.view().VerifyIntegrity("carolcarolcarolcarol22"));
  EXPECT_EQ(agent.state(), State::kChecking);
  EXPECT_EQ(Target(), kPeer) << "media goes on";
  EXPECT_FALSE(agent.Admits(1, kRtp, kPeer));

  EXPECT_EQ(Receive(Nominating()), Outcome::kRefused) << "the old credentials are none";
  Taken();
  EXPECT_FALSE(agent.Admits(1, kRtp, kPeer));
  PeerCheck again = Nominating();
  again.username = "newours1:cccc";
  again.password = "newpasswordnewpassword";
  EXPECT_EQ(Receive(again, kOther), Outcome::kAnswered);
  EXPECT_TRUE(agent.Admits(1, kRtp, kOther));
  Taken();
  Pass(milliseconds(20));
  for (const Sent& triggered : Checks())
    Receive(Success(triggered, "carolcarolcarolcarol22"), triggered.to);
  EXPECT_EQ(Target(), kOther);
  EXPECT_EQ(agent.state(), State::kCompleted);
  EXPECT_EQ(Events().back(), Event::Kind::kCompleted);
}

using Part = std::string Parameters::*;
class Restart : public Signalling, public ::testing::WithParamInterface<Part> {};

TEST_P(Restart, FollowsFromAnyPartOfTheCredentials) {
  Complete();
  parameters.*GetParam() += "x";
  Apply();
  EXPECT_FALSE(agent.Admits(1, kRtp, kPeer));
  EXPECT_EQ(agent.state(), State::kChecking);
  Pass(milliseconds(20));
  EXPECT_FALSE(Checks().empty());
}

INSTANTIATE_TEST_SUITE_P(Parts, Restart,
                         ::testing::Values(&Parameters::remote_ufrag, &Parameters::remote_password,
                                           &Parameters::local_ufrag, &Parameters::local_password));

TEST_F(Signalling, ARestartOfOursWaitsForTheAnswer) {
  Complete();
  parameters.local_ufrag += "y";
  parameters.remote_ufrag.clear();
  Apply();
  EXPECT_EQ(agent.state(), State::kWaiting);
  Pass(seconds(60));
  EXPECT_THAT(Taken(), IsEmpty());
  EXPECT_EQ(Target(), kPeer);
}

TEST_F(Signalling, AfterARestartTheRoleIsThatOfTheOfferIfItChanged) {
  Complete();
  PeerCheck conflict;
  conflict.controlled = 0;
  Receive(conflict);
  ASSERT_TRUE(agent.controlling());
  parameters.remote_ufrag = "cccc";
  Apply();
  EXPECT_TRUE(agent.controlling()) << "what the conflict decided stays";
  parameters.controlling = true;
  parameters.remote_ufrag = "dddd";
  Apply();
  EXPECT_TRUE(agent.controlling());
  parameters.controlling = false;
  parameters.remote_ufrag = "eeee";
  Apply();
  EXPECT_FALSE(agent.controlling());
}

TEST_F(Signalling, TrickledCandidatesAreChecked) {
  parameters.trickle = true;
  const auto candidates = std::exchange(parameters.remote_candidates, {});
  Apply();
  Pass(seconds(60));
  EXPECT_THAT(Taken(), IsEmpty());
  EXPECT_EQ(agent.state(), State::kWaiting) << "not failed: more may come";
  parameters.remote_candidates = candidates;
  Apply();
  const Sent check = Only();
  EXPECT_EQ(check.to, kPeer);
  Pass(milliseconds(50));
  Apply();
  Pass(milliseconds(40));
  EXPECT_THAT(Taken(), IsEmpty()) << "known already";
  Receive(Success(check));
  EXPECT_EQ(agent.state(), State::kUsable);
}

TEST_F(Signalling, EndOfCandidatesAllowsToFail) {
  parameters.trickle = true;
  Apply();
  Pass(seconds(60));
  EXPECT_EQ(agent.state(), State::kChecking);
  parameters.end_of_candidates = true;
  Apply();
  Pass(seconds(1));
  EXPECT_EQ(agent.state(), State::kFailed);
}

TEST_F(Signalling, MultiplexedRtcpIsDropped) {
  AddRtcp(&parameters);
  Apply();
  Receive(Success(Only()));
  Receive(PeerCheck(), kPeerRtcp, kRtcp);
  Taken();
  ASSERT_TRUE(agent.Admits(2, kRtcp, kPeerRtcp));
  parameters = UsualParameters();
  Apply();
  EXPECT_EQ(agent.state(), State::kUsable) << "what was missing is not needed";
  EXPECT_FALSE(agent.Admits(2, kRtcp, kPeerRtcp));
  EXPECT_THAT(agent.pairs(), SizeIs(1));
  Pass(seconds(5));
  EXPECT_THAT(Taken(), IsEmpty());
  EXPECT_EQ(Receive(PeerCheck(), kPeerRtcp, kRtcp), Outcome::kAnswered);
  EXPECT_FALSE(agent.Admits(2, kRtcp, kPeerRtcp));
}

TEST_F(Signalling, ASocketThatIsGoneTakesItsPairsAlong) {
  Complete();
  parameters.local_candidates = {{77, 1, At("203.0.113.1:30100"), 2130706431}};
  Apply();
  EXPECT_FALSE(Target());
  EXPECT_FALSE(agent.Admits(1, kRtp, kPeer));
  Pass(milliseconds(20));
  EXPECT_EQ(Only().socket, 77);
  EXPECT_EQ(agent.state(), State::kChecking);
}

TEST_F(Signalling, CandidatesThatCannotBeUsedAreIgnored) {
  parameters.remote_candidates = {
      {1, At("[2001:db8:4322::2]:5000"), 2130706431, CandidateType::kHost, "1"},
      {1, At("0.0.0.0:5000"), 2130706431, CandidateType::kHost, "2"},
      {1, {kPeer.address, 0}, 2130706431, CandidateType::kHost, "3"},
      {1, At("224.0.0.1:5000"), 2130706431, CandidateType::kHost, "4"},
      {1, At("255.255.255.255:5000"), 2130706431, CandidateType::kHost, "5"},
      {2, kPeerRtcp, 2130706430, CandidateType::kHost, "6"},
      {0, kPeer, 2130706430, CandidateType::kHost, "7"},
      {200, kPeer, 2130706430, CandidateType::kHost, "8"},
  };
  Apply();
  Pass(seconds(5));
  EXPECT_THAT(Taken(), IsEmpty());
  EXPECT_THAT(agent.pairs(), IsEmpty());
  EXPECT_EQ(Receive(PeerCheck()), Outcome::kAnswered) << "the peer may come by itself";
  EXPECT_TRUE(agent.Admits(1, kRtp, kPeer));
}

TEST_F(Signalling, FamiliesArePairedWithTheirOwn) {
  parameters.local_candidates.push_back({20, 1, At("[2001:db8::1]:30000"), 2130706175});
  parameters.remote_candidates.push_back(
      {1, At("[2001:db8::2]:5000"), 2130706431, CandidateType::kHost, "1"});
  parameters.remote_candidates.push_back(
      {1, At("[fe80::2]:5000"), 2130706431, CandidateType::kHost, "1"});
  Apply();
  Pass(milliseconds(40));
  const std::vector<Sent> checks = Taken();
  ASSERT_EQ(checks.size(), 2u);
  EXPECT_EQ(checks[1].socket, 20);
  EXPECT_EQ(checks[1].view().priority(), 110u << 24 | 65534u << 8 | 255u) << "the second address";
}

TEST_F(Signalling, CandidatesAndPairsAreBounded) {
  parameters.local_candidates.clear();
  for (uint16_t i = 0; i < 100; ++i) {
    parameters.local_candidates.push_back(
        {i, 1, {At("203.0.113.1:1").address, static_cast<uint16_t>(3000 + i)}, 1000u + i});
  }
  parameters.remote_candidates.clear();
  for (uint16_t i = 0; i < 500; ++i) {
    parameters.remote_candidates.push_back({1,
                                            {kPeer.address, static_cast<uint16_t>(5000 + i)},
                                            1000u + i,
                                            CandidateType::kHost,
                                            std::to_string(i)});
  }
  Apply();
  EXPECT_THAT(agent.pairs(), SizeIs(CheckList::kMaxPairs - CheckList::kReserved));
  EXPECT_EQ(Receive(PeerCheck(), At("192.0.2.99:9"), 3), Outcome::kAnswered);
  EXPECT_TRUE(agent.Admits(1, 3, At("192.0.2.99:9"))) << "there is room for who comes by itself";
  EXPECT_LE(agent.pairs().size(), CheckList::kMaxPairs);
}

TEST(IcePriority, Formulas) {
  EXPECT_EQ(CandidatePriority(CandidateType::kHost, 65535, 1), 2130706431u);
  EXPECT_EQ(CandidatePriority(CandidateType::kHost, 65534, 2), 2130706174u);
  EXPECT_EQ(CandidatePriority(CandidateType::kPeerReflexive, 65535, 1), 1862270975u);
  EXPECT_EQ(CandidatePriority(CandidateType::kServerReflexive, 65535, 1), 1694498815u);
  EXPECT_EQ(CandidatePriority(CandidateType::kRelay, 65535, 1), 16777215u);
  EXPECT_EQ(PeerReflexivePriority(2130706430), 1862270974u);
  EXPECT_EQ(PairPriority(2, 1), (uint64_t{1} << 32) + 4 + 1);
  EXPECT_EQ(PairPriority(1, 2), (uint64_t{1} << 32) + 4);
}

}  // namespace
}  // namespace mediad::ice

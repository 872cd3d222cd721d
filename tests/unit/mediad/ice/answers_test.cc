// What a check of the peer's is answered with: every recorded answer of the reference, to the
// attribute.
#include "tests/unit/mediad/ice/fixture.h"

namespace mediad::ice {
namespace {

using namespace testing;  // NOLINT(build/namespaces): the fixture's
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Answers : public AgentTest {
 protected:
  Answers() {
    Apply();
    Taken();
  }
  // The error code of the answer, 0 for success; nothing: no answer. Checks of ours are not looked
  // at.
  std::optional<uint16_t> Answer(const PeerCheck& check) {
    Receive(check);
    std::optional<uint16_t> code;
    for (const Sent& message : Taken()) {
      if (message.is(stun::Class::kRequest)) continue;
      EXPECT_FALSE(code) << "two answers";
      const stun::MessageView view = message.view();
      EXPECT_EQ(view.transaction(), check.transaction);
      EXPECT_EQ(view.fingerprint(), stun::Fingerprint::kValid);
      EXPECT_TRUE(view.VerifyIntegrity(kOurPassword)) << "in errors too";
      EXPECT_EQ(view.software(), kSoftware);
      EXPECT_EQ(message.to, kPeer);
      EXPECT_EQ(message.socket, kRtp);
      const bool success = view.message_class() == stun::Class::kSuccess;
      if (success) {
        EXPECT_EQ(view.xor_mapped_address(), kPeer);
      }
      code = success ? 0 : view.error_code().value_or(1);
    }
    return code;
  }
};

// The types of a message's attributes, as they stand.
std::vector<uint16_t> Types(const Octets& octets) {
  std::vector<uint16_t> types;
  for (size_t at = stun::kHeaderSize; at < octets.size();) {
    types.push_back(static_cast<uint16_t>(octets[at] << 8 | octets[at + 1]));
    at += 4u + ((octets[at + 2] * 256u + octets[at + 3] + 3u) & ~3u);
  }
  return types;
}

TEST_F(Answers, ToAWellFormedCheck) {
  PeerCheck check;
  check.controlling = 1;
  EXPECT_EQ(Answer(check), 0);
  check.priority.reset();
  EXPECT_EQ(Answer(check), 0) << "PRIORITY is not missed";
  check.controlling.reset();
  EXPECT_EQ(Answer(check), 0) << "nor is the role";
  check.username = std::string(kOurUfrag) + ":zzzz";
  EXPECT_EQ(Answer(check), 0) << "nor who the peer says it is";
  check.further = {0x8030};
  EXPECT_EQ(Answer(check), 0) << "optional attributes do not matter";
}

TEST_F(Answers, BadRequest) {
  PeerCheck check;
  check.password.reset();
  EXPECT_EQ(Answer(check), 400);
  check = PeerCheck();
  check.username.reset();
  EXPECT_EQ(Answer(check), 400);
  check.password.reset();
  check.priority.reset();
  EXPECT_EQ(Answer(check), 400) << "nothing but FINGERPRINT";
}

TEST_F(Answers, Unauthorized) {
  PeerCheck check;
  check.password = "wrongwrongwrongwrongwrong";
  EXPECT_EQ(Answer(check), 401);
  for (const char* username : {"nobody:aaaa", "oursours", "", ":", "ours:aaaa", "oursoursx:aaaa"}) {
    check = PeerCheck();
    check.username = username;
    EXPECT_EQ(Answer(check), 401) << username;
  }
  check.further = {0x0030};
  EXPECT_EQ(Answer(check), 401) << "before anything else is said";
}

TEST_F(Answers, UnknownAttributesAreNamed) {
  PeerCheck check;
  check.further = {0x0031, 0x0032};
  Receive(check);
  const Sent answer = Only();
  EXPECT_EQ(answer.view().error_code(), 420);
  // SOFTWARE, ERROR-CODE, UNKNOWN-ATTRIBUTES, MESSAGE-INTEGRITY, FINGERPRINT.
  EXPECT_THAT(Types(answer.octets), ElementsAre(0x8022, 0x0009, 0x000a, 0x0008, 0x8028));
  const std::string octets(answer.octets.begin(), answer.octets.end());
  EXPECT_NE(octets.find("Unknown attribute"), std::string::npos);
  EXPECT_NE(octets.find(std::string("\0\x0a\0\4\0\x31\0\x32", 8)), std::string::npos);
}

TEST_F(Answers, TextsAndOrder) {
  for (const auto& [code, text] : {std::pair(400, "Bad request"), std::pair(401, "Unauthorized")}) {
    PeerCheck check;
    check.username = "nobody:aaaa";
    if (code == 400) check.username.reset();
    Receive(check);
    const Sent answer = Only();
    EXPECT_THAT(Types(answer.octets), ElementsAre(0x8022, 0x0009, 0x0008, 0x8028));
    const std::string octets(answer.octets.begin(), answer.octets.end());
    EXPECT_NE(octets.find(text), std::string::npos);
  }
  Receive(PeerCheck());
  EXPECT_THAT(Types(Taken().front().octets), ElementsAre(0x8022, 0x0020, 0x0008, 0x8028));
}

TEST_F(Answers, NoneToWhatIsNotStun) {
  PeerCheck check;
  check.fingerprint = false;
  EXPECT_EQ(Receive(check), Outcome::kInvalid);
  Octets wrong = PeerCheck().Build();
  wrong.back() ^= 0xff;
  EXPECT_EQ(Receive(wrong), Outcome::kInvalid);
  EXPECT_EQ(Receive(Octets{0, 1}), Outcome::kInvalid);
  EXPECT_EQ(Receive(Octets()), Outcome::kInvalid);
  stun::MessageWriter allocate(stun::Class::kRequest, 3, {});
  allocate.AddFingerprint();
  EXPECT_EQ(Receive(Octets(allocate.message().begin(), allocate.message().end())),
            Outcome::kInvalid);
  EXPECT_THAT(Taken(), IsEmpty());
  EXPECT_EQ(agent.counters().checks_received, 0u);
}

TEST_F(Answers, NoneToIndicationsAndStrayResponses) {
  PeerCheck check;
  check.message_class = stun::Class::kIndication;
  EXPECT_EQ(Receive(check), Outcome::kIgnored);
  check.message_class = stun::Class::kSuccess;
  EXPECT_EQ(Receive(check), Outcome::kIgnored);
  check.message_class = stun::Class::kError;
  EXPECT_EQ(Receive(check), Outcome::kIgnored);
  EXPECT_THAT(Taken(), IsEmpty());
}

TEST_F(Answers, RoleConflictsByTieBreaker) {
  ASSERT_FALSE(agent.controlling());
  PeerCheck check;
  check.controlled = ~uint64_t{0};  // larger: it has to control
  EXPECT_EQ(Answer(check), 487);
  EXPECT_FALSE(agent.controlling());
  check.controlled = 0;
  EXPECT_EQ(Answer(check), 0);
  EXPECT_TRUE(agent.controlling());
  check.controlled.reset();
  check.controlling = kOurTieBreaker;  // equal: we keep it
  EXPECT_EQ(Answer(check), 487);
  EXPECT_TRUE(agent.controlling());
  check.controlling = ~uint64_t{0};
  EXPECT_EQ(Answer(check), 0);
  EXPECT_FALSE(agent.controlling());
}

TEST_F(Answers, RefusedChecksLetNobodyIn) {
  PeerCheck check;
  check.controlled = ~uint64_t{0};
  EXPECT_EQ(Receive(check), Outcome::kRefused);
  check = PeerCheck();
  check.password = "wrong";
  EXPECT_EQ(Receive(check), Outcome::kRefused);
  check = PeerCheck();
  check.further = {0x0030};
  EXPECT_EQ(Receive(check), Outcome::kRefused);
  EXPECT_FALSE(agent.Admits(1, kRtp, kPeer));
  EXPECT_EQ(agent.counters().checks_refused, 3u);
  EXPECT_EQ(agent.counters().checks_received, 2u);
}

// An error is longer than the least that asks for one, and the source may be a victim.
TEST_F(Answers, ErrorsToStrangersAreRationed) {
  PeerCheck check;
  check.password.reset();
  int errors = 0;
  for (int i = 0; i < 1000; ++i) errors += Answer(check).has_value();
  EXPECT_EQ(errors, 16);
  EXPECT_EQ(agent.counters().checks_refused, 1000u);
  now += seconds(1);
  errors = 0;
  for (int i = 0; i < 1000; ++i) errors += Answer(check).has_value();
  EXPECT_EQ(errors, 10);
  EXPECT_EQ(Answer(PeerCheck()), 0) << "who is authenticated is answered always";
}

TEST_F(Answers, OneToEachCheckForAsLongAsTheAgentLives) {
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(Answer(PeerCheck()), 0);
    Pass(seconds(30));
  }
}

class BeforeTheAnswer : public AgentTest {
 protected:
  BeforeTheAnswer() {
    parameters.remote_ufrag.clear();
    parameters.remote_password.clear();
    parameters.remote_candidates.clear();
    Control();
  }
};

TEST_F(BeforeTheAnswer, ChecksAreAnsweredButNotMade) {
  PeerCheck check;
  check.controlled = ~uint64_t{0};
  EXPECT_EQ(Receive(check), Outcome::kAnswered);
  EXPECT_TRUE(Only().is(stun::Class::kSuccess));
  EXPECT_TRUE(agent.Admits(1, kRtp, kPeer)) << "early media";
  Pass(seconds(60));
  EXPECT_THAT(Taken(), IsEmpty());
  EXPECT_EQ(agent.state(), State::kWaiting);
}

// The answer names who it was; its candidate is known already, so that it is checked at once.
TEST_F(BeforeTheAnswer, TheAnswerTellsThePeersApart) {
  PeerCheck loser;
  loser.username = std::string(kOurUfrag) + ":zzzz";
  Receive(loser, kOther);
  Receive(PeerCheck(), kPeer);
  EXPECT_TRUE(agent.Admits(1, kRtp, kOther));
  Taken();
  const Parameters answered = UsualParameters();
  parameters.remote_ufrag = answered.remote_ufrag;
  parameters.remote_password = answered.remote_password;
  Apply();
  EXPECT_EQ(Only().to, kPeer);
  EXPECT_FALSE(agent.Admits(1, kRtp, kOther));
  EXPECT_TRUE(agent.Admits(1, kRtp, kPeer));
  ASSERT_EQ(agent.pairs().size(), 1u);
  EXPECT_EQ(agent.pairs()[0].remote_type, CandidateType::kPeerReflexive);

  Receive(loser, kOther);
  EXPECT_TRUE(Only().is(stun::Class::kSuccess)) << "answered, as before";
  EXPECT_FALSE(agent.Admits(1, kRtp, kOther));

  parameters.remote_candidates = answered.remote_candidates;  // trickled
  Apply();
  ASSERT_EQ(agent.pairs().size(), 1u);
  EXPECT_EQ(agent.pairs()[0].remote_type, CandidateType::kHost);
}

}  // namespace
}  // namespace mediad::ice

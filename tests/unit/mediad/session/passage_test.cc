// ICE between the parties: a session against the checks and answers of two agents, written by hand.
#include "fixture.h"
#include "mediad/session/ice_passage.h"
#include "mediad/stun/message_writer.h"
#include "proto/base/text.h"

namespace mediad::session::testing {
namespace {

constexpr char kPartyA[] = "198.51.100.1:4000", kPartyB[] = "198.51.100.2:5000";
constexpr char kNatB[] = "192.0.2.20:6000", kStranger[] = "192.0.2.66:6666";
constexpr char kPasswordA[] = "aaaa0123456789012345678901",
               kPasswordB[] = "bbbb0123456789012345678901";

stun::TransactionId Id(uint8_t number) {
  stun::TransactionId id{};
  id.back() = number;
  return id;
}

Bytes Finished(stun::MessageWriter& writer, const std::string& password) {
  if (!password.empty()) writer.AddIntegrity(password);
  writer.AddFingerprint();
  return Bytes(writer.message().begin(), writer.message().end());
}

Bytes Check(uint8_t number, const std::string& username, const std::string& password,
            bool nominates = false) {
  stun::MessageWriter writer(stun::Class::kRequest, stun::kBinding, Id(number));
  writer.AddText(stun::Attribute::kUsername, username);
  if (nominates) writer.AddFlag(stun::Attribute::kUseCandidate);
  return Finished(writer, password);
}

Bytes Reply(uint8_t number, const std::string& password,
            stun::Class reply = stun::Class::kSuccess) {
  stun::MessageWriter writer(reply, stun::kBinding, Id(number));
  if (reply == stun::Class::kError) writer.AddErrorCode(401, "Unauthorized");
  return Finished(writer, password);
}

Bytes CheckOfA(uint8_t number, bool nominates = false) {
  return Check(number, "bbbb:aaaa", kPasswordB, nominates);
}
Bytes CheckOfB(uint8_t number, bool nominates = false) {
  return Check(number, "aaaa:bbbb", kPasswordA, nominates);
}
Bytes ReplyOfA(uint8_t number) { return Reply(number, kPasswordA); }
Bytes ReplyOfB(uint8_t number) { return Reply(number, kPasswordB); }

class Passage : public ::testing::Test {
 protected:
  Passage() {
    for (const uint32_t id : {kA, kB}) call_.media(id)->set_transport(v1::OPAQUE);
    Set(kA, "aaaa", kPasswordA, "bbbb", kPasswordB);
    Set(kB, "bbbb", kPasswordB, "aaaa", kPasswordA);
    call_.Apply();
  }

  void Set(uint32_t id, const std::string& ufrag, const std::string& password,
           const std::string& peer_ufrag, const std::string& peer_password) {
    v1::IcePassage* passage = call_.media(id)->mutable_ice_passage();
    passage->set_ufrag(ufrag);
    passage->set_password(password);
    passage->set_peer_ufrag(peer_ufrag);
    passage->set_peer_password(peer_password);
  }
  // Checks both ways, answered: A is at its signalled address, B at `b`.
  void Connect(const std::string& b = kPartyB) {
    call_.Send(kPortB, b, CheckOfB(1));
    call_.Send(kPortA, kPartyA, ReplyOfA(1));
    call_.Send(kPortA, kPartyA, CheckOfA(2, true));
    call_.Send(kPortB, b, ReplyOfB(2));
  }

  Call call_;
};

TEST_F(Passage, AChecksAnswerGoesBackToWhoAsked) {
  EXPECT_EQ(call_.Send(kPortB, kNatB, CheckOfB(1)), Drop::kNone);
  EXPECT_EQ(call_.Went(), "203.0.113.1:30100 > 198.51.100.1:4000");
  EXPECT_EQ(call_.Sent(), CheckOfB(1)) << "as it is";
  EXPECT_EQ(call_.Send(kPortA, kPartyA, ReplyOfA(1)), Drop::kNone);
  EXPECT_EQ(call_.Went(), "203.0.113.1:30200 > 192.0.2.20:6000");
  EXPECT_EQ(call_.Sent(), ReplyOfA(1));
}

TEST_F(Passage, MediaPassesOnceBothHaveAnswered) {
  const Bytes media = {20, 1, 2, 3};  // whatever it is
  EXPECT_EQ(call_.Send(kPortA, kPartyA, media), Drop::kIceSource);
  Connect(kNatB);
  EXPECT_EQ(call_.Send(kPortA, kPartyA, media), Drop::kNone);
  EXPECT_EQ(call_.Went(), "203.0.113.1:30200 > 192.0.2.20:6000");
  EXPECT_EQ(call_.Sent(), media);
  EXPECT_EQ(call_.Send(kPortB, kNatB, media), Drop::kNone);
  EXPECT_EQ(call_.Went(), "203.0.113.1:30100 > 198.51.100.1:4000");
  EXPECT_EQ(call_.Send(kPortB, kPartyB, media), Drop::kIceSource)
      << "signalled, but nobody answered there";
}

TEST_F(Passage, NothingForgedPasses) {
  EXPECT_EQ(call_.Send(kPortB, kStranger, Check(1, "aaaa:bbbb", kPasswordB)), Drop::kStunRefused);
  EXPECT_EQ(call_.Send(kPortB, kStranger, Check(1, "aaaa:cccc", kPasswordA)), Drop::kStunRefused);
  EXPECT_EQ(call_.Send(kPortB, kStranger, Check(1, "xxxx:bbbb", kPasswordA)), Drop::kStunRefused);
  EXPECT_EQ(call_.Send(kPortB, kStranger, Check(1, "aaaa:bbbb", "")), Drop::kStunRefused);
  EXPECT_EQ(call_.Send(kPortB, kStranger, ReplyOfB(9)), Drop::kStunRefused) << "nobody asked";
  Bytes broken = CheckOfB(1);
  broken.back() ^= 1;
  EXPECT_EQ(call_.Send(kPortB, kStranger, broken), Drop::kStunInvalid);
  call_.Send(kPortB, kPartyB, CheckOfB(1));
  EXPECT_EQ(call_.Send(kPortA, kStranger, ReplyOfA(1)), Drop::kStunRefused)
      << "not from where it was sent to";
  EXPECT_EQ(call_.Send(kPortA, kPartyA, Reply(1, kPasswordB)), Drop::kStunRefused);
  EXPECT_EQ(call_.Send(kPortA, kPartyA, Bytes{20, 1}), Drop::kIceSource)
      << "and so nothing is proven";
}

// The one who recorded a check can send it again; the answer to a new one it cannot give.
TEST_F(Passage, ARecordedCheckMovesNobody) {
  Connect();
  const Bytes recorded = CheckOfB(3, true);
  EXPECT_EQ(call_.Send(kPortB, kPartyB, recorded), Drop::kNone);
  EXPECT_EQ(call_.Send(kPortB, kStranger, recorded), Drop::kNone);
  EXPECT_EQ(call_.TargetOf(kB), kPartyB);
  EXPECT_EQ(call_.Send(kPortB, kStranger, Bytes{20, 1}), Drop::kIceSource);
  call_.Send(kPortA, kPartyA, CheckOfA(4));
  EXPECT_EQ(call_.Went(),
            "203.0.113.1:30200 > 198.51.100.2:5000 | 203.0.113.1:30200 > 192.0.2.66:6666");
  EXPECT_EQ(call_.Send(kPortB, kStranger, ReplyOfB(2)), Drop::kStunRefused)
      << "an old answer is none";
  EXPECT_EQ(call_.Send(kPortB, kStranger, Bytes{20, 1}), Drop::kIceSource);
  // It is not asked for ever.
  for (unsigned i = 0; i < IcePassage::kMostTries; ++i) call_.Send(kPortA, kPartyA, CheckOfA(10));
  EXPECT_EQ(call_.Went(), "203.0.113.1:30200 > 198.51.100.2:5000");
}

TEST_F(Passage, APartyMovesWithTheAddressThatIsNominated) {
  Connect();
  call_.Send(kPortB, kNatB, CheckOfB(3));
  call_.Send(kPortA, kPartyA, CheckOfA(4));
  EXPECT_EQ(call_.Send(kPortB, kNatB, ReplyOfB(4)), Drop::kNone);
  EXPECT_EQ(call_.TargetOf(kB), kPartyB) << "found, not selected";
  call_.Send(kPortB, kNatB, CheckOfB(5, true));
  EXPECT_EQ(call_.TargetOf(kB), kNatB);
  call_.Send(kPortB, kPartyB, CheckOfB(6));
  EXPECT_EQ(call_.TargetOf(kB), kNatB) << "a check that selects nothing";
}

TEST_F(Passage, APartyMovesWithItsMediaNowAndThen) {
  Connect();
  call_.Send(kPortB, kNatB, CheckOfB(3));
  call_.Send(kPortA, kPartyA, CheckOfA(4));
  call_.Send(kPortB, kNatB, ReplyOfB(4));
  call_.Send(kPortB, kNatB, {20, 1});
  EXPECT_EQ(call_.TargetOf(kB), kNatB);
  call_.Send(kPortB, kPartyB, {20, 1});
  EXPECT_EQ(call_.TargetOf(kB), kNatB);
  call_.Pass(std::chrono::seconds(3));
  call_.Send(kPortB, kPartyB, {20, 1});
  EXPECT_EQ(call_.TargetOf(kB), kPartyB);
}

TEST_F(Passage, BeforeTheAnswerTheOffererIsChecked) {
  Set(kA, "aaaa", kPasswordA, "", "");
  Set(kB, "", "", "aaaa", kPasswordA);
  call_.media(kB)->clear_rtp_remote();
  call_.Apply();
  EXPECT_EQ(call_.Send(kPortB, kNatB, Check(1, "aaaa:cccc", kPasswordA)), Drop::kNone)
      << "whoever answers";
  EXPECT_EQ(call_.Send(kPortA, kPartyA, ReplyOfA(1)), Drop::kNone);
  EXPECT_EQ(call_.Went(), "203.0.113.1:30200 > 192.0.2.20:6000");
  EXPECT_EQ(call_.Send(kPortA, kPartyA, Bytes{20, 1}), Drop::kNoRemote) << "B is not proven";
  EXPECT_EQ(call_.Send(kPortA, kPartyA, CheckOfA(2)), Drop::kStunRefused)
      << "it cannot know the credentials yet";
}

TEST_F(Passage, APeerThatIsLiteSendsNoChecksToAnswer) {
  call_.media(kA)->mutable_ice_passage()->set_peer_lite(true);
  call_.Apply();
  EXPECT_EQ(call_.Send(kPortA, kPartyA, CheckOfA(1)), Drop::kNone);
  EXPECT_EQ(call_.Send(kPortB, kPartyB, ReplyOfB(1)), Drop::kNone);
  EXPECT_EQ(call_.Send(kPortA, kPartyA, Bytes{20, 1}), Drop::kNone);
}

TEST_F(Passage, ErrorsPassAndProveNothing) {
  call_.Send(kPortB, kPartyB, CheckOfB(1));
  EXPECT_EQ(call_.Send(kPortA, kPartyA, Reply(1, "", stun::Class::kError)), Drop::kNone);
  EXPECT_EQ(call_.Went(), "203.0.113.1:30200 > 198.51.100.2:5000");
  EXPECT_EQ(call_.Send(kPortA, kPartyA, Bytes{20, 1}), Drop::kIceSource);
}

TEST_F(Passage, ARestartKeepsMediaUntilTheFirstAnswer) {
  Connect();
  Set(kB, "cccc", "cccc0123456789012345678901", "aaaa", kPasswordA);
  Set(kA, "aaaa", kPasswordA, "cccc", "cccc0123456789012345678901");
  call_.Signal();
  EXPECT_EQ(call_.Send(kPortA, kPartyA, Bytes{20, 1}), Drop::kNone);
  EXPECT_EQ(call_.Went(), "203.0.113.1:30200 > 198.51.100.2:5000");
  EXPECT_EQ(call_.Send(kPortB, kPartyB, CheckOfB(5)), Drop::kStunRefused) << "the name of before";
  call_.Send(kPortB, kNatB, Check(6, "aaaa:cccc", kPasswordA));
  call_.Send(kPortA, kPartyA, Check(7, "cccc:aaaa", "cccc0123456789012345678901"));
  EXPECT_EQ(call_.Send(kPortB, kNatB, Reply(7, "cccc0123456789012345678901")), Drop::kNone);
  EXPECT_EQ(call_.TargetOf(kB), kNatB);
  EXPECT_EQ(call_.Send(kPortB, kPartyB, Bytes{20, 1}), Drop::kIceSource) << "left behind";
}

TEST_F(Passage, EveryLocalAddressServesAndComponentsAreApart) {
  call_.AddPorts(12, 2);  // of B
  call_.spec.mutable_port_sets(2)->set_family(v1::IPV6);
  call_.media(kB)->mutable_ice_passage()->add_further_port_sets(12);
  call_.Apply();
  constexpr SocketIndex kFurtherB = 4;
  call_.Send(kFurtherB, "[2001:db8::9]:7000", CheckOfB(1));
  EXPECT_EQ(call_.Went(), "203.0.113.1:30100 > 198.51.100.1:4000");
  call_.Send(kPortA, kPartyA, ReplyOfA(1));
  EXPECT_EQ(call_.Went(), "[2001:db8:4321::1]:31200 > [2001:db8::9]:7000");
  call_.Send(kPortA, kPartyA, CheckOfA(2));
  call_.Send(kFurtherB, "[2001:db8::9]:7000", ReplyOfB(2));
  call_.Send(kPortA, kPartyA, {20, 1});
  EXPECT_EQ(call_.Went(), "[2001:db8:4321::1]:31200 > [2001:db8::9]:7000");
  EXPECT_EQ(call_.Send(kRtcpPortA, kPartyA, Bytes{20, 1}), Drop::kIceSource);
  call_.Apply();
  EXPECT_EQ(call_.TargetOf(kB), "[2001:db8::9]:7000") << "found once, kept";
}

TEST_F(Passage, ListsAreBounded) {
  Connect();
  for (int i = 0; i < 100; ++i)
    call_.Send(kPortB, base::StrCat("192.0.2.77:", 7000 + i), CheckOfB(3));
  call_.Send(kPortA, kPartyA, CheckOfA(4));
  EXPECT_EQ(call_.sinks->size(), 1 + IcePassage::kMostUnproven);
  EXPECT_EQ(call_.Send(kPortB, kPartyB, Bytes{20, 1}), Drop::kNone)
      << "nobody proven was pushed out";
}

TEST_F(Passage, IndicationsPassAsMediaDoes) {
  stun::MessageWriter writer(stun::Class::kIndication, stun::kBinding, Id(1));
  const Bytes keep_alive = Finished(writer, "");
  EXPECT_EQ(call_.Send(kPortA, kPartyA, keep_alive), Drop::kIceSource);
  Connect();
  EXPECT_EQ(call_.Send(kPortA, kPartyA, keep_alive), Drop::kNone);
  EXPECT_EQ(call_.Sent(), keep_alive);
}

TEST_F(Passage, OnlyOpaqueMediaWithPortsOfTheirOwn) {
  call_.media(kA)->set_transport(v1::RTP);
  EXPECT_FALSE(Validate(call_.spec).ok());
  call_.media(kA)->set_transport(v1::OPAQUE);
  EXPECT_TRUE(Validate(call_.spec).ok());
  call_.media(kA)->mutable_ice_passage()->add_further_port_sets(99);
  EXPECT_FALSE(Validate(call_.spec).ok());
}

}  // namespace
}  // namespace mediad::session::testing

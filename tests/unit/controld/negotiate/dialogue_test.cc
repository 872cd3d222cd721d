// Which parties a message is between (sdp-rewriting.md §10).
#include "controld/negotiate/dialogue.h"

#include <gmock/gmock.h>

#include "tests/unit/controld/negotiate/exchange.h"

namespace controld::negotiate {
namespace {

using ng::Flag;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class DialogueTest : public Exchange {
 protected:
  ng::Request BranchOffer(const std::string& branch) {
    ng::Request request = OfferFromA();
    request.via_branch = branch;
    return request;
  }
  ng::Request BranchAnswer(const std::string& branch, const std::string& tag, int port) {
    ng::Request request = call::Answer("c", "A", tag, call::Sdp("198.51.100.20", port));
    request.via_branch = branch;
    return request;
  }
};

TEST_F(DialogueTest, TheUnansweredSideHasNoTag) {
  Send(OfferFromA());
  ASSERT_EQ(call_.parties_size(), 2);
  EXPECT_EQ(call_.parties(0).tag(), "A");
  EXPECT_FALSE(call_.parties(1).has_tag());
  EXPECT_THAT(PeersOf(call_.parties(0)), ElementsAre("<untagged>"));
}

TEST_F(DialogueTest, ARepeatedOfferMeansTheSameCounterpart) {
  Send(OfferFromA());
  const uint32_t receiver = receiver_;
  Send(OfferFromA());
  EXPECT_EQ(receiver_, receiver);
  EXPECT_EQ(call_.parties_size(), 2);
}

TEST_F(DialogueTest, TheAnswerNamesTheCounterpart) {
  Send(OfferFromA());
  const uint32_t receiver = receiver_;
  Send(AnswerFromB());
  EXPECT_EQ(PartyOf("B").id(), receiver);
  EXPECT_EQ(sender_, receiver);
}

TEST_F(DialogueTest, ReoffersGoEitherWay) {
  Send(OfferFromA());
  Send(AnswerFromB());
  Send(ReofferFromB());
  EXPECT_EQ(sender_, PartyOf("B").id());
  EXPECT_EQ(receiver_, PartyOf("A").id());
  Send(ReofferFromA());
  EXPECT_EQ(sender_, PartyOf("A").id());
  EXPECT_EQ(call_.parties_size(), 2);
}

TEST_F(DialogueTest, BranchesAreBesideEachOtherUntilAnswered) {
  const int first = call::MediaPort(Send(BranchOffer("b1")));
  const uint32_t one = receiver_;
  const int second = call::MediaPort(Send(BranchOffer("b2")));
  const uint32_t two = receiver_;
  EXPECT_NE(one, two);
  EXPECT_NE(first, second);
  EXPECT_EQ(call::MediaPort(Send(BranchOffer("b1"))), first);  // known branch
  EXPECT_EQ(receiver_, one);
  EXPECT_THAT(PeersOf(PartyOf("A")), ElementsAre("<untagged>", "<untagged>"));

  Send(BranchAnswer("b2", "B2", 5200));
  EXPECT_EQ(PartyOf("B2").id(), two);
  Send(BranchAnswer("b1", "B1", 5100));
  EXPECT_EQ(PartyOf("B1").id(), one);
  // The last answer wins.
  EXPECT_THAT(PeersOf(PartyOf("A")), ElementsAre("B1"));
  EXPECT_THAT(PeersOf(PartyOf("B2")), IsEmpty());
  Send(BranchAnswer("b2", "B2", 5200));
  EXPECT_THAT(PeersOf(PartyOf("A")), ElementsAre("B2"));
  EXPECT_EQ(call_.parties_size(), 3);
}

TEST_F(DialogueTest, AnUnknownToTagIsAFork) {
  Send(OfferFromA());
  Send(AnswerFromB());
  Send(call::Reoffer("c", "A", "C", call::Sdp("192.0.2.10", 4000)));
  EXPECT_EQ(call_.parties_size(), 3);
  EXPECT_EQ(receiver_, PartyOf("C").id());
}

TEST_F(DialogueTest, AnUnknownSenderMayOfferToAKnownTag) {
  Send(OfferFromA());
  Send(AnswerFromB());
  Send(call::Reoffer("c", "X", "A", call::Sdp("192.0.2.99", 6000)));
  EXPECT_EQ(receiver_, PartyOf("A").id());
  EXPECT_THAT(PeersOf(PartyOf("A")), ElementsAre("X"));
  EXPECT_THAT(PeersOf(PartyOf("B")), IsEmpty());
}

// A second answer with another tag: alias of the same party, or a party of its own.
struct SecondAnswer {
  const char* why;
  bool first_was_final;
  std::vector<Flag> flags;
  bool own_party;
};

TEST_F(DialogueTest, SecondAnswers) {
  const SecondAnswer cases[] = {
      {"early", false, {}, false},
      {"early, new branch", false, {Flag::kNewBranch}, true},
      {"after a final one", true, {}, true},
      {"after a final one, provisional", true, {Flag::kProvisional}, false},
      {"after a final one, both", true, {Flag::kProvisional, Flag::kNewBranch}, true},
  };
  for (const SecondAnswer& test : cases) {
    SCOPED_TRACE(test.why);
    call_.Clear();
    call_.set_call_id("c");
    Send(OfferFromA());
    ng::Request first = AnswerFromB();
    first.sip_message_type = ng::SipMessageType::kReply;
    first.sip_code = test.first_was_final ? 200 : 183;
    Send(first);
    const uint32_t answerer = sender_;
    ng::Request second = call::Answer("c", "A", "B2", call::Sdp("198.51.100.20", 5000));
    for (const Flag flag : test.flags) second.Set(flag);
    Send(second);
    if (test.own_party) {
      EXPECT_EQ(call_.parties_size(), 3);
      EXPECT_NE(sender_, answerer);
      EXPECT_EQ(PartyOf("B").id(), answerer);
    } else {
      EXPECT_EQ(call_.parties_size(), 2);
      EXPECT_EQ(sender_, answerer);
      EXPECT_THAT(PartyOf("B2").aliases(), ElementsAre("B"));
      EXPECT_EQ(PartyOf("B").id(), answerer);  // found by its alias
    }
  }
}

TEST_F(DialogueTest, EqualTags) {
  Send(OfferFromA());
  const std::string before = call_.SerializeAsString();
  Send(call::Answer("c", "A", "A", call::Sdp("198.51.100.20", 5000)));
  EXPECT_EQ(error_, "Invalid dialogue association");
  EXPECT_EQ(call_.SerializeAsString(), before);

  call_.clear_parties();
  EXPECT_NE(Send(call::Reoffer("c", "A", "A", call::Sdp("192.0.2.10", 4000))), "");
  EXPECT_EQ(call_.parties_size(), 2);
}

TEST_F(DialogueTest, AnswerToSelfByAlias) {
  Send(OfferFromA());
  Send(AnswerFromB());
  Send(call::Answer("c", "A", "B2", call::Sdp("198.51.100.20", 5000)));  // B is an alias now
  Send(call::Answer("c", "B", "B2", call::Sdp("198.51.100.20", 5000)));
  EXPECT_EQ(error_, "Invalid dialogue association");
}

TEST_F(DialogueTest, AnAnswerToNobodyKnownIsNoError) {
  EXPECT_NE(Send(AnswerFromB()), "");
  EXPECT_EQ(call_.parties_size(), 2);
  EXPECT_EQ(PartyOf("B").id(), sender_);
}

TEST_F(DialogueTest, AnEmptyTagIsATag) {
  Send(call::Offer("c", "", call::Sdp("192.0.2.10", 4000)));
  const uint32_t sender = sender_;
  Send(call::Offer("c", "", call::Sdp("192.0.2.10", 4000)));
  EXPECT_EQ(sender_, sender);
  EXPECT_EQ(call_.parties_size(), 2);
}

TEST_F(DialogueTest, SignallingCancelsDeletion) {
  Send(OfferFromA());
  Send(AnswerFromB());
  for (call::Party& party : *call_.mutable_parties()) party.set_delete_at_us(1);
  call_.set_delete_at_us(1);
  Send(ReofferFromA());
  EXPECT_EQ(call_.delete_at_us(), 0);
  EXPECT_EQ(PartyOf("A").delete_at_us(), 0);
  EXPECT_EQ(PartyOf("B").delete_at_us(), 0);
}

}  // namespace
}  // namespace controld::negotiate

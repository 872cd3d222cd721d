#include "controld/negotiate/ice.h"

#include "controld/negotiate/fragment.h"
#include "proto/base/text.h"
#include "tests/unit/controld/negotiate/exchange.h"

namespace controld::negotiate {
namespace {

namespace v1 = rtpengine::v1;

std::string Lines(const std::string& ufrag, std::string_view candidate = "192.0.2.10 4000") {
  std::string lines = base::StrCat("a=ice-ufrag:", ufrag, "\r\na=ice-pwd:", ufrag,
                                   "0123456789012345678901\r\n");
  if (!candidate.empty()) {
    base::StrAppend(&lines, "a=candidate:1 1 UDP 2130706431 ", candidate, " typ host\r\n");
  }
  return lines;
}

std::string ValueOf(const std::string& sdp, const std::string& name) {
  const std::string start = "a=" + name + ":";
  const size_t at = sdp.find(start);
  if (at == std::string::npos) return "";
  const size_t begin = at + start.size();
  return sdp.substr(begin, sdp.find("\r\n", begin) - begin);
}

int Count(const std::string& text, const std::string& word) {
  int count = 0;
  for (size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++count;
  return count;
}

class IceTest : public Exchange {
 protected:
  IceTest() { worker_.interfaces.push_back(call::FakeInterface("default", "2001:db8::5")); }

  ng::Request With(ng::Request request, const std::string& word) {
    request.ice.push_back(word);
    return request;
  }
};

struct UseCase {
  bool caller_uses, callee_uses;
  const char* flag;  // of the offer
  bool offered, answered;
};

class IceUseTest : public IceTest, public ::testing::WithParamInterface<UseCase> {};

TEST_P(IceUseTest, IsDecidedForEachLeg) {
  const UseCase& param = GetParam();
  ng::Request offer = OfferFromA(param.caller_uses ? Lines("aaaa") : "");
  if (param.flag[0] != '\0') offer.ice = {param.flag};
  const std::string to_callee = Send(offer);
  EXPECT_EQ(!ValueOf(to_callee, "ice-ufrag").empty(), param.offered);
  EXPECT_EQ(Count(to_callee, "a=candidate:"), param.offered ? 4 : 0);
  const std::string to_caller =
      Send(AnswerFromB(param.callee_uses ? Lines("bbbb", "198.51.100.20 5000") : ""));
  EXPECT_EQ(!ValueOf(to_caller, "ice-ufrag").empty(), param.answered);
  EXPECT_EQ(SessionMedia("A").has_ice(), param.answered);
  EXPECT_EQ(SessionMedia("B").has_ice(), param.offered && param.callee_uses);
}

INSTANTIATE_TEST_SUITE_P(All, IceUseTest,
                         ::testing::Values(UseCase{true, true, "", true, true},
                                           UseCase{true, false, "", true, true},
                                           UseCase{false, true, "", false, false},
                                           UseCase{true, false, "remove", false, true},
                                           UseCase{false, true, "force", true, false},
                                           UseCase{true, true, "force", true, true},
                                           UseCase{false, true, "lite-both", false, false}));

TEST_F(IceTest, TellsTheWorkerTheSignalledCredentialsAndRoles) {
  const std::string offer = Send(OfferFromA(Lines("aaaa")));
  const std::string answer = Send(AnswerFromB(Lines("bbbb", "198.51.100.20 5000")));
  const v1::Media b = SessionMedia("B");
  EXPECT_EQ(b.ice().local_ufrag(), ValueOf(offer, "ice-ufrag"));
  EXPECT_EQ(b.ice().local_password(), ValueOf(offer, "ice-pwd"));
  EXPECT_EQ(b.ice().local_ufrag().size(), 8u);
  EXPECT_EQ(b.ice().local_password().size(), 26u);
  EXPECT_EQ(b.ice().remote_ufrag(), "bbbb");
  ASSERT_EQ(b.ice().remote_candidates_size(), 1);
  EXPECT_TRUE(b.ice().controlling());
  EXPECT_EQ(b.ice().further_port_sets_size(), 1);
  const v1::Media a = SessionMedia("A");
  EXPECT_EQ(a.ice().local_ufrag(), ValueOf(answer, "ice-ufrag"));
  EXPECT_FALSE(a.ice().controlling());
  EXPECT_EQ(a.ice().tie_breaker(), b.ice().tie_breaker());
  EXPECT_NE(a.ice().tie_breaker(), 0u);
}

TEST_F(IceTest, ALitePeerLeavesControlToUsAndLitenessToThePeer) {
  ng::Request offer = call::Offer("c", "A", "v=0\r\no=- 1 1 IN IP4 192.0.2.10\r\ns=-\r\nc=IN IP4 192.0.2.10\r\n"
                                            "t=0 0\r\na=ice-lite\r\nm=audio 4000 RTP/AVP 8\r\n" +
                                                Lines("aaaa"));
  Send(offer);
  Send(AnswerFromB());
  EXPECT_TRUE(SessionMedia("A").ice().remote_lite());
  EXPECT_TRUE(SessionMedia("A").ice().controlling());

  const std::string lite = Send(With(ReofferFromA(Lines("aaaa")), "lite-forward"));
  EXPECT_NE(lite.find("t=0 0\r\na=ice-lite\r\n"), std::string::npos);
}

// Ports of a leg on a round-robin group are on all addresses of one member.
TEST_F(IceTest, AMemberOfAGroupOffersAllItsAddresses) {
  worker_.interfaces.clear();
  for (const char* member : {"1", "2"}) {
    const std::string name = std::string("pub:") + member;
    worker_.interfaces.push_back(
        call::FakeInterface(name, base::StrCat("203.0.113.", member), "", "pub"));
    worker_.interfaces.push_back(
        call::FakeInterface(name, base::StrCat("203.0.113.10", member), "", "pub"));
    worker_.interfaces.push_back(
        call::FakeInterface(name, base::StrCat("2001:db8::", member), "", "pub"));
  }
  const std::string offer = Send(OfferFromA(Lines("aaaa")));
  EXPECT_EQ(Count(offer, "a=candidate:"), 6);
  const std::string member =
      offer.find("c=IN IP4 203.0.113.1\r\n") != std::string::npos ? "1" : "2";
  EXPECT_EQ(Count(offer, base::StrCat(" 203.0.113.", member, " ")), 2) << offer;
  EXPECT_EQ(Count(offer, base::StrCat(" 203.0.113.10", member, " ")), 2);
  EXPECT_EQ(Count(offer, base::StrCat(" 2001:db8::", member, " ")), 2);
  const std::string answer = Send(AnswerFromB(Lines("bbbb")));
  EXPECT_EQ(Count(answer, base::StrCat(" 203.0.113.", member, " ")), 2)
      << "both legs on one member";
  // A member without room is left alone.
  call_.clear_parties();
  call_.clear_port_sets();
  for (rtpengine::v1::Interface& interface : worker_.interfaces) {
    interface.set_ports_total(100);
    interface.set_ports_used(interface.name() == "pub:" + member ? 99 : 0);
  }
  const std::string other = Send(OfferFromA(Lines("aaaa")));
  EXPECT_EQ(Count(other, base::StrCat(" 203.0.113.", member == "1" ? "2" : "1", " ")), 2) << other;
}

TEST_F(IceTest, ARestartConcernsOneLeg) {
  const std::string first_offer = Send(OfferFromA(Lines("aaaa")));
  const std::string first_answer = Send(AnswerFromB(Lines("bbbb")));
  const std::string again = Send(ReofferFromA(Lines("aaaa")));
  EXPECT_EQ(ValueOf(again, "ice-ufrag"), ValueOf(first_offer, "ice-ufrag"));
  EXPECT_EQ(ValueOf(Send(AnswerFromB(Lines("bbbb"))), "ice-ufrag"), ValueOf(first_answer, "ice-ufrag"));

  const std::string restarted = Send(ReofferFromA(Lines("cccc"), 4100));
  EXPECT_EQ(ValueOf(restarted, "ice-ufrag"), ValueOf(first_offer, "ice-ufrag"));
  const std::string answer = Send(AnswerFromB(Lines("bbbb")));
  EXPECT_NE(ValueOf(answer, "ice-ufrag"), ValueOf(first_answer, "ice-ufrag"));
  EXPECT_EQ(SessionMedia("A").ice().remote_ufrag(), "cccc");
  EXPECT_EQ(SessionMedia("A").rtp_remote().port(), 4100u);
}

TEST_F(IceTest, AnotherAddressWithoutARestartIsIgnored) {
  Send(OfferFromA(Lines("aaaa")));
  Send(AnswerFromB());
  Send(ReofferFromA(Lines("aaaa"), 4100));
  EXPECT_EQ(SessionMedia("A").rtp_remote().port(), 4000u);
}

TEST_F(IceTest, ResetRestartsBothLegs) {
  const std::string first = Send(OfferFromA(Lines("aaaa")));
  const std::string answer = Send(AnswerFromB(Lines("bbbb")));
  ng::Request reset = ReofferFromA(Lines("aaaa"));
  reset.Set(ng::Flag::kReset);
  EXPECT_NE(ValueOf(Send(reset), "ice-ufrag"), ValueOf(first, "ice-ufrag"));
  EXPECT_NE(ValueOf(Send(AnswerFromB(Lines("bbbb"))), "ice-ufrag"), ValueOf(answer, "ice-ufrag"));
}

TEST_F(IceTest, TrickleIsAnnouncedByFlagOrInAnswerToIt) {
  const std::string trickle = "a=ice-options:trickle\r\n";
  EXPECT_EQ(ValueOf(Send(OfferFromA(Lines("aaaa") + trickle)), "ice-options"), "");
  const std::string answer = Send(AnswerFromB(Lines("bbbb")));
  EXPECT_EQ(ValueOf(answer, "ice-options"), "trickle");
  EXPECT_NE(answer.find("a=end-of-candidates\r\n"), std::string::npos);
  const std::string offer = Send(With(ReofferFromA(Lines("aaaa")), "trickle"));
  EXPECT_EQ(ValueOf(offer, "ice-options"), "trickle");
}

TEST_F(IceTest, CredentialsThatNobodyCanCheckWithAreNone) {
  for (const std::string& lines :
       {std::string("a=ice-ufrag:abcd\r\n"), std::string("a=ice-ufrag:a\r\na=ice-pwd:short\r\n"),
        Lines("\xff\xff\xff\xff"), Lines("aaaa", "")}) {
    call_.clear_parties();
    Send(OfferFromA(lines));
    EXPECT_NE(ValueOf(Send(AnswerFromB()), "ice-ufrag"), "") << lines;
    EXPECT_FALSE(SessionMedia("A").has_ice()) << lines;
  }
}

TEST_F(IceTest, ASelectedPairIsAllThatIsOfferedAgain) {
  Send(OfferFromA(Lines("aaaa")));
  Send(AnswerFromB(Lines("bbbb", "198.51.100.20 5000")));
  call::Media* media = call_.mutable_parties(1)->mutable_media(0);
  for (const bool rtcp : {false, true}) {
    call::IcePair* pair = media->mutable_ice()->add_selected();
    pair->set_rtcp(rtcp);
    pair->set_port_set(media->port_set());
    *pair->mutable_remote() =
        call::ToProto({*base::IpAddress::Parse("198.51.100.20"), static_cast<uint16_t>(rtcp ? 5001 : 5000)});
  }
  const std::string offer = Send(ReofferFromA(Lines("aaaa")));
  EXPECT_EQ(Count(offer, "a=candidate:"), 2);
  EXPECT_EQ(ValueOf(offer, "remote-candidates"), "1 198.51.100.20 5000 2 198.51.100.20 5001");
}

TEST_F(IceTest, NoFurtherPortsWhereTheyAreSaved) {
  settings_.save_interface_ports = true;
  EXPECT_EQ(Count(Send(OfferFromA(Lines("aaaa"))), "a=candidate:"), 2);
}

TEST_F(IceTest, FragmentsAddCandidatesOnce) {
  Send(OfferFromA(Lines("aaaa", "") + "a=ice-options:trickle\r\n"));
  const auto fragment = sdp::ParseFragment(
      "a=ice-ufrag:aaaa\r\na=ice-pwd:aaaa0123456789012345678901\r\nm=audio 9 RTP/AVP 0\r\n"
      "a=candidate:1 1 UDP 1 192.0.2.10 4000 typ host\r\na=end-of-candidates\r\n");
  ASSERT_TRUE(fragment.ok());
  EXPECT_TRUE(ApplyFragment(*fragment, call_.mutable_parties(0)));
  EXPECT_FALSE(ApplyFragment(*fragment, call_.mutable_parties(0)));
  Send(AnswerFromB());
  EXPECT_EQ(SessionMedia("A").ice().remote_candidates_size(), 1);
  EXPECT_TRUE(SessionMedia("A").ice().end_of_candidates());
}

TEST_F(IceTest, FragmentsForOthersAreIgnored) {
  Send(OfferFromA(Lines("aaaa", "") + "a=ice-options:trickle\r\n"));
  for (const char* text :
       {"a=ice-ufrag:zzzz\r\nm=audio 9 RTP/AVP 0\r\na=candidate:1 1 UDP 1 192.0.2.10 4000 typ host\r\n",
        "a=ice-ufrag:aaaa\r\nm=audio 9 RTP/AVP 0\r\na=mid:7\r\na=candidate:1 1 UDP 1 192.0.2.10 4000 typ host\r\n"}) {
    const auto fragment = sdp::ParseFragment(text);
    ASSERT_TRUE(fragment.ok());
    EXPECT_FALSE(ApplyFragment(*fragment, call_.mutable_parties(0))) << text;
  }
  EXPECT_FALSE(sdp::ParseFragment("no lines").ok());
}

TEST_F(IceTest, FragmentsWaitThreeSecondsForTheirAuthor) {
  Send(OfferFromA(Lines("aaaa")));
  const char* body = "a=ice-ufrag:bbbb\r\nm=audio 9 RTP/AVP 0\r\n"
                     "a=candidate:1 1 UDP 1 198.51.100.20 5000 typ host\r\n";
  QueueFragment("B", body, 1'000'000, &call_);
  QueueFragment("C", body, 1'000'000, &call_);
  Send(AnswerFromB(Lines("bbbb", "") + "a=ice-options:trickle\r\n"));
  ApplyQueuedFragments(4'000'000, &call_, call::FindPartyByTag(&call_, "B"));
  EXPECT_EQ(SessionMedia("B").ice().remote_candidates_size(), 1);
  EXPECT_EQ(call_.fragments_size(), 1);
  ApplyQueuedFragments(4'000'001, &call_, call::FindPartyByTag(&call_, "B"));
  EXPECT_EQ(call_.fragments_size(), 0);
}

}  // namespace
}  // namespace controld::negotiate

// Which keys the worker gets, and when; OSRTP; what is withheld.
#include "controld/negotiate/keying.h"

#include <gmock/gmock.h>

#include "tests/unit/controld/negotiate/exchange.h"

namespace controld::negotiate {
namespace {

namespace v1 = rtpengine::v1;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kKeyA[] = "inline:b0CjsI18358RTSnGu/SiX5v7g88acEHzdBMvJ8qF";
constexpr char kKeyB[] = "inline:RYbQ6hb49vXnYQm+eWltIZcePZAmlB1TpWGhbgG7";
constexpr char kSuite[] = "AES_CM_128_HMAC_SHA1_80";

std::string CryptoLine(int tag, std::string_view suite, std::string_view key) {
  return base::StrCat("a=crypto:", tag, " ", suite, " ", key, "\r\n");
}

class KeyingTest : public Exchange {
 protected:
  ng::Request Offer(std::string_view protocol, std::string_view lines, int port = 4000) {
    return call::Offer("c", "A", call::Sdp("192.0.2.10", port, lines, protocol));
  }
  ng::Request Answer(std::string_view protocol, std::string_view lines) {
    return call::Answer("c", "A", "B", call::Sdp("198.51.100.20", 5000, lines, protocol));
  }
  ng::Request Secured(ng::Request request, std::vector<std::string> sdes = {"only-AES_CM_128_HMAC_SHA1_80"}) {
    request.transport_protocol = "RTP/SAVP";
    request.dtls = {"off"};
    request.sdes = std::move(sdes);
    return request;
  }
  ng::Request Plain(ng::Request request) {
    request.transport_protocol = "RTP/AVP";
    return request;
  }
  // Of the only party without a tag.
  v1::Media UnansweredMedia() {
    const v1::Session session = BuildSession(call_, settings_, false);
    return session.media(session.media_size() - 1);
  }
  std::vector<std::string> CryptoOf(const std::string& sdp) { return call::LinesOf(sdp, "a=crypto"); }
};

TEST_F(KeyingTest, NothingIsAcceptedBeforeTheAnswerAndNothingLeavesInTheClear) {
  Send(Secured(OfferFromA()));
  const v1::Media b = UnansweredMedia();
  ASSERT_TRUE(b.has_srtp());
  EXPECT_FALSE(b.srtp().has_receive());
  EXPECT_EQ(b.srtp().send().suite(), kSuite);
  EXPECT_FALSE(SessionMedia("A").has_srtp());
}

TEST_F(KeyingTest, TheAnswerGivesBothKeys) {
  const std::string offered = Send(Secured(OfferFromA()));
  ASSERT_THAT(CryptoOf(offered), SizeIs(1));
  EXPECT_THAT(CryptoOf(Send(Answer("RTP/SAVP", CryptoLine(1, kSuite, kKeyB)))), SizeIs(0));
  const v1::Media b = SessionMedia("B");
  EXPECT_EQ(b.srtp().receive().key().size(), 16u);
  EXPECT_EQ(b.srtp().receive().salt().size(), 14u);
  EXPECT_EQ(b.srtp().receive().key()[0], '\x45');
  EXPECT_NE(b.srtp().send().key(), b.srtp().receive().key());
  EXPECT_FALSE(b.srtp().reencrypt());
}

TEST_F(KeyingTest, AnAnswerThatAcceptsNothingGivesNoKey) {
  Send(Secured(OfferFromA()));
  Send(Answer("RTP/SAVP", CryptoLine(9, kSuite, kKeyB)));
  EXPECT_TRUE(SessionMedia("B").has_srtp());
  EXPECT_FALSE(SessionMedia("B").srtp().has_receive());
  EXPECT_FALSE(SessionMedia("B").srtp().has_send());
}

TEST_F(KeyingTest, AnAnswerWithoutKeysIsStillSentSrtp) {
  Send(Secured(OfferFromA()));
  const std::string sent = UnansweredMedia().srtp().send().key();
  Send(Answer("RTP/SAVP", ""));
  EXPECT_FALSE(SessionMedia("B").srtp().has_receive());
  EXPECT_EQ(SessionMedia("B").srtp().send().key(), sent);
}

TEST_F(KeyingTest, APlainAnswerIsPlain) {
  Send(Secured(OfferFromA()));
  Send(Answer("RTP/AVP", ""));
  EXPECT_FALSE(SessionMedia("B").has_srtp());
}

TEST_F(KeyingTest, TheOffererIsAnsweredWithOneLine) {
  Send(Plain(Offer("RTP/SAVP", CryptoLine(3, kSuite, kKeyA))));
  EXPECT_FALSE(SessionMedia("A").srtp().has_receive());
  const auto lines = CryptoOf(Send(AnswerFromB()));
  ASSERT_THAT(lines, SizeIs(1));
  EXPECT_THAT(lines[0], HasSubstr("a=crypto:3 AES_CM_128_HMAC_SHA1_80 inline:"));
  EXPECT_EQ(SessionMedia("A").srtp().receive().key()[0], '\x6f');
  EXPECT_TRUE(SessionMedia("A").srtp().has_send());
}

TEST_F(KeyingTest, TheSameKeysOnBothLegs) {
  ng::Request offer = Offer("RTP/SAVP", CryptoLine(1, kSuite, kKeyA));
  offer.dtls = {"off"};
  EXPECT_THAT(Send(offer), HasSubstr(kKeyA));
  EXPECT_THAT(Send(Answer("RTP/SAVP", CryptoLine(1, kSuite, kKeyB))), HasSubstr(kKeyB));
  const v1::Media a = SessionMedia("A"), b = SessionMedia("B");
  EXPECT_EQ(a.srtp().receive().SerializeAsString(), b.srtp().send().SerializeAsString());
  EXPECT_EQ(b.srtp().receive().SerializeAsString(), a.srtp().send().SerializeAsString());
}

TEST_F(KeyingTest, RecryptHoldsForBothLegs) {
  ng::Request offer = Offer("RTP/SAVP", CryptoLine(1, kSuite, kKeyA));
  offer.Set(ng::Flag::kRecrypt);
  Send(offer);
  Send(Answer("RTP/SAVP", CryptoLine(1, kSuite, kKeyB)));
  EXPECT_TRUE(SessionMedia("A").srtp().reencrypt());
  EXPECT_TRUE(SessionMedia("B").srtp().reencrypt());
}

TEST_F(KeyingTest, NewKeysOfAReofferCountAtOnceOursStay) {
  Send(Plain(Offer("RTP/SAVP", CryptoLine(1, kSuite, kKeyA))));
  Send(AnswerFromB());
  const std::string ours = SessionMedia("A").srtp().send().key();
  ng::Request reoffer = Plain(Offer("RTP/SAVP", CryptoLine(1, kSuite, kKeyB)));
  reoffer.to_tag = "B";
  Send(reoffer);
  EXPECT_EQ(SessionMedia("A").srtp().receive().key()[0], '\x45');
  EXPECT_EQ(SessionMedia("A").srtp().send().key(), ours);
  Send(AnswerFromB());
  EXPECT_EQ(SessionMedia("A").srtp().send().key(), ours);
}

TEST_F(KeyingTest, ALaterAnswerMayTakeAnotherLine) {
  Send(Secured(OfferFromA(), {"only-AES_CM_128_HMAC_SHA1_80", "only-AES_CM_128_HMAC_SHA1_32"}));
  Send(Answer("RTP/SAVP", CryptoLine(1, kSuite, kKeyB)));
  Send(Answer("RTP/SAVP", CryptoLine(2, "AES_CM_128_HMAC_SHA1_32", kKeyB)));
  EXPECT_EQ(SessionMedia("B").srtp().receive().suite(), "AES_CM_128_HMAC_SHA1_32");
}

TEST_F(KeyingTest, BranchesHaveKeysOfTheirOwn) {
  ng::Request first = Secured(OfferFromA()), second = Secured(OfferFromA());
  first.via_branch = "z1";
  second.via_branch = "z2";
  EXPECT_NE(CryptoOf(Send(first)), CryptoOf(Send(second)));
}

TEST_F(KeyingTest, MkiAndSessionParametersAreThoseOfTheAnswer) {
  ng::Request offer = Offer("RTP/SAVP", CryptoLine(1, kSuite, base::StrCat(kKeyA, "|2^20|1:4 UNENCRYPTED_SRTCP")));
  offer.dtls = {"off"};
  EXPECT_THAT(Send(offer), HasSubstr(base::StrCat(kKeyA, "|1:4 UNENCRYPTED_SRTCP\r\n")));
  Send(Answer("RTP/SAVP", CryptoLine(1, kSuite, base::StrCat(kKeyB, "|7:2"))));
  const v1::Media a = SessionMedia("A"), b = SessionMedia("B");
  EXPECT_EQ(a.srtp().receive().mki(), std::string("\0\0\0\x01", 4));
  EXPECT_EQ(a.srtp().send().mki(), std::string("\0\x07", 2));
  EXPECT_EQ(b.srtp().send().mki(), std::string("\0\0\0\x01", 4));
  for (const v1::Media* media : {&a, &b}) {
    EXPECT_FALSE(media->srtp().receive().unencrypted_srtcp());
    EXPECT_FALSE(media->srtp().send().unencrypted_srtcp());
  }
}

TEST_F(KeyingTest, WithoutEncryptionOnlyByName) {
  constexpr char kNull[] = "NULL_HMAC_SHA1_80";
  Send(Secured(OfferFromA(), {}));
  Send(Answer("RTP/SAVP", CryptoLine(11, kNull, kKeyB)));
  EXPECT_TRUE(SessionMedia("B").has_srtp());
  EXPECT_FALSE(SessionMedia("B").srtp().has_receive());
  EXPECT_FALSE(SessionMedia("B").srtp().has_send());
  EXPECT_THAT(std::string(WithheldKeyText(PartyOf("B").media(0))), HasSubstr("NULL_"));
  ng::Request named = Secured(ReofferFromA(), {base::StrCat("only-", kNull)});
  Send(named);
  Send(Answer("RTP/SAVP", CryptoLine(11, kNull, kKeyB)));
  EXPECT_EQ(SessionMedia("B").srtp().receive().suite(), kNull);
  EXPECT_EQ(WithheldKeyText(PartyOf("B").media(0)), "");
}

TEST_F(KeyingTest, OfOurChoiceNullIsTheLast) {
  Send(Plain(Offer("RTP/SAVP", CryptoLine(1, "NULL_HMAC_SHA1_80", kKeyA) + CryptoLine(2, kSuite, kKeyA))));
  EXPECT_THAT(Send(AnswerFromB()), HasSubstr("a=crypto:2 AES_CM_128_HMAC_SHA1_80"));
}

TEST_F(KeyingTest, AFailedCommandChangesNothing) {
  Send(Secured(OfferFromA()));
  Send(Answer("RTP/SAVP", CryptoLine(1, kSuite, kKeyB)));
  const std::string before = call_.SerializeAsString();
  ng::Request broken = Secured(ReofferFromA());
  broken.sdp = call::Sdp("192.0.2.10", 0, CryptoLine(1, kSuite, kKeyA), "RTP/SAVP");
  call::CallState draft = call_;
  auto sdp = sdp::Parse(*broken.sdp);
  ASSERT_TRUE(sdp.ok());
  EXPECT_NE(Negotiate(&draft, broken, std::move(*sdp), worker_, settings_, random_, call::At(9)).error, "");
  EXPECT_EQ(call_.SerializeAsString(), before);
}

TEST_F(KeyingTest, APortOfZeroTouchesNoKeys) {
  const std::string video = "m=video 4010 RTP/SAVP 96\r\n";
  Send(Plain(Offer("RTP/SAVP", CryptoLine(1, kSuite, kKeyA) + video + CryptoLine(1, kSuite, kKeyB))));
  const std::string answer = Send(AnswerFromB("m=video 0 RTP/AVP 96\r\n"));
  EXPECT_THAT(answer, HasSubstr("m=video 0 RTP/SAVP 96\r\n")) << "the offerer's own protocol";
  EXPECT_THAT(CryptoOf(answer), SizeIs(1));
}

TEST_F(KeyingTest, ItBecomesSomethingElseThanRtp) {
  Send(Plain(Offer("RTP/SAVP", CryptoLine(1, kSuite, kKeyA))));
  Send(AnswerFromB());
  ng::Request fax = ReofferFromB();
  fax.sdp = "v=0\r\no=- 1 1 IN IP4 198.51.100.20\r\ns=-\r\nc=IN IP4 198.51.100.20\r\nt=0 0\r\nm=image 5000 udptl t38\r\n";
  EXPECT_THAT(Send(fax), HasSubstr(" udptl t38"));
  EXPECT_FALSE(SessionMedia("A").has_srtp());
}

TEST_F(KeyingTest, AnUnknownProtocolHasNoKeys) {
  const std::string sdp = Send(Offer("TCP/TLS/RTP/SAVPF", CryptoLine(1, kSuite, kKeyA)));
  EXPECT_THAT(CryptoOf(sdp), SizeIs(1)) << "passed through";
  EXPECT_FALSE(SessionMedia("A").has_srtp());
}

struct OsrtpRow {
  const char* name;
  bool keys_received;            // from the caller, with RTP/AVP
  const char* transport;         // towards the callee
  const char* offer_word;
  bool keys_answered;
  const char* answer_word;
  bool callee_sees_keys, caller_sees_keys;
};

constexpr OsrtpRow kOsrtp[] = {
    {"offered, taken", false, "", "offer", true, "", true, false},
    {"offered, declined", false, "", "offer", false, "", true, false},
    {"passed on, taken", true, "", "", true, "", true, true},
    {"passed on, declined", true, "", "", false, "", true, false},
    {"passed on, declined, accepted by us", true, "", "", false, "accept", true, true},
    {"passed on, declined, accepted by the other name", true, "", "", false, "accept-rfc", true, true},
    {"accepted in the offer only", true, "", "accept", false, "", true, false},
    {"converted to plain", true, "RTP/AVP", "", false, "", false, true},
    {"converted to secure", true, "RTP/SAVP", "", true, "", true, true},
    {"plain and plain", false, "", "", false, "", false, false},
};

TEST_F(KeyingTest, Osrtp) {
  for (const OsrtpRow& row : kOsrtp) {
    call_.Clear();
    call_.set_call_id("c");
    ng::Request offer = Offer("RTP/AVP", row.keys_received ? CryptoLine(1, kSuite, kKeyA) : "");
    offer.transport_protocol = row.transport;
    offer.dtls = {"off"};
    offer.sdes = {"only-AES_CM_128_HMAC_SHA1_80"};
    if (*row.offer_word != 0) offer.osrtp = {row.offer_word};
    EXPECT_EQ(!CryptoOf(Send(offer)).empty(), row.callee_sees_keys) << row.name;
    const bool secure = std::string_view(row.transport) == "RTP/SAVP";
    ng::Request answer = Answer(secure ? "RTP/SAVP" : "RTP/AVP",
                                row.keys_answered ? CryptoLine(1, kSuite, kKeyB) : "");
    if (*row.answer_word != 0) answer.osrtp = {row.answer_word};
    const std::string shown = Send(answer);
    EXPECT_THAT(shown, HasSubstr(" RTP/AVP ")) << row.name;
    EXPECT_EQ(CryptoOf(shown).size(), row.caller_sees_keys ? 1u : 0u) << row.name;
    EXPECT_EQ(SessionMedia("A").has_srtp(), row.caller_sees_keys) << row.name;
    EXPECT_EQ(SessionMedia("B").has_srtp(), row.keys_answered) << row.name;
  }
}

TEST_F(KeyingTest, LegacyPairs) {
  const std::string pair = CryptoLine(1, kSuite, kKeyA) + "m=audio 4000 RTP/AVP 8 0\r\n";
  ng::Request offer = Plain(Offer("RTP/SAVP", pair));
  offer.osrtp = {"accept-legacy"};
  EXPECT_THAT(call::LinesOf(Send(offer), "m="), SizeIs(1));
  const auto sections = call::LinesOf(Send(AnswerFromB()), "m=");
  ASSERT_THAT(sections, SizeIs(2));
  EXPECT_THAT(sections[0], HasSubstr(" RTP/SAVP "));
  EXPECT_EQ(sections[1], "m=audio 0 RTP/AVP 8 0");
}

TEST_F(KeyingTest, ALegacyOfferIsEachSectionTwice) {
  ng::Request offer = Secured(OfferFromA());
  offer.osrtp = {"offer-legacy"};
  const std::string sdp = Send(offer);
  const auto sections = call::LinesOf(sdp, "m=");
  ASSERT_THAT(sections, SizeIs(2));
  EXPECT_THAT(sections[0], HasSubstr(" RTP/AVP "));
  EXPECT_THAT(sections[1], HasSubstr(" RTP/SAVP "));
  EXPECT_THAT(CryptoOf(sdp), SizeIs(1));
  EXPECT_GT(sdp.find("a=crypto"), sdp.find("RTP/SAVP"));
}

}  // namespace
}  // namespace controld::negotiate

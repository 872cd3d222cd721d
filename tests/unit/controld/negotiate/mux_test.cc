// rtcp-mux in offers and answers (sdp-rewriting.md §2.1, §9.1).
#include <gmock/gmock.h>

#include "tests/unit/controld/negotiate/exchange.h"

namespace controld::negotiate {
namespace {

using call::LinesOf;
using ng::Flag;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

constexpr char kMux[] = "a=rtcp-mux\r\n";
const std::vector<std::string> kPlainToB = {"a=rtcp:30001"}, kPlainToA = {"a=rtcp:30003"};
const std::vector<std::string> kFallbackToB = {"a=rtcp:30001", "a=rtcp-mux"};
const std::vector<std::string> kOnlyToB = {"a=rtcp:30000", "a=rtcp-mux"};
const std::vector<std::string> kMuxedToA = {"a=rtcp:30002", "a=rtcp-mux"};

// kTrustAddress stands for no mux flag: it does nothing.
constexpr Flag kDefault = Flag::kTrustAddress;

struct Case {
  const char* name;
  Flag flag;
  bool offered, answered;
  const std::vector<std::string>& to_b;
  const std::vector<std::string>& to_a;
};

class Mux : public Exchange, public ::testing::WithParamInterface<Case> {};

TEST_P(Mux, OfferAndAnswer) {
  const Case& test = GetParam();
  const std::string offered = Send(call::With(OfferFromA(test.offered ? kMux : ""), {test.flag}));
  EXPECT_THAT(LinesOf(offered, "a=rtcp"), ElementsAreArray(test.to_b));
  const std::string answered = Send(AnswerFromB(test.answered ? kMux : ""));
  EXPECT_THAT(LinesOf(answered, "a=rtcp"), ElementsAreArray(test.to_a));
}

INSTANTIATE_TEST_SUITE_P(
    All, Mux,
    ::testing::Values(
        Case{"default_accepted", kDefault, true, true, kFallbackToB, kMuxedToA},
        Case{"default_declined", kDefault, true, false, kFallbackToB, kPlainToA},
        Case{"default_not_offered", kDefault, false, false, kPlainToB, kPlainToA},
        Case{"never_in_an_answer_unoffered", kDefault, false, true, kPlainToB, kPlainToA},
        Case{"offer_adds", Flag::kRtcpMuxOffer, false, true, kFallbackToB, kPlainToA},
        Case{"offer_when_offered", Flag::kRtcpMuxOffer, true, true, kFallbackToB, kMuxedToA},
        Case{"require_adds", Flag::kRtcpMuxRequire, false, true, kOnlyToB, kPlainToA},
        Case{"require_when_offered", Flag::kRtcpMuxRequire, true, true, kOnlyToB, kMuxedToA},
        Case{"demux_accepts_at_once", Flag::kRtcpMuxDemux, true, false, kPlainToB, kMuxedToA},
        Case{"demux_not_offered", Flag::kRtcpMuxDemux, false, false, kPlainToB, kPlainToA},
        Case{"accept_whatever_is_answered", Flag::kRtcpMuxAccept, true, false, kFallbackToB,
             kMuxedToA},
        Case{"accept_not_offered", Flag::kRtcpMuxAccept, false, true, kPlainToB, kPlainToA},
        Case{"reject_whatever_is_answered", Flag::kRtcpMuxReject, true, true, kFallbackToB,
             kPlainToA},
        Case{"reject_not_offered", Flag::kRtcpMuxReject, false, false, kPlainToB, kPlainToA}),
    [](const auto& one) { return std::string(one.param.name); });

class MuxTest : public Exchange {
 protected:
  // Of all port sets, as the worker is told.
  std::vector<uint32_t> PortCounts() {
    const auto session = BuildSession(call_, settings_, false);
    std::vector<uint32_t> counts;
    for (const auto& set : session.port_sets()) counts.push_back(set.count());
    return counts;
  }
};

TEST_F(MuxTest, AgreedOnceIsOfferedWithoutFallback) {
  Send(OfferFromA(kMux));
  Send(AnswerFromB(kMux));
  EXPECT_THAT(LinesOf(Send(ReofferFromA()), "a=rtcp"), ElementsAre("a=rtcp:30000", "a=rtcp-mux"));
}

TEST_F(MuxTest, DemuxEndsAnAgreement) {
  Send(OfferFromA(kMux));
  Send(AnswerFromB(kMux));
  EXPECT_THAT(LinesOf(Send(call::With(ReofferFromA(kMux), {Flag::kRtcpMuxDemux})), "a=rtcp"),
              ElementsAre("a=rtcp:30001"));
}

TEST_F(MuxTest, FlagsCountInOffersOnlyAndAreNotRemembered) {
  Send(OfferFromA(kMux));
  EXPECT_THAT(LinesOf(Send(call::With(AnswerFromB(), {Flag::kRtcpMuxAccept})), "a=rtcp"),
              ElementsAre("a=rtcp:30003"));
  Send(call::With(ReofferFromA(kMux), {Flag::kRtcpMuxReject}));
  Send(AnswerFromB(kMux));
  Send(ReofferFromA(kMux));
  EXPECT_THAT(LinesOf(Send(AnswerFromB(kMux)), "a=rtcp"),
              ElementsAre("a=rtcp:30002", "a=rtcp-mux"));
}

TEST_F(MuxTest, RtcpAtTheRtpPortIsMux) {
  Send(OfferFromA("a=rtcp:4000\r\n"));
  EXPECT_THAT(LinesOf(Send(AnswerFromB(kMux)), "a=rtcp"),
              ElementsAre("a=rtcp:30002", "a=rtcp-mux"));
}

TEST_F(MuxTest, OnePortWhenRequired) {
  Send(call::With(OfferFromA(), {Flag::kRtcpMuxRequire}));
  const call::Party* receiver = call::FindParty(call_, receiver_);
  EXPECT_EQ(call::FindPortSet(call_, receiver->media(0).port_set())->wanted().count(), 1u);
}

// The wire changes with the agreement, not with the offer.
TEST_F(MuxTest, WorkerMuxesOnceAgreed) {
  Send(OfferFromA(kMux));
  EXPECT_FALSE(SessionMedia("A").rtcp_mux());
  Send(AnswerFromB(kMux));
  EXPECT_TRUE(SessionMedia("A").rtcp_mux());
  EXPECT_TRUE(SessionMedia("B").rtcp_mux());
}

// The RTCP port of the offerer's leg is given back; while mux is offered again, the other one serves on.
TEST_F(MuxTest, AgreementGivesTheRtcpPortBack) {
  Send(OfferFromA(kMux));
  Send(AnswerFromB(kMux));
  EXPECT_THAT(PortCounts(), ElementsAre(2, 1));
  Send(ReofferFromA(kMux));
  EXPECT_THAT(LinesOf(Send(AnswerFromB(kMux)), "a=rtcp"), ElementsAre("a=rtcp:30002", "a=rtcp-mux"));
  EXPECT_THAT(PortCounts(), ElementsAre(2, 1));
}

TEST_F(MuxTest, WithoutMuxAgainThereAreTwoOtherPorts) {
  Send(OfferFromA(kMux));
  Send(AnswerFromB(kMux));
  Send(ReofferFromA());
  EXPECT_THAT(LinesOf(Send(AnswerFromB()), "a=rtcp"), ElementsAre("a=rtcp:30005"));
  EXPECT_FALSE(SessionMedia("A").rtcp_mux());
  EXPECT_THAT(PortCounts(), ElementsAre(2, 1, 2));
  // The former port is still listened on.
  EXPECT_EQ(SessionMedia("A").late_port_sets_size(), 1);
}

TEST_F(MuxTest, RefusedAgainThereAreTwoOtherPorts) {
  Send(OfferFromA(kMux));
  Send(AnswerFromB(kMux));
  Send(ReofferFromA(kMux));
  EXPECT_THAT(LinesOf(Send(AnswerFromB()), "a=rtcp"), ElementsAre("a=rtcp:30005"));
  Send(ReofferFromA(kMux));
  EXPECT_THAT(LinesOf(Send(AnswerFromB(kMux)), "a=rtcp"), ElementsAre("a=rtcp:30002", "a=rtcp-mux"));
}

}  // namespace
}  // namespace controld::negotiate

#include "controld/negotiate/passage.h"

#include "proto/base/text.h"
#include "tests/unit/controld/negotiate/exchange.h"

namespace controld::negotiate {
namespace {

namespace v1 = rtpengine::v1;

std::string IceOf(const std::string& ufrag, std::string_view candidates = "") {
  return base::StrCat("a=ice-ufrag:", ufrag, "\r\na=ice-pwd:", ufrag, "0123456789012345678901\r\n",
                      candidates);
}

bool Has(const std::string& sdp, const std::string& text) {
  return sdp.find(text) != std::string::npos;
}

// Priorities of our candidates for component 1, in order.
std::vector<uint32_t> Priorities(const std::string& sdp, std::string_view type) {
  std::vector<uint32_t> found;
  for (size_t at = sdp.find(" 1 UDP "); at != std::string::npos; at = sdp.find(" 1 UDP ", at + 1)) {
    const std::string line = sdp.substr(at, sdp.find("\r\n", at) - at);
    const bool ours = line.find("203.0.113.") != std::string::npos ||
                      line.find("2001:db8::") != std::string::npos;
    if (ours && line.find(type) != std::string::npos) {
      found.push_back(static_cast<uint32_t>(std::stoul(line.substr(7))));
    }
  }
  return found;
}

class PassageTest : public Exchange {
 protected:
  PassageTest() { worker_.interfaces.push_back(call::FakeInterface("default", "2001:db8::5")); }

  std::string Offer(const std::string& word, const std::string& lines) {
    ng::Request request = OfferFromA(lines);
    if (!word.empty()) request.ice = {word};
    return Send(request);
  }
  std::string Answer(const std::string& lines, const std::string& word = "") {
    ng::Request request = AnswerFromB(lines);
    if (!word.empty()) request.ice = {word};
    return Send(request);
  }
};

TEST_F(PassageTest, TheSectionGoesOnAsItsAuthorWroteIt) {
  const std::string lines = base::StrCat(
      "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz\r\n"
      "a=sendonly\r\na=rtcp:4009\r\na=rtcp-mux\r\na=x-thing\r\n",
      IceOf("aaaa"), "a=end-of-candidates\r\n");
  const std::string to_b = Offer("force-relay", lines);
  EXPECT_TRUE(
      Has(to_b, "m=audio 4000 RTP/AVP 8 0\r\nc=IN IP4 192.0.2.10\r\n" + lines + "a=candidate:"))
      << to_b;
  EXPECT_TRUE(PartyOf("A").media(0).sdes_received().empty()) << "the keys are none of ours";
}

TEST_F(PassageTest, OursAreRelayCandidatesBelowEveryOther) {
  EXPECT_EQ(Priorities(Offer("force-relay", IceOf("aaaa")), "typ relay raddr"),
            (std::vector<uint32_t>{16777215, 16776959}));
  // Where the party has such candidates itself, as low as they go, and never below.
  EXPECT_EQ(Priorities(Send([&] {
                         ng::Request request =
                             ReofferFromA(IceOf("aaaa",
                                                "a=candidate:3 1 UDP 16777215 192.0.2.77 7000 typ "
                                                "relay raddr 0.0.0.0 rport 0\r\n"));
                         request.to_tag.reset();
                         request.from_tag = "C";
                         request.ice = {"force-relay"};
                         return request;
                       }()),
                       "typ relay raddr"),
            (std::vector<uint32_t>{511, 255}));
}

TEST_F(PassageTest, OptionalAddsHostCandidatesBelowThoseOfTheParty) {
  EXPECT_EQ(Priorities(Offer("optional", IceOf("aaaa")), "typ host"),
            (std::vector<uint32_t>{(125u << 24) + 511, (125u << 24) + 255}));
  EXPECT_EQ(PartyOf("A").media(0).passage(), call::PASSAGE_OPTIONAL);
}

TEST_F(PassageTest, OptionalWithoutIceIsOurs) {
  const std::string to_b = Offer("optional", "");
  EXPECT_TRUE(Has(to_b, "c=IN IP4 203.0.113.5\r\n"));
  EXPECT_TRUE(Has(to_b, "a=ice-ufrag:"));
}

TEST_F(PassageTest, TheWorkerKnowsTheCredentialsOfBothAndOfNobodyElse) {
  Offer("force-relay", IceOf("aaaa"));
  const std::string to_a = Answer(IceOf("bbbb"));
  EXPECT_TRUE(
      Has(to_a, "m=audio 5000 RTP/AVP 8 0\r\nc=IN IP4 198.51.100.20\r\na=ice-ufrag:bbbb\r\n"))
      << to_a;
  EXPECT_TRUE(Has(to_a, "typ relay")) << "the offer decides for both";
  const v1::Media a = SessionMedia("A"), b = SessionMedia("B");
  for (const v1::Media& media : {a, b}) {
    EXPECT_EQ(media.transport(), v1::OPAQUE);
    EXPECT_FALSE(media.has_ice());
    EXPECT_FALSE(media.has_srtp());
    EXPECT_EQ(media.ice_passage().further_port_sets_size(), 1);
    EXPECT_EQ(media.liveness(), v1::SILENT) << "media may go another way";
  }
  EXPECT_EQ(a.ice_passage().ufrag(), "aaaa");
  EXPECT_EQ(a.ice_passage().peer_ufrag(), "bbbb");
  EXPECT_EQ(b.ice_passage().ufrag(), "bbbb");
  EXPECT_EQ(b.ice_passage().peer_password(), a.ice_passage().password());
}

TEST_F(PassageTest, APlainAnswerPassesAndNobodyIsLetIn) {
  Offer("force-relay", IceOf("aaaa"));
  const std::string to_a = Answer("");
  EXPECT_TRUE(Has(to_a, "m=audio 5000 RTP/AVP 8 0\r\nc=IN IP4 198.51.100.20\r\n"));
  EXPECT_FALSE(Has(to_a, "a=candidate:"));
  EXPECT_EQ(SessionMedia("A").ice_passage().peer_ufrag(), "");
  EXPECT_TRUE(SessionMedia("B").has_ice_passage());
}

TEST_F(PassageTest, ForceRelayKeepsTheAddressOfAPlainSender) {
  const std::string to_b = Offer("force-relay", "a=sendrecv\r\n");
  EXPECT_TRUE(Has(to_b, "m=audio 4000 RTP/AVP 8 0\r\nc=IN IP4 192.0.2.10\r\na=sendrecv\r\n"));
  EXPECT_FALSE(Has(to_b, "a=rtcp:"));
  EXPECT_TRUE(Has(Answer(""), "c=IN IP4 203.0.113.5\r\n"))
      << "the answerer's does not pass by itself";
  EXPECT_EQ(SessionMedia("A").transport(), v1::RTP);
  Offer("force-relay", "");
  EXPECT_TRUE(Has(Answer("", "force-relay"), "c=IN IP4 198.51.100.20\r\n"));
}

TEST_F(PassageTest, KeysThatPassBelongToBothDirections) {
  Offer("force-relay",
        "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz\r\n");
  EXPECT_TRUE(Has(Answer(""), "c=IN IP4 198.51.100.20\r\n"));
}

TEST_F(PassageTest, ItStaysUntilAnOfferSaysOtherwise) {
  Offer("force-relay", IceOf("aaaa"));
  Answer(IceOf("bbbb"));
  EXPECT_TRUE(Has(Send(ReofferFromB(IceOf("bbbb"))), "c=IN IP4 198.51.100.20\r\n"));
  ng::Request forced = ReofferFromA(IceOf("aaaa"));
  forced.ice = {"force"};
  const std::string to_b = Send(forced);
  EXPECT_TRUE(Has(to_b, "c=IN IP4 203.0.113.5\r\n"));
  EXPECT_FALSE(Has(to_b, "aaaa"));
  Answer(IceOf("bbbb", "a=candidate:1 1 UDP 2130706431 198.51.100.20 5000 typ host\r\n"));
  EXPECT_TRUE(SessionMedia("B").has_ice());
  EXPECT_FALSE(SessionMedia("B").has_ice_passage());
  EXPECT_EQ(SessionMedia("B").transport(), v1::RTP);
}

TEST_F(PassageTest, WhatTheSessionHandsDownPassesWithTheSection) {
  ng::Request request = call::Offer(
      "c", "A",
      "v=0\r\no=- 1 1 IN IP4 192.0.2.10\r\ns=-\r\nc=IN IP4 192.0.2.10\r\nt=0 0\r\na=ice-lite\r\n"
      "a=group:BUNDLE a\r\na=ice-ufrag:aaaa\r\na=ice-pwd:aaaa0123456789012345678901\r\n"
      "a=setup:actpass\r\na=recvonly\r\nm=audio 4000/2 RTP/AVP 8\r\na=mid:a\r\n");
  request.ice = {"force-relay"};
  const std::string to_b = Send(request);
  EXPECT_TRUE(Has(to_b, "a=ice-lite\r\na=group:BUNDLE a\r\n")) << to_b;
  EXPECT_TRUE(
      Has(to_b,
          "m=audio 4000/2 RTP/AVP 8\r\nc=IN IP4 192.0.2.10\r\na=mid:a\r\na=setup:actpass\r\n"
          "a=ice-ufrag:aaaa\r\na=ice-pwd:aaaa0123456789012345678901\r\na=recvonly\r\na=candidate:"))
      << to_b;
  EXPECT_TRUE(SessionMedia("A").ice_passage().ufrag() == "aaaa");
}

class DataChannelTest : public PassageTest {
 protected:
  static std::string Body(std::string_view address, int port, const std::string& ufrag) {
    return base::StrCat(
        "v=0\r\no=- 1 1 IN IP4 ", address, "\r\ns=-\r\nc=IN IP4 ", address,
        "\r\nt=0 0\r\na=fingerprint:sha-1 00:11\r\na=group:BUNDLE 0\r\nm=application ", port,
        " UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:0\r\na=sctp-port:5000\r\n",
        ufrag.empty() ? "" : IceOf(ufrag));
  }
  std::string OfferData(const std::string& ufrag, const std::string& word = "") {
    ng::Request request = call::Offer("c", "A", Body("192.0.2.10", 9, ufrag));
    if (!word.empty()) request.ice = {word};
    request.bundle = {"accept"};
    return Send(request);
  }
  std::string AnswerData(const std::string& ufrag) {
    return Send(call::Answer("c", "A", "B", Body("198.51.100.20", 5000, ufrag)));
  }
};

TEST_F(DataChannelTest, ItsIcePassesByOurAddress) {
  const std::string to_b = OfferData("aaaa");
  EXPECT_TRUE(
      Has(to_b, "m=application 30000 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 203.0.113.5\r\n"))
      << to_b;
  EXPECT_TRUE(Has(to_b, "a=sctp-port:5000\r\na=ice-ufrag:aaaa\r\n"));
  EXPECT_EQ(Priorities(to_b, "typ host"), (std::vector<uint32_t>{2130706431, 2130706175}));
  const std::string to_a = AnswerData("bbbb");
  EXPECT_TRUE(Has(to_a, "c=IN IP4 203.0.113.5\r\n"));
  EXPECT_FALSE(Has(to_a, "a=group")) << "what cannot be told apart is not bundled";
  EXPECT_EQ(SessionMedia("A").ice_passage().peer_ufrag(), "bbbb");
  EXPECT_EQ(SessionMedia("B").ice_passage().peer_ufrag(), "aaaa");
  EXPECT_EQ(SessionMedia("B").transport(), v1::OPAQUE);
}

TEST_F(DataChannelTest, WithRemoveItHasOneAddress) {
  EXPECT_EQ(Priorities(OfferData("aaaa", "remove"), "typ host"), std::vector<uint32_t>{2130706431});
}

TEST_F(DataChannelTest, WithoutIceOnOneSideAddressesAreLearned) {
  OfferData("aaaa");
  EXPECT_TRUE(SessionMedia("A").has_ice_passage()) << "the answer may have it";
  EXPECT_FALSE(Has(AnswerData(""), "a=candidate"));
  EXPECT_FALSE(SessionMedia("A").has_ice_passage());
  EXPECT_FALSE(SessionMedia("B").has_ice_passage());
  EXPECT_EQ(SessionMedia("B").transport(), v1::OPAQUE);
}

TEST_F(DataChannelTest, ForceRelayKeepsItsAddressToo) {
  EXPECT_TRUE(Has(OfferData("aaaa", "force-relay"),
                  "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 192.0.2.10\r\n"));
}

}  // namespace
}  // namespace controld::negotiate

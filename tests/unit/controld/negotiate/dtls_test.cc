#include "controld/negotiate/dtls.h"

#include "proto/base/text.h"
#include "proto/media/fingerprint.h"
#include "tests/unit/controld/negotiate/exchange.h"

namespace controld::negotiate {
namespace {

namespace v1 = rtpengine::v1;

constexpr char kProtocol[] = "UDP/TLS/RTP/SAVPF";

std::string Digest(char octet) {
  std::string text;
  for (int i = 0; i < 32; ++i) base::StrAppend(&text, i > 0 ? ":" : "", octet, octet);
  return text;
}

std::string Lines(std::string_view setup, char fingerprint = 'A', std::string_view tls_id = "") {
  std::string lines;
  if (!setup.empty()) base::StrAppend(&lines, "a=setup:", setup, "\r\n");
  base::StrAppend(&lines, "a=fingerprint:sha-256 ", Digest(fingerprint), "\r\n");
  if (!tls_id.empty()) base::StrAppend(&lines, "a=tls-id:", tls_id, "\r\n");
  return lines;
}

v1::Certificate FakeCertificate(char octet) {
  v1::Certificate certificate;
  for (const auto& [hash, length] : {std::pair{"sha-1", 20}, std::pair{"sha-256", 32}}) {
    v1::Certificate::Fingerprint* fingerprint = certificate.add_fingerprints();
    fingerprint->set_hash(hash);
    fingerprint->set_digest(std::string(static_cast<size_t>(length), octet));
  }
  return certificate;
}

std::string ValueOf(const std::string& sdp, const std::string& name) {
  const std::string start = "a=" + name + ":";
  const size_t at = sdp.find(start);
  if (at == std::string::npos) return "";
  const size_t begin = at + start.size();
  return sdp.substr(begin, sdp.find("\r\n", begin) - begin);
}

class DtlsTest : public Exchange {
 protected:
  DtlsTest() { worker_.certificates.push_back(FakeCertificate('\x11')); }

  ng::Request Offer(const std::string& lines, const std::string& protocol = kProtocol) {
    ng::Request request = call::Offer("c", "A", call::Sdp("192.0.2.10", 4000, lines, protocol));
    request.transport_protocol = "RTP/AVP";
    return request;
  }
  ng::Request Reoffer(const std::string& lines) {
    ng::Request request = Offer(lines);
    request.to_tag = "B";
    return request;
  }
  // To a caller that speaks DTLS from a callee that does not.
  std::string AnswerToCaller() { return Send(AnswerFromB()); }
  ng::Request OfferToDtlsCallee() {
    ng::Request request = OfferFromA();
    request.transport_protocol = kProtocol;
    return request;
  }
  ng::Request DtlsAnswer(const std::string& lines) {
    return call::Answer("c", "A", "B", call::Sdp("198.51.100.20", 5000, lines, kProtocol));
  }
};

struct RoleCase {
  const char *theirs, *flag;
  bool configured_passive;
  const char* ours;
};

class DtlsRoleTest : public DtlsTest, public ::testing::WithParamInterface<RoleCase> {};

TEST_P(DtlsRoleTest, TowardsAnOfferer) {
  settings_.dtls_passive = GetParam().configured_passive;
  ng::Request offer = Offer(Lines(GetParam().theirs));
  if (GetParam().flag[0] != '\0') offer.dtls = {GetParam().flag};
  Send(offer);
  EXPECT_EQ(ValueOf(AnswerToCaller(), "setup"), GetParam().ours);
  const bool active = GetParam().ours == std::string("active");
  EXPECT_EQ(SessionMedia("A").srtp().dtls().setup(), active ? v1::DTLS_ACTIVE : v1::DTLS_PASSIVE);
}

INSTANTIATE_TEST_SUITE_P(All, DtlsRoleTest,
                         ::testing::Values(RoleCase{"actpass", "", false, "active"},
                                           RoleCase{"active", "", false, "passive"},
                                           RoleCase{"passive", "", false, "active"},
                                           RoleCase{"actpass", "passive", false, "passive"},
                                           RoleCase{"passive", "passive", false, "active"},
                                           RoleCase{"actpass", "", true, "passive"},
                                           RoleCase{"actpass", "active", true, "active"},
                                           RoleCase{"passive", "", true, "active"}));

TEST_F(DtlsTest, IsNotUsedWithoutARoleOrAFingerprint) {
  for (const std::string& lines : {Lines("holdconn"), Lines(""), std::string("a=setup:active\r\n"),
                                   std::string("a=setup:active\r\na=fingerprint:md5 00:11\r\n")}) {
    call_.clear_parties();
    Send(Offer(lines));
    const std::string answer = AnswerToCaller();
    EXPECT_EQ(ValueOf(answer, "setup"), "") << lines;
    EXPECT_EQ(ValueOf(answer, "fingerprint"), "") << lines;
    EXPECT_FALSE(SessionMedia("A").srtp().has_dtls()) << lines;
    // And yet nothing passes in the clear.
    EXPECT_TRUE(SessionMedia("A").has_srtp()) << lines;
  }
}

TEST_F(DtlsTest, AnOfferLeavesTheRoleToTheAnswerer) {
  const std::string offer = Send(OfferToDtlsCallee());
  EXPECT_EQ(ValueOf(offer, "setup"), "actpass");
  EXPECT_EQ(ValueOf(offer, "fingerprint"), "sha-256 " + media::PrintDigest(std::string(32, '\x11')));
  EXPECT_EQ(ValueOf(offer, "tls-id").size(), 32u);

  Send(DtlsAnswer(Lines("active", 'B')));
  const v1::Dtls dtls = SessionMedia("B").srtp().dtls();
  EXPECT_EQ(dtls.setup(), v1::DTLS_PASSIVE);
  EXPECT_EQ(dtls.fingerprint_hash(), "sha-256");
  EXPECT_EQ(dtls.fingerprint(), std::string(32, '\xBB'));
  EXPECT_EQ(dtls.certificate(), std::string(32, '\x11'));
  EXPECT_FALSE(SessionMedia("A").has_srtp());
}

TEST_F(DtlsTest, TheProxyMayForbidIt) {
  ng::Request offer = OfferToDtlsCallee();
  offer.dtls = {"off"};
  EXPECT_EQ(ValueOf(Send(offer), "setup"), "");
  EXPECT_FALSE(SessionMedia("A").has_srtp());
}

TEST_F(DtlsTest, AnOffersHashIsTheProxysChoiceThenThePeersThenSha256) {
  ng::Request offer = OfferToDtlsCallee();
  offer.dtls_fingerprint = "SHA-1";
  EXPECT_EQ(ValueOf(Send(offer), "fingerprint").substr(0, 6), "sha-1 ");
  Send(DtlsAnswer(Lines("active", 'B')));
  offer = OfferToDtlsCallee();
  offer.to_tag = "B";
  EXPECT_EQ(ValueOf(Send(offer), "fingerprint").substr(0, 8), "sha-256 ");
  offer.dtls_fingerprint = "sha-3";
  EXPECT_EQ(ValueOf(Send(offer), "fingerprint").substr(0, 8), "sha-256 ");
}

struct RestartCase {
  const char *setup, *tls_id;
  char fingerprint;
  bool restarts;
};

class DtlsRestartTest : public DtlsTest, public ::testing::WithParamInterface<RestartCase> {};

// The caller's first offer has setup actpass, fingerprint A and tls-id first; we become active.
TEST_P(DtlsRestartTest, ByAReoffer) {
  Send(Offer(Lines("actpass", 'A', "first")));
  const std::string before = ValueOf(AnswerToCaller(), "tls-id");
  const uint32_t association = SessionMedia("A").srtp().dtls().association();
  Send(Reoffer(Lines(GetParam().setup, GetParam().fingerprint, GetParam().tls_id)));
  const std::string after = ValueOf(AnswerToCaller(), "tls-id");
  EXPECT_EQ(after != before, GetParam().restarts);
  EXPECT_EQ(SessionMedia("A").srtp().dtls().association() != association, GetParam().restarts);
}

INSTANTIATE_TEST_SUITE_P(All, DtlsRestartTest,
                         ::testing::Values(RestartCase{"actpass", "first", 'A', false},
                                           RestartCase{"passive", "first", 'A', false},
                                           RestartCase{"actpass", "first", 'C', true},
                                           RestartCase{"actpass", "second", 'A', true},
                                           RestartCase{"actpass", "", 'A', true},
                                           RestartCase{"active", "first", 'A', true}));

TEST_F(DtlsTest, NoTlsIdNeitherPrintsNorHonoursIt) {
  Send(Offer(Lines("actpass", 'A', "first")));
  AnswerToCaller();
  const uint32_t association = SessionMedia("A").srtp().dtls().association();
  ng::Request again = Reoffer(Lines("actpass", 'A', "second"));
  again.Set(ng::Flag::kNoTlsId);
  Send(again);
  ng::Request answer = AnswerFromB();
  answer.Set(ng::Flag::kNoTlsId);
  EXPECT_EQ(ValueOf(Send(answer), "tls-id"), "");
  EXPECT_EQ(SessionMedia("A").srtp().dtls().association(), association);
}

TEST_F(DtlsTest, ACallKeepsItsCertificateForAsLongAsTheWorkerHasIt) {
  Send(Offer(Lines("actpass")));
  const std::string first = AnswerToCaller();
  worker_.certificates.insert(worker_.certificates.begin(), FakeCertificate('\x22'));
  Send(Reoffer(Lines("actpass")));
  const std::string second = AnswerToCaller();
  EXPECT_EQ(ValueOf(second, "fingerprint"), ValueOf(first, "fingerprint"));
  EXPECT_EQ(ValueOf(second, "tls-id"), ValueOf(first, "tls-id"));

  worker_.certificates.pop_back();
  Send(Reoffer(Lines("actpass")));
  const std::string third = AnswerToCaller();
  EXPECT_NE(ValueOf(third, "fingerprint"), ValueOf(first, "fingerprint"));
  EXPECT_NE(ValueOf(third, "tls-id"), ValueOf(first, "tls-id"));
  EXPECT_EQ(SessionMedia("A").srtp().dtls().certificate(), std::string(32, '\x22'));
}

TEST_F(DtlsTest, WithoutACertificateItIsNotOffered) {
  worker_.certificates.clear();
  EXPECT_EQ(ValueOf(Send(OfferToDtlsCallee()), "setup"), "");
  ASSERT_EQ(warnings_.size(), 1u);
  EXPECT_EQ(warnings_[0], "DTLS is not offered: the worker has no certificate");
}

TEST_F(DtlsTest, EstablishedKeysGoBackToTheWorkerUntilDtlsIsGivenUp) {
  Send(Offer(Lines("actpass")));
  AnswerToCaller();
  call::Media* media = call_.mutable_parties(0)->mutable_media(0);
  v1::DtlsKeys* keys = media->mutable_dtls()->add_established();
  keys->set_association(1);
  keys->mutable_receive()->set_key("0123456789abcdef");
  EXPECT_EQ(SessionMedia("A").srtp().dtls().established_size(), 1);
  Send(Reoffer("a=setup:holdconn\r\n"));
  AnswerToCaller();
  EXPECT_FALSE(SessionMedia("A").srtp().has_dtls());
  Send(Reoffer(Lines("actpass")));
  AnswerToCaller();
  EXPECT_EQ(SessionMedia("A").srtp().dtls().established_size(), 0);
}

}  // namespace
}  // namespace controld::negotiate

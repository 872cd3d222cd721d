#include "controld/call/explain_secure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "controld/call/call_model.h"

namespace controld::call {
namespace {

namespace v1 = rtpengine::v1;
using testing::Contains;
using testing::HasSubstr;

class ExplainSecureTest : public ::testing::Test {
 protected:
  v1::StreamExplanation Explain() {
    v1::StreamExplanation out;
    ExplainSecurity(media_, stream_, &out);
    return out;
  }

  Media media_;
  v1::StreamStatistics stream_;
};

TEST_F(ExplainSecureTest, PlainRtpNeedsNoWords) {
  EXPECT_EQ(Explain().facts_size(), 0);
  EXPECT_EQ(Explain().missing_size(), 0);
}

TEST_F(ExplainSecureTest, UnansweredChecksKeepDtlsWaiting) {
  stream_.mutable_ice()->set_state(v1::ICE_CHECKING);
  stream_.mutable_ice()->set_checks_sent(4);
  *stream_.mutable_ice()->add_pairs()->mutable_remote() =
      ToProto(*base::Endpoint::Parse("192.0.2.7:4000"));
  stream_.mutable_dtls()->set_state(v1::DTLS_IDLE);
  EXPECT_THAT(Explain().missing(), Contains("ICE: 4 checks sent, no answer from 192.0.2.7:4000"));
  EXPECT_THAT(Explain().missing(), Contains("DTLS waits for ICE"));
}

TEST_F(ExplainSecureTest, AFailedHandshakeSaysWhy) {
  stream_.mutable_dtls()->set_state(v1::DTLS_FAILED);
  stream_.mutable_dtls()->set_failure("fingerprint mismatch");
  EXPECT_THAT(Explain().missing(), Contains("DTLS: handshake failed: fingerprint mismatch"));
}

TEST_F(ExplainSecureTest, WhatWorksIsAFact) {
  stream_.mutable_ice()->set_state(v1::ICE_COMPLETED);
  stream_.mutable_ice()->mutable_selected()->set_nominated(true);
  *stream_.mutable_ice()->mutable_selected()->mutable_remote() =
      ToProto(*base::Endpoint::Parse("192.0.2.7:4000"));
  stream_.mutable_dtls()->set_state(v1::DTLS_ESTABLISHED);
  stream_.mutable_dtls()->set_suite("AES_CM_128_HMAC_SHA1_80");
  media_.mutable_dtls()->set_failure("no answer for 30 s");
  const v1::StreamExplanation out = Explain();
  EXPECT_EQ(out.missing_size(), 0);
  EXPECT_THAT(out.facts(), Contains(HasSubstr("to 192.0.2.7:4000")));
  EXPECT_THAT(out.facts(), Contains("DTLS: established as server with AES_CM_128_HMAC_SHA1_80"));
  EXPECT_THAT(out.facts(), Contains("DTLS: an earlier handshake failed: no answer for 30 s"));
}

TEST_F(ExplainSecureTest, IceThatPassesThroughIsNamed) {
  media_.set_passage(PASSAGE_RELAY);
  EXPECT_THAT(Explain().facts(), Contains(HasSubstr("another way")));
  stream_.set_confirmed(true);
  EXPECT_THAT(Explain().facts(), Contains(HasSubstr("has answered its checks")));
}

}  // namespace
}  // namespace controld::call

#include "mediad/srtp/receiver.h"

#include <algorithm>
#include <tuple>

#include "tests/unit/mediad/srtp/fixture.h"

namespace mediad::srtp {
namespace {

constexpr std::string_view kCm = "AES_CM_128_HMAC_SHA1_80";

class EverySuite : public ::testing::TestWithParam<size_t> {
 protected:
  const Parameters parameters_ = KeyFor(media::kSrtpSuites[GetParam()].name);
  const std::unique_ptr<Sender> sender_ = New<Sender>(parameters_);
  const std::unique_ptr<Receiver> receiver_ = New<Receiver>(parameters_);
};

INSTANTIATE_TEST_SUITE_P(Suites, EverySuite,
                         ::testing::Range(size_t{0}, media::kSrtpSuites.size()));

TEST_P(EverySuite, GivesBackWhatWasSent) {
  for (uint16_t sequence = 1; sequence < 300; ++sequence) {
    const Octets packet = Rtp(sequence, 4096, sequence - 1u);
    const Octets sent = Protected(*sender_, packet);
    EXPECT_EQ(sent.size(), packet.size() + parameters_.suite->srtp_tag_size);
    // The null cipher hides nothing; a single octet may happen to be encrypted to itself.
    const bool same = std::equal(packet.begin(), packet.end(), sent.begin());
    if (packet.size() > 15) {
      EXPECT_EQ(same, parameters_.suite->cipher == media::SrtpCipher::kNull);
    }
    const Received received = Unprotected(*receiver_, sent);
    ASSERT_EQ(received.result, Result::kOk);
    ASSERT_EQ(received.packet, packet);
  }
}

TEST_P(EverySuite, GivesBackRtcp) {
  for (uint8_t blocks = 0; blocks < 32; ++blocks) {
    const Octets packet = Rtcp(4096, blocks);
    const Octets sent = ProtectedRtcp(*sender_, packet);
    EXPECT_EQ(sent.size(), packet.size() + 4 + parameters_.suite->srtcp_tag_size);
    const Received received = UnprotectedRtcp(*receiver_, sent);
    ASSERT_EQ(received.result, Result::kOk);
    ASSERT_EQ(received.packet, packet);
  }
}

TEST_P(EverySuite, HeaderExtensionAndCsrcStayInTheClear) {
  Octets packet = Rtp(1, 4096, 4 + 4 + 8 + 40);
  packet[0] = 0x91;  // one CSRC, then two words of extension
  Store16(&packet[18], 2);
  const Octets sent = Protected(*sender_, packet);
  EXPECT_TRUE(std::equal(packet.begin(), packet.begin() + 28, sent.begin()));
  EXPECT_EQ(Unprotected(*receiver_, sent).packet, packet);
}

TEST_P(EverySuite, EveryDamagedOctetIsNoticedAndNothingChanged) {
  const Octets rtp = Protected(*sender_, Rtp(1));
  const Octets rtcp = ProtectedRtcp(*sender_, Rtcp());
  for (size_t at = 1; at < rtp.size(); ++at) {
    Octets damaged = rtp;
    damaged[at] ^= 0x10;
    const Received received = Unprotected(*receiver_, damaged);
    EXPECT_EQ(received.result, Result::kAuthentication) << at;
    EXPECT_EQ(received.packet, damaged) << at;
  }
  for (size_t at = 1; at < rtcp.size(); ++at) {
    Octets damaged = rtcp;
    damaged[at] ^= 0x10;
    const Received received = UnprotectedRtcp(*receiver_, damaged);
    EXPECT_EQ(received.result, Result::kAuthentication) << at;
    EXPECT_EQ(received.packet, damaged) << at;
  }
  EXPECT_TRUE(receiver_->Export().empty());
  EXPECT_EQ(Unprotected(*receiver_, rtp).result, Result::kOk);
  EXPECT_EQ(UnprotectedRtcp(*receiver_, rtcp).result, Result::kOk);
}

TEST_P(EverySuite, EveryTruncationIsRefused) {
  const Octets rtp = Protected(*sender_, Rtp(1, 4096, 0));
  const Octets rtcp = ProtectedRtcp(*sender_, Rtcp());
  for (size_t size = 0; size < rtp.size(); ++size) {
    const Octets cut(rtp.begin(), rtp.begin() + static_cast<ptrdiff_t>(size));
    EXPECT_EQ(Unprotected(*receiver_, cut).result, Result::kMalformed) << size;
  }
  for (size_t size = 0; size < rtcp.size(); ++size) {
    const Octets cut(rtcp.begin(), rtcp.begin() + static_cast<ptrdiff_t>(size));
    EXPECT_EQ(UnprotectedRtcp(*receiver_, cut).result, Result::kMalformed) << size;
  }
}

TEST_P(EverySuite, VerifyChangesNoOctetButTakesNote) {
  const Octets packet = Rtp(1, 4096, 700);
  const Octets sent = Protected(*sender_, packet);
  size_t size = 0;
  EXPECT_EQ(receiver_->VerifyRtp(sent, &size), Result::kOk);
  EXPECT_EQ(size, packet.size());
  EXPECT_EQ(receiver_->VerifyRtp(sent, &size), Result::kReplay);
  const Octets report = ProtectedRtcp(*sender_, Rtcp());
  EXPECT_EQ(receiver_->VerifyRtcp(report, &size), Result::kOk);
  EXPECT_EQ(size, Rtcp().size());
  EXPECT_EQ(receiver_->VerifyRtcp(report, &size), Result::kReplay);
  Octets damaged = Protected(*sender_, Rtp(2, 4096, 700));
  damaged[600] ^= 1;
  EXPECT_EQ(receiver_->VerifyRtp(damaged, &size), Result::kAuthentication);
}

TEST_P(EverySuite, MkiIsAppendedAndCutOffUnseen) {
  Parameters parameters = parameters_;
  parameters.mki = std::string("\0\0\0\1", 4);
  const auto sender = New<Sender>(parameters);
  parameters.mki = "any4";
  const auto receiver = New<Receiver>(parameters);
  const Octets sent = Protected(*sender, Rtp(1));
  EXPECT_EQ(sent.size(), Rtp(1).size() + 4 + parameters.suite->srtp_tag_size);
  EXPECT_EQ(Unprotected(*receiver, sent).packet, Rtp(1));
  const Octets report = ProtectedRtcp(*sender, Rtcp());
  EXPECT_EQ(report.size(), Rtcp().size() + 8 + parameters.suite->srtcp_tag_size);
  EXPECT_EQ(UnprotectedRtcp(*receiver, report).packet, Rtcp());
  // Packets without it fail, and so do those with it where none is expected.
  EXPECT_EQ(Unprotected(*receiver, Protected(*sender_, Rtp(2))).result, Result::kAuthentication);
  EXPECT_EQ(UnprotectedRtcp(*receiver, ProtectedRtcpAt(parameters_, 9, Rtcp(4096, 1))).result,
            Result::kAuthentication);
  EXPECT_EQ(Unprotected(*receiver_, sent).result, Result::kAuthentication);
}

TEST_P(EverySuite, RollsOver) {
  for (uint32_t index = 65000; index < 3 * 65536; index += 50) {
    const Octets packet = Rtp(static_cast<uint16_t>(index));
    const Octets sent = Protected(*sender_, packet);
    ASSERT_EQ(Unprotected(*receiver_, sent).packet, packet) << index;
  }
  EXPECT_EQ(receiver_->Export().front().roc, 2u);
  EXPECT_EQ(sender_->Export().front().roc, 2u);
}

TEST_P(EverySuite, UnencryptedPacketsAreAuthenticatedAllTheSame) {
  Parameters parameters = parameters_;
  parameters.unencrypted_srtp = parameters.unencrypted_srtcp = true;
  const auto sender = New<Sender>(parameters);
  const auto receiver = New<Receiver>(parameters);
  Octets sent = Protected(*sender, Rtp(1));
  const Octets packet = Rtp(1);
  EXPECT_TRUE(std::equal(packet.begin(), packet.end(), sent.begin()));
  EXPECT_EQ(Unprotected(*receiver, sent).packet, packet);
  sent = Protected(*sender, Rtp(2));
  sent[15] ^= 1;
  EXPECT_EQ(Unprotected(*receiver, sent).result, Result::kAuthentication);

  const Octets report = ProtectedRtcp(*sender, Rtcp(4096, 1));
  EXPECT_TRUE(std::equal(report.begin(), report.begin() + 32, Rtcp(4096, 1).begin()));
  EXPECT_EQ(UnprotectedRtcp(*receiver, report).packet, Rtcp(4096, 1));
  // The E-bit counts, not what was agreed; both ways.
  EXPECT_EQ(UnprotectedRtcp(*receiver_, report).packet, Rtcp(4096, 1));
  EXPECT_EQ(UnprotectedRtcp(*receiver, ProtectedRtcpAt(parameters_, 5, Rtcp(4096, 1))).packet,
            Rtcp(4096, 1));
}

TEST(Receiver, RefusesParametersThatDoNotFit) {
  const auto refused = [](const Parameters& parameters) {
    return Receiver::Create(parameters).status().code() == absl::StatusCode::kInvalidArgument &&
           Sender::Create(parameters).status().code() == absl::StatusCode::kInvalidArgument;
  };
  EXPECT_TRUE(refused({}));
  Parameters parameters = KeyFor(kCm);
  parameters.key.pop_back();
  EXPECT_TRUE(refused(parameters));
  parameters = KeyFor(kCm);
  parameters.salt.push_back('x');
  EXPECT_TRUE(refused(parameters));
  parameters = KeyFor(kCm);
  parameters.mki = std::string(129, 'm');
  EXPECT_TRUE(refused(parameters));
  parameters = KeyFor("AEAD_AES_128_GCM");
  parameters.unauthenticated_srtp = true;
  EXPECT_TRUE(refused(parameters));
  // The text is for logs.
  parameters = KeyFor(kCm);
  parameters.key += "secret";
  EXPECT_EQ(Receiver::Create(parameters).status().ToString().find("secret"), std::string::npos);
}

TEST(Receiver, RefusesWhatIsNotRtp) {
  const auto receiver = New<Receiver>(KeyFor(kCm));
  Octets packet = Rtp(1, 4096, 100);
  packet[0] = 0x40;
  EXPECT_EQ(Unprotected(*receiver, packet).result, Result::kMalformed);
  packet[0] = 0x9f;  // 15 CSRCs, then an extension that is longer than the packet
  EXPECT_EQ(Unprotected(*receiver, packet).result, Result::kMalformed);
  packet[0] = 0x90;  // one that ends in the tag
  Store16(&packet[14], 24);
  EXPECT_EQ(Unprotected(*receiver, packet).result, Result::kMalformed);
  EXPECT_EQ(Unprotected(*receiver, Octets(70000, 0x80)).result, Result::kMalformed);
  Octets report = Rtcp(1, 5);
  report[0] = 0xc0;
  EXPECT_EQ(UnprotectedRtcp(*receiver, report).result, Result::kMalformed);
}

TEST(Receiver, AWrongKeyLeavesNoTrace) {
  const auto receiver = New<Receiver>(KeyFor(kCm));
  for (uint32_t ssrc = 0; ssrc < 200; ++ssrc) {
    const Octets sent = ProtectedAt(KeyFor(kCm, 2), 0, Rtp(1, ssrc));
    EXPECT_EQ(Unprotected(*receiver, sent).result, Result::kAuthentication);
  }
  EXPECT_TRUE(receiver->Export().empty());
}

TEST(Receiver, UnauthenticatedHasNoTag) {
  Parameters parameters = KeyFor(kCm);
  parameters.unauthenticated_srtp = true;
  const auto sender = New<Sender>(parameters);
  const auto receiver = New<Receiver>(parameters);
  for (uint32_t index = 65500; index < 65700; ++index) {
    const Octets packet = Rtp(static_cast<uint16_t>(index));
    const Octets sent = Protected(*sender, packet);
    EXPECT_EQ(sent.size(), packet.size());
    EXPECT_NE(sent, packet);
    EXPECT_EQ(Unprotected(*receiver, sent).packet, packet);
    // Nobody can say that it is a replay.
    EXPECT_EQ(Unprotected(*receiver, sent).packet, packet);
  }
  Octets report = ProtectedRtcp(*sender, Rtcp());
  report.back() ^= 1;
  EXPECT_EQ(UnprotectedRtcp(*receiver, report).result, Result::kAuthentication);
}

TEST(Receiver, LibsrtpRefusesWhatItCannotDo) {
  const auto code = [](const Parameters& parameters) {
    return Receiver::Create(parameters, Backend::kLibsrtp).status().code();
  };
  EXPECT_EQ(code(KeyFor("F8_128_HMAC_SHA1_80")), absl::StatusCode::kUnimplemented);
  EXPECT_EQ(code(KeyFor("AES_192_CM_HMAC_SHA1_80")), absl::StatusCode::kUnimplemented);
  Parameters parameters = KeyFor(kCm);
  parameters.mki = "1";
  EXPECT_EQ(code(parameters), absl::StatusCode::kUnimplemented);
  const auto receiver = New<Receiver>(KeyFor(kCm), Backend::kLibsrtp);
  EXPECT_EQ(receiver->Import({}).code(), absl::StatusCode::kUnimplemented);
}

}  // namespace
}  // namespace mediad::srtp

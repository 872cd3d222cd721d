// SRTP in the packet path: what is encrypted for whom, what is let in, what teaches.
#include "secure_fixture.h"

namespace mediad::session::testing {
namespace {

constexpr char kSuite[] = "AES_CM_128_HMAC_SHA1_80";
constexpr char kPartyA[] = "198.51.100.1:4000", kPartyB[] = "198.51.100.2:5000";
constexpr char kPartyBRtcp[] = "198.51.100.2:5001", kStranger[] = "192.0.2.66:6666";

// B speaks SRTP with keys from SDP, A plain RTP.
class PlainToSdes : public ::testing::Test {
 protected:
  PlainToSdes() {
    *call.media(kB)->mutable_srtp()->mutable_receive() = Key(kSuite, 'r');
    *call.media(kB)->mutable_srtp()->mutable_send() = Key(kSuite, 's');
    call.Apply();
    sender = *srtp::Sender::Create(*ParametersOf(Key(kSuite, 'r')));
    receiver = *srtp::Receiver::Create(*ParametersOf(Key(kSuite, 's')));
  }

  SecureCall call;
  std::unique_ptr<srtp::Sender> sender;      // B's
  std::unique_ptr<srtp::Receiver> receiver;
};

TEST_F(PlainToSdes, IsEncryptedOnTheWayToTheSecureParty) {
  ASSERT_EQ(call.Send(kPortA, kPartyA, Rtp(0, 1, 7)), Drop::kNone);
  const Bytes sent = call.Sent();
  EXPECT_EQ(sent.size(), Rtp(0, 1, 7).size() + 10);
  EXPECT_EQ(Opened(*receiver, sent), Rtp(0, 1, 7));
  EXPECT_EQ(call.Stream(kB, false).egress.bytes, sent.size());
}

TEST_F(PlainToSdes, IsDecryptedOnTheWayToThePlainParty) {
  ASSERT_EQ(call.Send(kPortB, kPartyB, Protected(*sender, Rtp(0, 1, 9))), Drop::kNone);
  EXPECT_EQ(call.Sent(), Rtp(0, 1, 9));
  EXPECT_EQ(call.Stream(kB, false).ingress.bytes, Rtp(0, 1, 9).size());
}

TEST_F(PlainToSdes, RtcpGoesByTheSameKeys) {
  const Bytes report = Rtcp(203, 9);
  ASSERT_EQ(call.Send(kRtcpPortB, kPartyBRtcp, Protected(*sender, report, true)), Drop::kNone);
  EXPECT_EQ(call.Sent(), report);
  ASSERT_EQ(call.Send(kRtcpPortA, "198.51.100.1:4001", Rtcp(203, 7)), Drop::kNone);
  EXPECT_EQ(Opened(*receiver, call.Sent(), true), Rtcp(203, 7));
}

TEST_F(PlainToSdes, NothingForgedPassesTeachesOrCounts) {
  auto forger = *srtp::Sender::Create(*ParametersOf(Key(kSuite, 'x')));
  for (int i = 0; i < 10; ++i) {
    const auto sequence = static_cast<uint16_t>(i);
    EXPECT_EQ(call.Send(kPortB, kStranger, Protected(*forger, Rtp(0, sequence, 9))),
              Drop::kSrtpAuthentication);
    EXPECT_EQ(call.Send(kPortB, kStranger, Rtp(0, sequence, 9)), Drop::kSrtpAuthentication);
    EXPECT_TRUE(call.sinks->empty());
  }
  const Stream& stream = call.Stream(kB, false);
  EXPECT_EQ(stream.ingress.packets, 0u);
  EXPECT_EQ(stream.ingress.errors, 20u);
  EXPECT_EQ(stream.last_activity.count(), 0);
  EXPECT_EQ(call.TargetOf(kB), kPartyB);
  EXPECT_TRUE(call.Statistics().media(1).ingress().empty());
}

TEST_F(PlainToSdes, WhatAuthenticatesTeaches) {
  ASSERT_EQ(call.Send(kPortB, kStranger, Protected(*sender, Rtp(0, 1, 9))), Drop::kNone);
  EXPECT_EQ(call.TargetOf(kB), kStranger);
}

TEST_F(PlainToSdes, AReplayIsDropped) {
  const Bytes packet = Protected(*sender, Rtp(0, 1, 9));
  ASSERT_EQ(call.Send(kPortB, kPartyB, packet), Drop::kNone);
  EXPECT_EQ(call.Send(kPortB, kPartyB, packet), Drop::kSrtpReplay);
  EXPECT_EQ(call.Send(kPortB, kStranger, packet), Drop::kSrtpReplay);
  EXPECT_EQ(call.TargetOf(kB), kPartyB);
}

TEST_F(PlainToSdes, TheSuitesAreReported) {
  const v1::SessionStatistics statistics = call.Statistics();
  EXPECT_EQ(statistics.media(1).streams(0).receive_suite(), kSuite);
  EXPECT_EQ(statistics.media(1).streams(0).send_suite(), kSuite);
  EXPECT_EQ(statistics.media(0).streams(0).receive_suite(), "");
}

TEST_F(PlainToSdes, TheSameKeysGoOnAfterAReOffer) {
  ASSERT_EQ(call.Send(kPortB, kPartyB, Protected(*sender, Rtp(0, 1, 9))), Drop::kNone);
  call.Signal();
  EXPECT_EQ(call.Send(kPortB, kPartyB, Protected(*sender, Rtp(0, 2, 9))), Drop::kNone);
  *call.media(kB)->mutable_srtp()->mutable_receive() = Key(kSuite, 'n');
  call.Signal();
  EXPECT_EQ(call.Send(kPortB, kPartyB, Protected(*sender, Rtp(0, 3, 9))),
            Drop::kSrtpAuthentication);
}

TEST(SrtpWithoutKeys, NothingPassesEitherWay) {
  SecureCall call;
  call.media(kB)->mutable_srtp();
  call.Apply();
  EXPECT_EQ(call.Send(kPortB, kPartyB, Rtp(0, 1, 9)), Drop::kSrtpNoKey);
  EXPECT_EQ(call.Send(kPortA, kPartyA, Rtp(0, 1, 7)), Drop::kSrtpSendNoKey);
  EXPECT_TRUE(call.sinks->empty());
}

// Both parties have the same key: what is relayed is not changed, but still checked.
TEST(SrtpRelayedVerbatim, IsCheckedAndNotChanged) {
  SecureCall call;
  *call.media(kA)->mutable_srtp()->mutable_receive() = Key(kSuite, 'a');
  *call.media(kB)->mutable_srtp()->mutable_send() = Key(kSuite, 'a');
  *call.media(kB)->mutable_srtp()->mutable_receive() = Key(kSuite, 'b');
  *call.media(kA)->mutable_srtp()->mutable_send() = Key(kSuite, 'b');
  call.Apply();
  auto sender = *srtp::Sender::Create(*ParametersOf(Key(kSuite, 'a')));
  const Bytes packet = Protected(*sender, Rtp(0, 1, 7));
  ASSERT_EQ(call.Send(kPortA, kPartyA, packet), Drop::kNone);
  EXPECT_EQ(call.Sent(), packet);
  EXPECT_EQ(call.Stream(kA, false).ingress.bytes, packet.size() - 10);
  EXPECT_EQ(call.Stream(kB, false).egress.bytes, packet.size());
  EXPECT_EQ(call.Send(kPortA, kPartyA, packet), Drop::kSrtpReplay);
  Bytes damaged = Protected(*sender, Rtp(0, 2, 7));
  damaged.back() ^= 1;
  EXPECT_EQ(call.Send(kPortA, kStranger, damaged), Drop::kSrtpAuthentication);
  EXPECT_EQ(call.TargetOf(kA), kPartyA);
}

// A listener without that key makes it necessary to encrypt for each.
TEST(SrtpRelayedVerbatim, OneOtherReceiverEndsIt) {
  SecureCall call;
  constexpr uint32_t kC = 3;
  *call.media(kA)->mutable_srtp()->mutable_receive() = Key(kSuite, 'a');
  *call.media(kB)->mutable_srtp()->mutable_send() = Key(kSuite, 'a');
  call.AddParty(kC, "198.51.100.3:6000", "198.51.100.3:6001", "tc/1");
  call.AddRoute(kA, kC);
  call.Apply();
  auto sender = *srtp::Sender::Create(*ParametersOf(Key(kSuite, 'a')));
  const Bytes packet = Protected(*sender, Rtp(0, 1, 7));
  ASSERT_EQ(call.Send(kPortA, kPartyA, packet), Drop::kNone);
  ASSERT_EQ(call.sinks->size(), 2u);
  EXPECT_EQ(call.Sent(0), packet);  // the same index and key give the same octets
  EXPECT_EQ(call.Sent(1), Rtp(0, 1, 7));
}

TEST(SrtpValidation, KeysThatDoNotFitAreRefused) {
  SecureCall call;
  v1::SrtpKey* key = call.media(kB)->mutable_srtp()->mutable_receive();
  *key = Key(kSuite, 'r');
  EXPECT_TRUE(Validate(call.spec).ok());
  key->mutable_key()->pop_back();
  EXPECT_FALSE(Validate(call.spec).ok());
  *key = Key(kSuite, 'r');
  key->set_suite("ROT_13");
  EXPECT_FALSE(Validate(call.spec).ok());
}

}  // namespace
}  // namespace mediad::session::testing

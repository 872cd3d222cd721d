// Calls longer than a roll-over of sequence numbers, over a restart of the worker: what is reported, when, and what a
// new process makes of it.
#include "secure_fixture.h"

namespace mediad::session::testing {
namespace {

constexpr char kSuite[] = "AES_CM_128_HMAC_SHA1_80";
constexpr char kPartyA[] = "198.51.100.1:4000", kPartyB[] = "198.51.100.2:5000";
constexpr uint32_t kOfA = 7, kOfB = 9;  // SSRCs
constexpr uint16_t kStride = 8192;      // packets lost on the way, as far as anybody can tell

void Secure(SecureCall& call) {
  *call.media(kB)->mutable_srtp()->mutable_receive() = Key(kSuite, 'r');
  *call.media(kB)->mutable_srtp()->mutable_send() = Key(kSuite, 's');
}

// B speaks SRTP, A plain RTP; both send a packet of each kStride until they have come to `last`.
class LongCall : public ::testing::Test {
 protected:
  LongCall() {
    Secure(call);
    call.Apply();
    sender = *srtp::Sender::Create(*ParametersOf(Key(kSuite, 'r')));
    expected = *srtp::Sender::Create(*ParametersOf(Key(kSuite, 's')));
  }

  // A packet each way, as both parties want it.
  bool Passes(SecureCall& at, uint64_t index) {
    const auto sequence = static_cast<uint16_t>(index);
    const Bytes of_b = Rtp(0, sequence, kOfB), of_a = Rtp(0, sequence, kOfA);
    if (at.Send(kPortB, kPartyB, Protected(*sender, of_b)) != Drop::kNone || at.Sent() != of_b) {
      return false;
    }
    return at.Send(kPortA, kPartyA, of_a) == Drop::kNone && at.Sent() == Protected(*expected, of_a);
  }

  void TalkUntil(uint64_t last) {
    for (; next <= last; next += kStride) ASSERT_TRUE(Passes(call, next));
  }
  std::vector<SecureEvent> Reports() {
    call.session.NoteProgress(call.now);
    return call.session.TakeSecureEvents();
  }
  // What another process is told by the controller.
  static void Restore(const v1::DtlsKeys& keys, SecureCall* call) {
    Secure(*call);
    *call->media(kB)->mutable_srtp()->mutable_receive() = keys.receive();
    *call->media(kB)->mutable_srtp()->mutable_send() = keys.send();
    call->spec.set_generation(5);
    call->Apply();
  }

  SecureCall call;
  std::unique_ptr<srtp::Sender> sender;    // B's
  std::unique_ptr<srtp::Sender> expected;  // what B should get: of a sender that was never interrupted
  uint64_t next = 0;
  v1::DtlsKeys reported;
};

TEST_F(LongCall, ShortCallsReportNothing) {
  TalkUntil(40000);
  EXPECT_TRUE(Reports().empty());
}

TEST_F(LongCall, IsReportedBeforeTheFirstRollOverAndThenInSteps) {
  TalkUntil(50000);
  std::vector<SecureEvent> reports = Reports();
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_EQ(reports[0].kind, SecureEvent::Kind::kSrtpProgress);
  EXPECT_EQ(reports[0].media, kB);
  const v1::DtlsKeys& keys = reports[0].keys;
  EXPECT_EQ(keys.receive().key(), Key(kSuite, 'r').key());
  ASSERT_EQ(keys.receive().positions_size(), 1);
  EXPECT_EQ(keys.receive().positions(0).ssrc(), kOfB);
  EXPECT_EQ(keys.receive().positions(0).rtp_index(), 49152u);
  ASSERT_EQ(keys.send().positions_size(), 1);
  EXPECT_EQ(keys.send().positions(0).ssrc(), kOfA);
  EXPECT_FALSE(keys.send().positions(0).has_rtcp_index());

  EXPECT_TRUE(Reports().empty());
  TalkUntil(57344);
  call.Pass(std::chrono::seconds(10));
  EXPECT_TRUE(Reports().empty());
  TalkUntil(70000);
  reports = Reports();
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_EQ(reports[0].keys.receive().positions(0).rtp_index(), 65536u);
  TalkUntil(90000);
  EXPECT_TRUE(Reports().empty());  // the last one was just now
  call.Pass(std::chrono::seconds(10));
  EXPECT_EQ(Reports().size(), 1u);
}

// Whenever the process dies, also a whole report's distance after the last report.
TEST_F(LongCall, GoesOnInANewProcess) {
  for (const uint64_t died : {65536u, 73728u, 131072u, 139264u, 200704u, 327680u}) {
    TalkUntil(died - 2 * kStride);
    call.Pass(std::chrono::seconds(10));
    const std::vector<SecureEvent> reports = Reports();
    ASSERT_LE(reports.size(), 1u);
    if (!reports.empty()) reported = reports[0].keys;
    TalkUntil(died);
    SecureCall other;
    Restore(reported, &other);
    for (uint64_t index = died + 1; index < died + 200; ++index) {
      ASSERT_TRUE(Passes(other, index)) << index;
    }
  }
}

// The control: without what was reported neither side understands the other.
TEST_F(LongCall, WithoutReportsANewProcessIsLost) {
  TalkUntil(200000);
  v1::DtlsKeys bare;
  *bare.mutable_receive() = Key(kSuite, 'r');
  *bare.mutable_send() = Key(kSuite, 's');
  SecureCall other;
  Restore(bare, &other);
  EXPECT_EQ(other.Send(kPortB, kPartyB, Protected(*sender, Rtp(0, 3500, kOfB))),
            Drop::kSrtpAuthentication);
  ASSERT_EQ(other.Send(kPortA, kPartyA, Rtp(0, 3500, kOfA)), Drop::kNone);
  EXPECT_NE(other.Sent(), Protected(*expected, Rtp(0, 3500, kOfA)));
}

TEST_F(LongCall, WhatWasReceivedBeforeIsAReplayInANewProcess) {
  TalkUntil(131071);
  const Bytes recorded = Protected(*sender, Rtp(0, static_cast<uint16_t>(next), kOfB));
  ASSERT_EQ(call.Send(kPortB, kPartyB, recorded), Drop::kNone);
  const Bytes report = Rtcp(203, kOfB);
  const Bytes recorded_report = Protected(*sender, report, true);
  ASSERT_EQ(call.Send(kRtcpPortB, "198.51.100.2:5001", recorded_report), Drop::kNone);
  SecureCall other;
  Restore(Reports().at(0).keys, &other);
  EXPECT_EQ(other.Send(kPortB, kPartyB, recorded), Drop::kSrtpReplay);
  EXPECT_EQ(other.Send(kRtcpPortB, "198.51.100.2:5001", recorded_report), Drop::kSrtpReplay);
}

TEST_F(LongCall, SrtcpIndicesAreNotUsedAgain) {
  TalkUntil(70000);
  ASSERT_EQ(call.Send(kRtcpPortA, "198.51.100.1:4001", Rtcp(203, kOfA)), Drop::kNone);
  const Bytes before = call.Sent();
  SecureCall other;
  Restore(Reports().at(0).keys, &other);
  ASSERT_EQ(other.Send(kRtcpPortA, "198.51.100.1:4001", Rtcp(203, kOfA)), Drop::kNone);
  EXPECT_NE(other.Sent(), before);
  auto receiver = *srtp::Receiver::Create(*ParametersOf(Key(kSuite, 's')));
  EXPECT_EQ(Opened(*receiver, before, true), Rtcp(203, kOfA));
  EXPECT_EQ(Opened(*receiver, other.Sent(), true), Rtcp(203, kOfA));
}

// A context that is there knows better than a record.
TEST_F(LongCall, AReportThatComesBackToItsAuthorChangesNothing) {
  TalkUntil(70000);
  v1::DtlsKeys old = Reports().at(0).keys;
  TalkUntil(200000);
  *call.media(kB)->mutable_srtp()->mutable_receive() = old.receive();
  *call.media(kB)->mutable_srtp()->mutable_send() = old.send();
  call.Apply();
  EXPECT_TRUE(Passes(call, next));
}

TEST_F(LongCall, NewKeysBeginAnew) {
  TalkUntil(200000);
  ASSERT_EQ(Reports().size(), 1u);
  *call.media(kB)->mutable_srtp()->mutable_receive() = Key(kSuite, 'n');
  *call.media(kB)->mutable_srtp()->mutable_send() = Key(kSuite, 'm');
  call.Signal();
  call.Pass(std::chrono::seconds(10));
  EXPECT_TRUE(Reports().empty());
}

TEST(SrtpPositions, ThatNobodyCanHaveReportedAreRefused) {
  SecureCall call;
  Secure(call);
  v1::SrtpKey* key = call.media(kB)->mutable_srtp()->mutable_receive();
  key->add_positions()->set_rtp_index((uint64_t{1} << 48) - 1);
  EXPECT_TRUE(Validate(call.spec).ok());
  key->mutable_positions(0)->set_rtp_index(uint64_t{1} << 48);
  EXPECT_FALSE(Validate(call.spec).ok());
  key->mutable_positions(0)->set_rtp_index(0);
  for (size_t i = 0; i < srtp::kMaxStreams; ++i) key->add_positions();
  EXPECT_FALSE(Validate(call.spec).ok());
}

}  // namespace
}  // namespace mediad::session::testing

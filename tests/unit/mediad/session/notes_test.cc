// What others are told of packets: RTCP in the clear, ends of DTMF events where somebody wants them.
#include "secure_fixture.h"

namespace mediad::session::testing {
namespace {

constexpr char kSuite[] = "AES_CM_128_HMAC_SHA1_80";
constexpr char kPartyA[] = "198.51.100.1:4000", kPartyB[] = "198.51.100.2:5000";

void AddCodec(v1::Media* media, uint32_t payload_type, const char* name) {
  v1::Codec* codec = media->add_codecs();
  codec->set_payload_type(payload_type);
  codec->set_name(name);
  codec->set_clock_rate(8000);
}

Bytes Event(uint8_t payload_type, uint16_t sequence, bool end) {
  Bytes packet = Rtp(payload_type, sequence, 7, 0);
  for (const uint8_t octet : Bytes{11, static_cast<uint8_t>(end ? 0x8a : 0x0a), 0x02, 0x80}) packet.push_back(octet);
  for (size_t i = 4; i < 8; ++i) packet[i] = 0;  // all of one event
  return packet;
}

TEST(NotesTest, RtcpOfASecurePartyIsToldInTheClear) {
  SecureCall call;
  *call.media(kB)->mutable_srtp()->mutable_receive() = Key(kSuite, 'r');
  *call.media(kB)->mutable_srtp()->mutable_send() = Key(kSuite, 's');
  call.Apply();
  const auto sender = *srtp::Sender::Create(*ParametersOf(Key(kSuite, 'r')));
  EXPECT_EQ(call.Send(kRtcpPortB, "198.51.100.2:5001", Protected(*sender, Rtcp(201, 9), true)), Drop::kNone);
  EXPECT_EQ(Bytes(call.sinks->rtcp().begin(), call.sinks->rtcp().end()), Rtcp(201, 9));
  EXPECT_TRUE(call.sinks->has_notes());
  // Not what does not authenticate, and not RTP.
  call.Send(kRtcpPortB, "198.51.100.2:5001", Rtcp(201, 9));
  EXPECT_TRUE(call.sinks->rtcp().empty());
  call.Send(kPortA, kPartyA, Rtp(0, 1, 7));
  EXPECT_FALSE(call.sinks->has_notes());
}

TEST(NotesTest, DtmfIsToldOnceAndOnlyToWhoWants) {
  Call call;
  AddCodec(call.media(kA), 101, "telephone-event");
  call.Apply();
  call.Send(kPortA, kPartyA, Event(101, 1, true));
  EXPECT_FALSE(call.sinks->has_notes());

  call.media(kA)->set_report_dtmf(true);
  call.Apply();
  EXPECT_EQ(call.Send(kPortA, kPartyA, Event(101, 1, false)), Drop::kNone);
  EXPECT_FALSE(call.sinks->dtmf());
  EXPECT_EQ(call.Send(kPortA, kPartyA, Event(101, 2, true)), Drop::kNone);
  ASSERT_TRUE(call.sinks->dtmf());
  EXPECT_EQ(call.sinks->dtmf()->media, kA);
  EXPECT_EQ(call.sinks->dtmf()->event.event, 11);
  EXPECT_EQ(call.sinks->dtmf()->event.duration_ms, 80u);
  EXPECT_EQ(call.sinks->dtmf()->event.volume, 10);
  EXPECT_EQ(call.Sent(), Event(101, 2, true)) << "it passes as it is";
  // A copy, also after signalling.
  call.Signal();
  call.Send(kPortA, kPartyA, Event(101, 3, true));
  EXPECT_FALSE(call.sinks->dtmf());
  // B's are nobody's business.
  AddCodec(call.media(kB), 101, "telephone-event");
  call.Apply();
  call.Send(kPortB, kPartyB, Event(101, 1, true));
  EXPECT_FALSE(call.sinks->dtmf());
}

TEST(NotesTest, PayloadTypesMayBeThoseOfTheReceiverAndInsideRedundancy) {
  Call call;
  AddCodec(call.media(kB), 96, "telephone-event");
  AddCodec(call.media(kA), 120, "red");
  call.media(kA)->set_report_dtmf(true);
  call.Apply();
  call.Send(kPortA, kPartyA, Event(96, 1, true));
  EXPECT_TRUE(call.sinks->dtmf());
  Bytes redundant = Rtp(120, 2, 8, 0);
  for (const uint8_t octet : Bytes{0x80 | 96, 0, 0, 1, 96, 0xaa, 5, 0x8a, 3, 0x20}) redundant.push_back(octet);
  call.Send(kPortA, kPartyA, redundant);
  ASSERT_TRUE(call.sinks->dtmf());
  EXPECT_EQ(call.sinks->dtmf()->event.event, 5);
  call.Send(kPortA, kPartyA, Rtp(0, 3, 7));
  EXPECT_FALSE(call.sinks->dtmf());
}

TEST(NotesTest, DroppedTrafficTellsNothing) {
  Call call;
  AddCodec(call.media(kA), 101, "telephone-event");
  call.media(kA)->set_report_dtmf(true);
  call.spec.set_drop_traffic(true);
  call.Apply();
  call.Send(kPortA, kPartyA, Event(101, 1, true));
  EXPECT_FALSE(call.sinks->has_notes());
  call.Send(kRtcpPortA, "198.51.100.1:4001", Rtcp(201, 9));
  EXPECT_FALSE(call.sinks->has_notes());
}

}  // namespace
}  // namespace mediad::session::testing

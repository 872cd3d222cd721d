// Blocking, silencing and echoing of routes: packets in, packets out.
#include <gtest/gtest.h>

#include "tests/unit/mediad/session/fixture.h"

namespace mediad::session {
namespace {

using testing::Bytes;
using testing::Call;
using testing::kA;
using testing::kB;
using testing::kPortA;
using testing::kPortB;
using testing::kRtcpPortA;
using testing::Rtcp;
using testing::Rtp;
namespace v1 = rtpengine::v1;

constexpr char kPartyA[] = "198.51.100.1:4000";
constexpr char kPartyB[] = "198.51.100.2:5000";

void AddCodec(v1::Media* media, uint32_t payload_type, const char* name, uint32_t rate = 8000) {
  v1::Codec* codec = media->add_codecs();
  codec->set_payload_type(payload_type);
  codec->set_name(name);
  codec->set_clock_rate(rate);
}

// As an offer and its answer leave it: both sides list everything.
void AddCodecs(Call* call) {
  for (const uint32_t id : {kA, kB}) {
    AddCodec(call->media(id), 8, "pcma");
    AddCodec(call->media(id), 97, "G722");
    AddCodec(call->media(id), 18, "G729");
    AddCodec(call->media(id), 101, "telephone-event");
    AddCodec(call->media(id), 120, "red");
    AddCodec(call->media(id), 13, "CN");
  }
}

Bytes Filled(Bytes packet, uint8_t octet) {
  std::fill(packet.begin() + 12, packet.end(), octet);
  return packet;
}

TEST(ManipulationTest, SilenceOverwritesWhatItCanAndDropsTheRest) {
  Call call;
  AddCodecs(&call);
  call.spec.mutable_routes(0)->set_silence_rtp(true);
  call.Signal();
  const std::pair<uint8_t, uint8_t> overwritten[] = {{0, 0xff}, {8, 0xd5}, {9, 0xfa}, {97, 0xfa}};
  for (const auto& [payload_type, octet] : overwritten) {
    const Bytes packet = Rtp(payload_type, 1, 4096, 20);
    EXPECT_EQ(call.Send(kPortA, kPartyA, packet), Drop::kNone) << int{payload_type};
    EXPECT_EQ(call.Sent(), Filled(packet, octet)) << int{payload_type};
  }
  for (const uint8_t payload_type : Bytes{18, 101, 120, 13, 3, 96, 77}) {
    EXPECT_EQ(call.Send(kPortA, kPartyA, Rtp(payload_type, 1, 4096)), Drop::kSilenced)
        << int{payload_type};
    EXPECT_TRUE(call.sinks->empty());
  }
  // RTCP and the other direction are not concerned.
  EXPECT_EQ(call.Send(kRtcpPortA, "198.51.100.1:4001", Rtcp(201, 1)), Drop::kNone);
  EXPECT_EQ(call.Send(kPortB, kPartyB, Rtp(18, 1, 8192)), Drop::kNone);
  EXPECT_EQ(call.Sent(), Rtp(18, 1, 8192));
}

TEST(ManipulationTest, SilenceIsOfTheRouteNotOfTheParty) {
  Call call;
  constexpr uint32_t kC = 3;
  call.AddParty(kC, "198.51.100.3:6000", "198.51.100.3:6001", "tc/1");
  call.AddRoute(kA, kC);
  call.spec.mutable_routes(0)->set_silence_rtp(true);
  call.Signal();
  const Bytes packet = Rtp(0, 1, 4096);
  EXPECT_EQ(call.Send(kPortA, kPartyA, packet), Drop::kNone);
  ASSERT_EQ(call.sinks->size(), 2u);
  EXPECT_EQ(call.Sent(0), Filled(packet, 0xff));
  EXPECT_EQ(call.Sent(1), packet);
}

TEST(ManipulationTest, SilenceTrustsNobodyWhenTheSidesDisagree) {
  Call call;
  AddCodec(call.media(kA), 96, "G722");
  AddCodec(call.media(kB), 96, "opus", 48000);
  AddCodec(call.media(kB), 98, "G722");
  call.spec.mutable_routes(0)->set_silence_rtp(true);
  call.Signal();
  EXPECT_EQ(call.Send(kPortA, kPartyA, Rtp(96, 1, 1)), Drop::kSilenced);
  EXPECT_EQ(call.Send(kPortA, kPartyA, Rtp(98, 1, 1)), Drop::kSilenced);
}

TEST(ManipulationTest, SilenceHoldsBackWhatIsNotRtp) {
  Call call;
  call.media(kA)->set_transport(v1::OPAQUE);
  call.media(kB)->set_transport(v1::OPAQUE);
  call.spec.mutable_routes(0)->set_silence_rtp(true);
  call.spec.mutable_routes(1)->set_block_dtmf(true);
  call.Signal();
  EXPECT_EQ(call.Send(kPortA, kPartyA, {1, 2, 3}), Drop::kSilenced);
  EXPECT_EQ(call.Send(kPortB, kPartyB, {1, 2, 3}), Drop::kNone);
}

TEST(ManipulationTest, DtmfOfOneRouteIsDropped) {
  Call call;
  AddCodecs(&call);
  call.spec.mutable_routes(0)->set_block_dtmf(true);
  call.Signal();
  EXPECT_EQ(call.Send(kPortA, kPartyA, Rtp(101, 1, 4096, 4)), Drop::kDtmf);
  EXPECT_EQ(call.Send(kPortA, kPartyA, Rtp(0, 2, 4096)), Drop::kNone);
  EXPECT_EQ(call.Send(kPortB, kPartyB, Rtp(101, 1, 8192, 4)), Drop::kNone);
  EXPECT_EQ(call.Stream(kA, false).ingress.packets, 2u);  // dropped ones count
}

TEST(ManipulationTest, AnEventForEitherSideIsOne) {
  for (const uint32_t names_it : {kA, kB}) {
    Call call;
    AddCodec(call.media(names_it), 101, "telephone-event");
    call.spec.mutable_routes(0)->set_block_dtmf(true);
    call.Signal();
    EXPECT_EQ(call.Send(kPortA, kPartyA, Rtp(101, 1, 1, 4)), Drop::kDtmf) << names_it;
    EXPECT_EQ(call.Send(kPortA, kPartyA, Rtp(102, 1, 1, 4)), Drop::kNone) << names_it;
  }
}

TEST(ManipulationTest, AnEventInsideRedundancyDoesNotPass) {
  Call call;
  AddCodecs(&call);
  call.spec.mutable_routes(0)->set_block_dtmf(true);
  call.Signal();
  Bytes audio = Rtp(120, 1, 1, 8);
  audio[12] = 0x80 | 8;  // redundant PCMA, then PCMU
  audio[16] = 0;
  EXPECT_EQ(call.Send(kPortA, kPartyA, audio), Drop::kNone);
  audio[12] = 0x80 | 101;
  EXPECT_EQ(call.Send(kPortA, kPartyA, audio), Drop::kDtmf);
}

TEST(ManipulationTest, ShortPacketsAreDroppedWhereTheCodecSaysSo) {
  Call call;
  call.media(kA)->mutable_codecs(0)->set_min_payload(160);
  AddCodec(call.media(kA), 101, "telephone-event");
  call.Signal();
  EXPECT_EQ(call.Send(kPortA, kPartyA, Rtp(0, 1, 1, 160)), Drop::kNone);
  EXPECT_EQ(call.Send(kPortA, kPartyA, Rtp(0, 2, 1, 159)), Drop::kShort);
  EXPECT_EQ(call.Send(kPortA, kPartyA, Rtp(101, 3, 1, 4)), Drop::kNone);
  EXPECT_EQ(call.Send(kPortB, kPartyB, Rtp(0, 1, 2, 10)), Drop::kNone);
}

TEST(ManipulationTest, AMediaMayHearItself) {
  Call call;
  call.spec.clear_routes();
  call.AddRoute(kA, kA);
  call.Signal();
  const Bytes packet = Rtp(0, 1, 4096);
  EXPECT_EQ(call.Send(kPortA, kPartyA, packet), Drop::kNone);
  EXPECT_EQ(call.Went(), "203.0.113.1:30100 > 198.51.100.1:4000");
  EXPECT_EQ(call.Sent(), packet);
  EXPECT_EQ(call.Send(kRtcpPortA, "198.51.100.1:4001", Rtcp(201, 1)), Drop::kNone);
  EXPECT_EQ(call.Went(), "203.0.113.1:30101 > 198.51.100.1:4001");
  EXPECT_EQ(call.Send(kPortB, kPartyB, Rtp(0, 1, 8192)), Drop::kNoRoute);
}

}  // namespace
}  // namespace mediad::session

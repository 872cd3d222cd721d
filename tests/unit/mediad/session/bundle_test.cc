// Media that share a transport: whose packet is whose.
#include "bundle_fixture.h"

namespace mediad::session::testing {
namespace {

constexpr char kPartyA[] = "198.51.100.1:4000";
constexpr uint32_t kAudio = BundleCall::kAudio, kVideo = BundleCall::kVideo, kVideoB = BundleCall::kVideoB;

class Bundle : public ::testing::Test {
 protected:
  Bundle() { call.Apply(); }
  std::string PartOf(SocketIndex socket, Bytes packet) {
    call.Send(socket, kPartyA, std::move(packet));
    return call.sinks->empty() ? "" : (*call.sinks)[0].destination.ToString();
  }
  static Bytes WithMid(Bytes packet, char mid) {
    packet[0] |= 0x10;
    const Bytes extension = {0xbe, 0xde, 0, 1, 0x30, static_cast<uint8_t>(mid), 0, 0};
    Bytes extended(packet.begin(), packet.begin() + 12);
    for (const uint8_t octet : extension) extended.push_back(octet);
    for (size_t i = 12; i < packet.size(); ++i) extended.push_back(packet[i]);
    return extended;
  }

  BundleCall call;
};

TEST_F(Bundle, APayloadTypeThatOneMediaHasTells) {
  EXPECT_EQ(PartOf(kPortA, Rtp(0, 1, 10)), "198.51.100.2:5000");
  EXPECT_EQ(PartOf(kPortA, Rtp(96, 1, 11)), "198.51.100.2:5002");
  EXPECT_EQ(call.Stream(kVideo, false).ingress.packets, 1u);
}

TEST_F(Bundle, TheMidTellsAndItsSsrcIsRemembered) {
  EXPECT_EQ(PartOf(kPortA, WithMid(Rtp(0, 1, 12), 'v')), "198.51.100.2:5002");
  EXPECT_EQ(PartOf(kPortA, Rtp(0, 2, 12)), "198.51.100.2:5002");
  EXPECT_EQ(PartOf(kPortA, WithMid(Rtp(0, 3, 12), 'a')), "198.51.100.2:5000");
}

// Positions change when a party gets another section; what was learned of an SSRC stays.
TEST_F(Bundle, WhatWasLearnedOutlivesAnotherOrderOfMedia) {
  PartOf(kPortA, WithMid(Rtp(0, 1, 12), 'v'));
  call.spec.mutable_media()->SwapElements(0, 2);
  call.Apply();
  EXPECT_EQ(PartOf(kPortA, Rtp(0, 2, 12)), "198.51.100.2:5002");
}

// The party is behind NAT, and what comes first is video.
TEST_F(Bundle, AllMediaAreSentToWhereAnyOfThemCameFrom) {
  call.media(kAudio)->set_nat_wait(true);
  call.media(kVideo)->set_nat_wait(true);
  call.Apply();
  EXPECT_EQ(call.Send(kPortB, "198.51.100.2:5000", Rtp(0, 1, 20)), Drop::kNatWait);
  call.Send(kPortA, "198.51.100.77:1234", Rtp(96, 1, 11));
  call.Pass(std::chrono::seconds(1));
  call.Send(kPortA, "198.51.100.77:1234", Rtp(96, 2, 11));
  ASSERT_EQ(call.Send(kPortB, "198.51.100.2:5000", Rtp(0, 2, 20)), Drop::kNone);
  ASSERT_EQ(call.sinks->size(), 1u);
  EXPECT_EQ((*call.sinks)[0].destination, At("198.51.100.77:1234"));
  EXPECT_EQ(call.Statistics().media(2).streams(0).endpoint().port(), 1234u);
}

TEST_F(Bundle, WhatNobodyClaimsIsDropped) {
  EXPECT_EQ(call.Send(kPortA, kPartyA, Rtp(111, 1, 13)), Drop::kBundleUnknown);
}

// Nothing is authenticated then, so nothing may be learned either.
TEST_F(Bundle, DroppedTrafficTeachesNoSsrc) {
  call.spec.set_drop_traffic(true);
  call.Apply();
  EXPECT_EQ(call.Send(kPortA, kPartyA, WithMid(Rtp(0, 1, 12), 'v')), Drop::kTraffic);
  call.spec.set_drop_traffic(false);
  call.Apply();
  EXPECT_EQ(PartOf(kPortA, Rtp(0, 2, 12)), "198.51.100.2:5000");
}

TEST_F(Bundle, RtcpGoesByItsAuthorOrItsSubject) {
  PartOf(kPortA, Rtp(96, 1, 11));
  EXPECT_EQ(PartOf(kPortA, Rtcp(203, 11)), "198.51.100.2:5003");
  // A picture loss indication of an unknown author about what video sends to it.
  call.Send(kPortA + 6, "198.51.100.2:5002", Rtp(96, 1, 0x55));
  Bytes indication = Rtcp(206, 77);
  indication[0] = 0x81;
  indication[3] = 2;
  for (const int octet : {0, 0, 0, 0x55}) indication.push_back(static_cast<uint8_t>(octet));
  EXPECT_EQ(PartOf(kPortA, indication), "198.51.100.2:5003");
}

TEST_F(Bundle, EverythingLeavesByTheHeadsPort) {
  call.Send(kPortA + 6, "198.51.100.2:5002", Rtp(96, 1, 0x55));
  ASSERT_EQ(call.sinks->size(), 1u);
  EXPECT_EQ((*call.sinks)[0].destination.ToString(), kPartyA);
  EXPECT_EQ((*call.sinks)[0].socket, kPortA);
}

TEST_F(Bundle, PacketsForTheBundleSayWhoseTheyAre) {
  const Bytes packet = Rtp(96, 1, 0x55);
  call.Send(kPortA + 6, "198.51.100.2:5002", packet);
  ASSERT_EQ(call.sinks->size(), 1u);
  const std::span<const uint8_t> sent = (*call.sinks)[0].bytes;
  EXPECT_EQ(Bytes(sent.begin(), sent.end()), WithMid(packet, 'v'));
  call.Send(kPortA + 6, "198.51.100.2:5002", WithMid(packet, 'v'));
  EXPECT_EQ((*call.sinks)[0].bytes.size(), packet.size() + 8);
}

TEST_F(Bundle, ABundleOfOneIsOpenToEveryPayloadTypeAndGetsItsMid) {
  call.media(kVideo)->clear_bundled();
  call.media(kVideo)->set_port_set(kVideo);
  call.Apply();
  EXPECT_EQ(PartOf(kPortA, Rtp(111, 1, 13)), "198.51.100.2:5000");
  const Bytes packet = Rtp(0, 1, 0x55);
  call.Send(kPortB, "198.51.100.2:5000", packet);
  ASSERT_EQ(call.sinks->size(), 1u);
  const std::span<const uint8_t> sent = (*call.sinks)[0].bytes;
  EXPECT_EQ(Bytes(sent.begin(), sent.end()), WithMid(packet, 'a'));
}

}  // namespace
}  // namespace mediad::session::testing

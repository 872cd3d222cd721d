#include "mediad/rtp/payload.h"

#include <gtest/gtest.h>

#include <vector>

namespace mediad::rtp {
namespace {

using Bytes = std::vector<uint8_t>;

Bytes Packet(uint8_t first, const Bytes& rest) {
  Bytes packet(kFixedHeaderSize, 0);
  packet[0] = first;
  for (const uint8_t octet : rest) packet.push_back(octet);
  return packet;
}

Bytes Overwritten(Bytes packet) {
  OverwritePayload(0xff, packet);
  return packet;
}

TEST(PayloadTest, KindsByName) {
  EXPECT_EQ(KindOf("PCMU"), PayloadKind::kPcmu);
  EXPECT_EQ(KindOf("pcma"), PayloadKind::kPcma);
  EXPECT_EQ(KindOf("G722"), PayloadKind::kG722);
  EXPECT_EQ(KindOf("Telephone-Event"), PayloadKind::kTelephoneEvent);
  EXPECT_EQ(KindOf("RED"), PayloadKind::kRedundancy);
  for (const char* other : {"", "PCM", "PCMUX", "opus", "L16", "G729", "CN"}) {
    EXPECT_EQ(KindOf(other), PayloadKind::kOther) << other;
  }
}

TEST(PayloadTest, SilenceByKind) {
  EXPECT_EQ(SilenceOf(StaticKindOf(0)), 0xff);
  EXPECT_EQ(SilenceOf(StaticKindOf(8)), 0xd5);
  EXPECT_EQ(SilenceOf(StaticKindOf(9)), 0xfa);
  for (const uint8_t other : Bytes{3, 13, 18, 34, 96, 101, 127}) {
    EXPECT_EQ(SilenceOf(StaticKindOf(other)), kNoSilence) << int{other};
  }
  EXPECT_EQ(SilenceOf(PayloadKind::kTelephoneEvent), kNoSilence);
  EXPECT_EQ(SilenceOf(PayloadKind::kRedundancy), kNoSilence);
}

TEST(PayloadTest, HeaderCsrcExtensionAndPaddingStay) {
  // One CSRC, an extension of one word, three octets of payload, two of padding.
  const Bytes packet = Packet(0xb1, {0, 0, 0, 5, 0xbe, 0xde, 0, 1, 0x10, 1, 2, 3, 7, 8, 9, 0, 2});
  EXPECT_EQ(Overwritten(packet), Packet(0xb1, {0, 0, 0, 5, 0xbe, 0xde, 0, 1, 0x10, 1, 2, 3, 0xff,
                                               0xff, 0xff, 0, 2}));
  EXPECT_EQ(PayloadSize(*HeaderView::Parse(packet)), 3u);
}

TEST(PayloadTest, PaddingThatCannotBeHidesNothing) {
  EXPECT_EQ(Overwritten(Packet(0xa0, {7, 8, 9})), Packet(0xa0, {0xff, 0xff, 0xff}));
  EXPECT_EQ(Overwritten(Packet(0xa0, {7, 8, 0})), Packet(0xa0, {0xff, 0xff, 0xff}));
  EXPECT_EQ(Overwritten(Packet(0xa0, {})), Packet(0xa0, {}));
  EXPECT_EQ(Overwritten(Packet(0xa0, {7, 8, 3})), Packet(0xa0, {7, 8, 3}));  // all of it is padding
  EXPECT_EQ(Overwritten({1, 2, 3}), Bytes({1, 2, 3}));                       // not RTP
}

TEST(PayloadTest, BlocksOfRedundancy) {
  const auto has = [](uint8_t wanted, const Bytes& payload) {
    return AnyRedundantBlock(payload, [wanted](uint8_t type) { return type == wanted; });
  };
  const Bytes two = {0x80 | 101, 0, 0, 4, 0, 5, 10, 0, 160, 0x55};
  EXPECT_TRUE(has(101, two));
  EXPECT_TRUE(has(0, two));
  EXPECT_FALSE(has(8, two));
  EXPECT_TRUE(has(8, {}));               // nobody knows what that was
  EXPECT_TRUE(has(8, {0x80, 0, 0}));     // a header cut short
  EXPECT_TRUE(has(8, {0x80, 0, 0, 4}));  // no last header
}

}  // namespace
}  // namespace mediad::rtp

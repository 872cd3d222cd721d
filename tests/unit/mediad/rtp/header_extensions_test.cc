#include "mediad/rtp/header_extensions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace mediad::rtp {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

using Octets = std::vector<uint8_t>;

// An RTP packet with one CSRC, this extension and three octets of payload.
Octets Packet(uint16_t profile, Octets elements) {
  Octets packet = {0x91, 0x00, 0x00, 0x01, 0, 0, 0, 160, 0, 0, 0, 7, 0xcc, 0xcc, 0xcc, 0xcc};
  const size_t words = (elements.size() + 3) / 4;
  elements.resize(4 * words);
  for (const size_t octet : {size_t{profile} >> 8, size_t{profile} & 0xff, words >> 8, words & 0xff}) {
    packet.push_back(static_cast<uint8_t>(octet));
  }
  packet.insert(packet.end(), elements.begin(), elements.end());
  packet.insert(packet.end(), {'e', 'n', 'd'});
  return packet;
}

// The same without any extension.
Octets Bare() {
  return {0x81, 0x00, 0x00, 0x01, 0,   0,   0,  160, 0, 0,
          0,    7,    0xcc, 0xcc, 0xcc, 0xcc, 'e', 'n', 'd'};
}

std::vector<std::pair<int, Octets>> Elements(const Octets& packet) {
  std::vector<std::pair<int, Octets>> all;
  const auto view = HeaderView::Parse(packet);
  if (!view) return all;
  ExtensionReader reader(*view);
  ExtensionElement element;
  while (reader.Next(&element)) {
    all.emplace_back(element.id, Octets(element.value.begin(), element.value.end()));
  }
  return all;
}

Octets Stripped(Octets packet, std::initializer_list<uint8_t> ids) {
  ExtensionIds set;
  for (const uint8_t id : ids) set.set(id);
  packet.resize(StripExtensions(set, packet));
  return packet;
}

// room: octets behind the packet
Octets Inserted(Octets packet, uint8_t id, const std::string& value, size_t room = kInsertionRoom) {
  const size_t size = packet.size();
  packet.resize(size + room);
  const std::span<const uint8_t> octets(reinterpret_cast<const uint8_t*>(value.data()), value.size());
  packet.resize(InsertExtension(id, octets, packet, size));
  return packet;
}

// RFC 8285 §4.2: one octet, two octets with padding, four octets.
const Octets kOneByte = {0x10, 0xa1, 0x21, 0xb1, 0xb2, 0, 0, 0x33, 0xc1, 0xc2, 0xc3, 0xc4};
// RFC 8285 §4.3: no octet, one octet with padding, four octets.
const Octets kTwoByte = {1, 0, 2, 1, 0xb1, 0, 3, 4, 0xc1, 0xc2, 0xc3, 0xc4};

TEST(HeaderExtensions, ReadsTheOneByteForm) {
  EXPECT_THAT(Elements(Packet(0xbede, kOneByte)),
              ElementsAre(Pair(1, Octets{0xa1}), Pair(2, Octets{0xb1, 0xb2}),
                          Pair(3, Octets{0xc1, 0xc2, 0xc3, 0xc4})));
}

TEST(HeaderExtensions, ReadsTheTwoByteFormWhateverTheApplicationBits) {
  const auto all = ElementsAre(Pair(1, Octets{}), Pair(2, Octets{0xb1}),
                               Pair(3, Octets{0xc1, 0xc2, 0xc3, 0xc4}));
  EXPECT_THAT(Elements(Packet(0x1000, kTwoByte)), all);
  EXPECT_THAT(Elements(Packet(0x100f, kTwoByte)), all);
}

TEST(HeaderExtensions, AnotherProfileHasNoElements) {
  EXPECT_TRUE(Elements(Packet(0x1010, kTwoByte)).empty());
  EXPECT_TRUE(Elements(Packet(0xbedf, kOneByte)).empty());
  EXPECT_TRUE(Elements(Bare()).empty());
}

TEST(HeaderExtensions, FindsTheFirstOfAnId) {
  const Octets packet = Packet(0xbede, {0x10, 'a', 0x21, 'm', '0', 0x20, 'x'});
  const auto view = HeaderView::Parse(packet);
  ASSERT_TRUE(view);
  const auto found = FindExtension(*view, 2);
  ASSERT_TRUE(found);
  EXPECT_EQ(std::string(found->begin(), found->end()), "m0");
  EXPECT_FALSE(FindExtension(*view, 3));
  EXPECT_FALSE(FindExtension(*view, 0));
}

TEST(HeaderExtensions, ReadingEndsAtTheReservedIdAndAtPaddingWithALength) {
  EXPECT_THAT(Elements(Packet(0xbede, {0x10, 'a', 0xf0, 'b', 0x20, 'c'})),
              ElementsAre(Pair(1, Octets{'a'})));
  EXPECT_THAT(Elements(Packet(0xbede, {0x10, 'a', 0x01, 'b', 0x20, 'c'})),
              ElementsAre(Pair(1, Octets{'a'})));
}

TEST(HeaderExtensions, AnElementBeyondTheEndIsNone) {
  EXPECT_THAT(Elements(Packet(0xbede, {0x10, 'a', 0x22, 'b'})), ElementsAre(Pair(1, Octets{'a'})));
  EXPECT_THAT(Elements(Packet(0x1000, {1, 0, 2, 1})), ElementsAre(Pair(1, Octets{})));
  EXPECT_THAT(Elements(Packet(0x1000, {1, 1, 'a', 2})), ElementsAre(Pair(1, Octets{'a'})));
}

TEST(HeaderExtensions, StripsFirstMiddleAndLast) {
  const Octets packet = Packet(0xbede, kOneByte);
  EXPECT_EQ(Stripped(packet, {1}),
            Packet(0xbede, {0x21, 0xb1, 0xb2, 0x33, 0xc1, 0xc2, 0xc3, 0xc4}));
  EXPECT_EQ(Stripped(packet, {2}), Packet(0xbede, {0x10, 0xa1, 0x33, 0xc1, 0xc2, 0xc3, 0xc4}));
  EXPECT_EQ(Stripped(packet, {3}), Packet(0xbede, {0x10, 0xa1, 0x21, 0xb1, 0xb2}));
  EXPECT_EQ(Stripped(packet, {1, 3}), Packet(0xbede, {0x21, 0xb1, 0xb2}));
}

TEST(HeaderExtensions, StripsTheTwoByteForm) {
  const Octets packet = Packet(0x1003, kTwoByte);
  EXPECT_EQ(Stripped(packet, {1}), Packet(0x1003, {2, 1, 0xb1, 3, 4, 0xc1, 0xc2, 0xc3, 0xc4}));
  EXPECT_EQ(Stripped(packet, {3}), Packet(0x1003, {1, 0, 2, 1, 0xb1}));
  EXPECT_EQ(Stripped(packet, {1, 2, 3}), Bare());
}

TEST(HeaderExtensions, AnEmptiedExtensionGoesAltogether) {
  EXPECT_EQ(Stripped(Packet(0xbede, kOneByte), {1, 2, 3}), Bare());
}

TEST(HeaderExtensions, WithoutAnythingToRemoveThePacketStaysAsItIs) {
  // Inner padding, and what no reader would look at, included.
  const Octets packet = Packet(0xbede, {0x10, 'a', 0, 0, 0x20, 'b', 0xf0, 'c'});
  EXPECT_EQ(Stripped(packet, {3, 15}), packet);
  EXPECT_EQ(Stripped(Bare(), {1}), Bare());
  EXPECT_EQ(Stripped(Packet(0x1010, kTwoByte), {1}), Packet(0x1010, kTwoByte));
}

TEST(HeaderExtensions, WhatCannotBeReadGoesWithTheRemovedOnes) {
  EXPECT_EQ(Stripped(Packet(0xbede, {0x10, 'a', 0x20, 'b', 0xf0, 'c'}), {1}),
            Packet(0xbede, {0x20, 'b'}));
}

TEST(HeaderExtensions, NoRtpPacketIsLeftAlone) {
  const Octets octets = {0x90, 0, 0};
  EXPECT_EQ(Stripped(octets, {1}), octets);
  EXPECT_EQ(Inserted(octets, 1, "m"), octets);
}

TEST(HeaderExtensions, InsertsInTheFormThatIsThere) {
  EXPECT_EQ(Inserted(Bare(), 4, "m0"), Packet(0xbede, {0x41, 'm', '0'}));
  EXPECT_EQ(Inserted(Packet(0xbede, {0x10, 'a'}), 4, "m0"),
            Packet(0xbede, {0x41, 'm', '0', 0, 0x10, 'a'}));
  EXPECT_EQ(Inserted(Packet(0x1003, {1, 0}), 4, "m0"), Packet(0x1003, {4, 2, 'm', '0', 1, 0}));
  EXPECT_EQ(Inserted(Bare(), 15, "m0"), Packet(0x1000, {15, 2, 'm', '0'}));
}

TEST(HeaderExtensions, InsertsNothingThatIsThereOrHasNoPlace) {
  const Octets packet = Packet(0xbede, {0x40, 'a'});
  EXPECT_EQ(Inserted(packet, 4, "m"), packet);
  EXPECT_EQ(Inserted(packet, 15, "m"), packet);
  EXPECT_EQ(Inserted(packet, 5, "seventeen octets!"), packet);
  EXPECT_EQ(Inserted(Packet(0x1010, {1}), 4, "m"), Packet(0x1010, {1}));
  EXPECT_EQ(Inserted(Bare(), 4, "m", 7), Bare());
}

}  // namespace
}  // namespace mediad::rtp

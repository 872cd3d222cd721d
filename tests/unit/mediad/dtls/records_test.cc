// What is taken for DTLS before any key is known.
#include "mediad/dtls/records.h"

#include <gtest/gtest.h>

#include <vector>

namespace mediad::dtls {
namespace {

using Octets = std::vector<uint8_t>;

Octets MakeRecord(uint8_t type, uint16_t epoch, const Octets& content, uint8_t minor = 0xfd) {
  Octets record = {type,
                   0xfe,
                   minor,
                   static_cast<uint8_t>(epoch >> 8),
                   static_cast<uint8_t>(epoch),
                   0,
                   0,
                   0,
                   0,
                   0,
                   1,
                   static_cast<uint8_t>(content.size() >> 8),
                   static_cast<uint8_t>(content.size())};
  record.insert(record.end(), content.begin(), content.end());
  return record;
}

Octets Fragment(uint8_t type, uint32_t length, uint32_t offset, uint32_t fragment, size_t present) {
  const auto high = [](uint32_t v) { return static_cast<uint8_t>(v >> 16); };
  const auto middle = [](uint32_t v) { return static_cast<uint8_t>(v >> 8); };
  const auto low = [](uint32_t v) { return static_cast<uint8_t>(v); };
  Octets octets = {type,
                   high(length),
                   middle(length),
                   low(length),
                   0,
                   0,
                   high(offset),
                   middle(offset),
                   low(offset),
                   high(fragment),
                   middle(fragment),
                   low(fragment)};
  octets.resize(octets.size() + present, 0x55);
  return octets;
}

TEST(Records, AreCutOffOneByOne) {
  Octets datagram = MakeRecord(22, 0, {1, 2, 3});
  const Octets second = MakeRecord(23, 1, {9}, 0xff);
  datagram.insert(datagram.end(), second.begin(), second.end());
  std::span<const uint8_t> rest(datagram);
  Record record;
  ASSERT_TRUE(NextRecord(&rest, &record));
  EXPECT_EQ(record.type, ContentType::kHandshake);
  EXPECT_EQ(record.epoch, 0);
  EXPECT_EQ(record.content.size(), 3u);
  ASSERT_TRUE(NextRecord(&rest, &record));
  EXPECT_EQ(record.type, ContentType::kData);
  EXPECT_EQ(record.epoch, 1);
  EXPECT_EQ(record.octets.size(), kRecordHeader + 1);
  EXPECT_TRUE(rest.empty());
  EXPECT_FALSE(NextRecord(&rest, &record));
}

TEST(Records, LooksLikeDtlsWantsAWholeRecord) {
  const Octets good = MakeRecord(21, 0, {2, 40});
  EXPECT_TRUE(LooksLikeDtls(good));
  for (size_t length = 0; length < good.size(); ++length)
    EXPECT_FALSE(LooksLikeDtls(std::span(good).first(length))) << length;
  EXPECT_FALSE(LooksLikeDtls(MakeRecord(19, 0, {1})));
  EXPECT_FALSE(LooksLikeDtls(MakeRecord(24, 0, {1})));
  EXPECT_FALSE(LooksLikeDtls(MakeRecord(22, 0, {})));
  EXPECT_TRUE(LooksLikeDtls(MakeRecord(22, 0, Octets(16384 + 2048))));
  EXPECT_FALSE(LooksLikeDtls(MakeRecord(22, 0, Octets(16384 + 2049))));
  Octets tls = good;
  tls[1] = 3;
  EXPECT_FALSE(LooksLikeDtls(tls));
}

TEST(Records, ClientHelloIsTheFirstThingOfAnEpochZeroRecord) {
  EXPECT_TRUE(IsClientHello(MakeRecord(22, 0, Fragment(1, 50, 0, 50, 50), 0xff)));
  EXPECT_TRUE(IsClientHello(MakeRecord(22, 0, Fragment(1, 2000, 900, 100, 100))));
  EXPECT_FALSE(IsClientHello(MakeRecord(22, 1, Fragment(1, 50, 0, 50, 50))));
  EXPECT_FALSE(IsClientHello(MakeRecord(22, 0, Fragment(2, 50, 0, 50, 50))));
  EXPECT_FALSE(IsClientHello(MakeRecord(21, 0, Fragment(1, 50, 0, 50, 50))));
  EXPECT_FALSE(IsClientHello(MakeRecord(22, 0, Fragment(1, 50, 0, 50, 49))));
}

TEST(Records, FragmentsHaveToFit) {
  const auto plausible = [](const Octets& content, Sender sender = Sender::kServer) {
    return IsPlausibleHandshake(content, sender);
  };
  EXPECT_TRUE(plausible(Fragment(11, 100, 40, 60, 60)));
  EXPECT_FALSE(plausible(Fragment(11, 100, 41, 60, 60)));            // beyond the message
  EXPECT_FALSE(plausible(Fragment(11, 100, 0xfffff0, 0x20, 0x20)));  // sum beyond 24 bits
  EXPECT_FALSE(plausible(Fragment(11, 100, 40, 60, 59)));            // beyond the record
  EXPECT_FALSE(plausible(Fragment(11, 100, 0, 0, 0)));               // empty part of something
  EXPECT_FALSE(plausible(Fragment(11, 0x4001, 0, 10, 10)));          // too long a message
  EXPECT_FALSE(plausible(Fragment(0, 0, 0, 0, 0)));                  // HelloRequest: renegotiation
  EXPECT_FALSE(plausible({}));
  EXPECT_FALSE(plausible({1, 0, 0}));

  Octets two = Fragment(12, 10, 0, 10, 10);
  const Octets done = Fragment(14, 0, 0, 0, 0);
  two.insert(two.end(), done.begin(), done.end());
  EXPECT_TRUE(plausible(two));
  two.push_back(0);
  EXPECT_FALSE(plausible(two));
}

TEST(Records, EachSideSendsItsOwnMessages) {
  for (const uint8_t type : Octets{1, 15, 16}) {
    EXPECT_TRUE(IsPlausibleHandshake(Fragment(type, 4, 0, 4, 4), Sender::kClient)) << int{type};
    EXPECT_FALSE(IsPlausibleHandshake(Fragment(type, 4, 0, 4, 4), Sender::kServer)) << int{type};
  }
  for (const uint8_t type : Octets{2, 3, 12, 13, 14, 22}) {
    EXPECT_FALSE(IsPlausibleHandshake(Fragment(type, 4, 0, 4, 4), Sender::kClient)) << int{type};
    EXPECT_TRUE(IsPlausibleHandshake(Fragment(type, 4, 0, 4, 4), Sender::kServer)) << int{type};
  }
  for (const uint8_t type : Octets{0, 4, 20, 21, 255})
    for (const Sender sender : {Sender::kClient, Sender::kServer})
      EXPECT_FALSE(IsPlausibleHandshake(Fragment(type, 4, 0, 4, 4), sender)) << int{type};
}

}  // namespace
}  // namespace mediad::dtls

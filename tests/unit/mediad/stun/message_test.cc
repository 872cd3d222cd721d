// STUN messages: the vectors of RFC 5769, what is written and read again, what is not STUN.
#include "mediad/stun/message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "mediad/stun/message_writer.h"
#include "mediad/stun/octets.h"

namespace mediad::stun {
namespace {

using ::testing::ElementsAre;

using Octets = std::vector<uint8_t>;

constexpr TransactionId kTransaction{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};

Octets FromHex(const std::string& hex) {
  Octets octets;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    octets.push_back(static_cast<uint8_t>(std::stoul(hex.substr(i, 2), nullptr, 16)));
  }
  return octets;
}

// RFC 5769 §2: password and messages.
constexpr char kVectorPassword[] = "VOkJxbRl1RmTxUk/WvJxBt";
const Octets kVectorRequest = FromHex(
    "000100582112a442b7e7a701bc34d686fa87dfae"
    "802200105354554e207465737420636c69656e74"
    "002400046e0001ff80290008932ff9b151263b36"
    "000600096576746a3a68367659202020"
    "000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2"
    "80280004e57a3bcf");
const Octets kVectorResponseIpv4 = FromHex(
    "0101003c2112a442b7e7a701bc34d686fa87dfae"
    "8022000b7465737420766563746f7220"
    "002000080001a147e112a643"
    "000800142b91f599fd9e90c38c7489f92af9ba53f06be7d7"
    "80280004c07d4c96");
const Octets kVectorResponseIpv6 = FromHex(
    "010100482112a442b7e7a701bc34d686fa87dfae"
    "8022000b7465737420766563746f7220"
    "002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9"
    "00080014a382954e4be67bf11784c97c8292c275bfe3ed41"
    "80280004c8fb0b4c");

TEST(StunVectors, Request) {
  const auto view = MessageView::Parse(kVectorRequest);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->message_class(), Class::kRequest);
  EXPECT_EQ(view->method(), kBinding);
  EXPECT_EQ(view->fingerprint(), Fingerprint::kValid);
  EXPECT_EQ(view->software(), "STUN test client");
  EXPECT_EQ(view->username(), "evtj:h6vY");
  EXPECT_EQ(view->priority(), 0x6e0001ffu);
  EXPECT_EQ(view->controlled(), 0x932ff9b151263b36u);
  EXPECT_FALSE(view->controlling());
  EXPECT_TRUE(view->VerifyIntegrity(kVectorPassword));
  EXPECT_FALSE(view->VerifyIntegrity("VOkJxbRl1RmTxUk/WvJxBu"));
}

TEST(StunVectors, Responses) {
  for (const auto& [octets, address] :
       {std::pair(kVectorResponseIpv4, "192.0.2.1:32853"),
        std::pair(kVectorResponseIpv6, "[2001:db8:1234:5678:11:2233:4455:6677]:32853")}) {
    SCOPED_TRACE(address);
    const auto view = MessageView::Parse(octets);
    ASSERT_TRUE(view);
    EXPECT_EQ(view->message_class(), Class::kSuccess);
    EXPECT_EQ(view->fingerprint(), Fingerprint::kValid);
    EXPECT_EQ(view->software(), "test vector");
    EXPECT_TRUE(view->VerifyIntegrity(kVectorPassword));
    EXPECT_EQ(view->xor_mapped_address(), base::Endpoint::Parse(address));
  }
}

TEST(StunVectors, EveryFlippedBitIsNoticed) {
  for (size_t i = 0; i < kVectorRequest.size(); ++i) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      Octets changed = kVectorRequest;
      changed[i] ^= static_cast<uint8_t>(1u << bit);
      const auto view = MessageView::Parse(changed);
      EXPECT_FALSE(view && view->fingerprint() == Fingerprint::kValid) << i << "/" << bit;
    }
  }
}

MessageWriter Check() {
  MessageWriter writer(Class::kRequest, kBinding, kTransaction);
  writer.AddText(Attribute::kSoftware, "test");
  writer.AddText(Attribute::kUsername, "aaaa:bbbbb");
  writer.AddUint64(Attribute::kIceControlling, 0x0123456789abcdef);
  writer.AddUint32(Attribute::kPriority, 1862270975);
  writer.AddFlag(Attribute::kUseCandidate);
  writer.AddIntegrity("secret");
  writer.AddFingerprint();
  return writer;
}

Octets Copy(const MessageWriter& writer) {
  return {writer.message().begin(), writer.message().end()};
}

TEST(StunWriter, WhatIsWrittenIsRead) {
  const MessageWriter writer = Check();
  ASSERT_TRUE(writer.ok());
  const auto view = MessageView::Parse(writer.message());
  ASSERT_TRUE(view);
  EXPECT_EQ(view->transaction(), kTransaction);
  EXPECT_EQ(view->username(), "aaaa:bbbbb");
  EXPECT_EQ(view->controlling(), 0x0123456789abcdefu);
  EXPECT_EQ(view->priority(), 1862270975u);
  EXPECT_TRUE(view->use_candidate());
  EXPECT_TRUE(view->VerifyIntegrity("secret"));
  EXPECT_EQ(view->fingerprint(), Fingerprint::kValid);
}

TEST(StunWriter, ClassesMethodsAndErrors) {
  for (const Class message_class :
       {Class::kRequest, Class::kIndication, Class::kSuccess, Class::kError}) {
    for (const uint16_t method : {uint16_t{1}, uint16_t{0x123}, uint16_t{0xfff}}) {
      MessageWriter writer(message_class, method, kTransaction);
      writer.AddErrorCode(487, "Role conflict");
      writer.AddUnknownAttributes(std::vector<uint16_t>{0x30, 0x31});
      const auto view = MessageView::Parse(writer.message());
      ASSERT_TRUE(view);
      EXPECT_EQ(view->message_class(), message_class);
      EXPECT_EQ(view->method(), method);
      EXPECT_EQ(view->error_code(), 487);
      EXPECT_FALSE(view->has_integrity());
      EXPECT_EQ(view->fingerprint(), Fingerprint::kAbsent);
    }
  }
}

TEST(StunWriter, TooLongIsNotOk) {
  MessageWriter writer(Class::kRequest, kBinding, kTransaction);
  writer.AddText(Attribute::kUsername, std::string(700, 'u'));
  EXPECT_TRUE(writer.ok());
  writer.AddText(Attribute::kSoftware, std::string(60, 's'));
  EXPECT_FALSE(writer.ok());
  EXPECT_LE(writer.message().size(), MessageWriter::kMaxSize);
}

TEST(StunMessage, UnknownMandatoryAttributesAreListed) {
  MessageWriter writer(Class::kRequest, kBinding, kTransaction);
  writer.AddText(static_cast<Attribute>(0x0031), "x");
  writer.AddText(static_cast<Attribute>(0x8031), "x");
  writer.AddText(static_cast<Attribute>(0x001c), "x");
  const auto view = MessageView::Parse(writer.message());
  ASSERT_TRUE(view);
  EXPECT_THAT(view->unknown(), ElementsAre(0x0031, 0x001c));

  MessageWriter many(Class::kRequest, kBinding, kTransaction);
  for (uint16_t i = 0; i < 50; ++i) many.AddFlag(static_cast<Attribute>(0x0100 + i));
  EXPECT_EQ(MessageView::Parse(many.message())->unknown().size(), MessageView::kMaxUnknown);
}

// Anybody on the path could have added it.
TEST(StunMessage, WhatFollowsIntegrityDoesNotCount) {
  MessageWriter writer(Class::kRequest, kBinding, kTransaction);
  writer.AddText(Attribute::kUsername, "aaaa:bbbb");
  writer.AddIntegrity("secret");
  writer.AddFlag(Attribute::kUseCandidate);
  writer.AddUint32(Attribute::kPriority, 1);
  writer.AddText(static_cast<Attribute>(0x0030), "x");
  writer.AddIntegrity("other");
  writer.AddFingerprint();
  const auto view = MessageView::Parse(writer.message());
  ASSERT_TRUE(view);
  EXPECT_EQ(view->fingerprint(), Fingerprint::kValid);
  EXPECT_TRUE(view->VerifyIntegrity("secret"));
  EXPECT_FALSE(view->use_candidate());
  EXPECT_FALSE(view->priority());
  EXPECT_TRUE(view->unknown().empty());
}

TEST(StunMessage, TheFirstOfTwoCounts) {
  MessageWriter writer(Class::kRequest, kBinding, kTransaction);
  writer.AddText(Attribute::kUsername, "first");
  writer.AddText(Attribute::kUsername, "second");
  EXPECT_EQ(MessageView::Parse(writer.message())->username(), "first");
}

TEST(StunMessage, TruncatedAndExtendedAreRefused) {
  const Octets whole = Copy(Check());
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(MessageView::Parse(std::span(whole).first(size))) << size;
  }
  Octets longer = whole;
  longer.resize(longer.size() + 4);
  EXPECT_FALSE(MessageView::Parse(longer));
}

// A header with the right length, then these attributes.
Octets WithAttributes(const std::string& hex) {
  Octets octets = FromHex("000100002112a4420102030405060708090a0b0c" + hex);
  WriteUint16(static_cast<uint16_t>(octets.size() - kHeaderSize), octets.data() + 2);
  return octets;
}

TEST(StunMessage, MalformedAttributesAreRefused) {
  for (const char* hex : {
           "00060005aabbccdd",                  // longer than the message
           "0006ffffaabbccdd",                  // much longer
           "000600",                            // no whole header
           "00240003aabbcc00",                  // PRIORITY of three octets
           "802a0004aabbccdd",                  // ICE-CONTROLLING of four
           "00250004aabbccdd",                  // USE-CANDIDATE with a value
           "0009000300000400",                  // ERROR-CODE too short
           "0009000400000200",                  // ERROR-CODE 200
           "0009000400000464",                  // ERROR-CODE with number 100
           "002000080003a147e112a643",          // XOR-MAPPED-ADDRESS of family 3
           "002000080002a147e112a643",          // IPv6 with four octets
           "00080004aabbccdd",                  // MESSAGE-INTEGRITY of four octets
           "80280003aabbcc00",                  // FINGERPRINT of three
           "80280004aabbccdd00240004aabbccdd",  // FINGERPRINT not last
       }) {
    EXPECT_FALSE(MessageView::Parse(WithAttributes(hex))) << hex;
  }
  EXPECT_TRUE(MessageView::Parse(WithAttributes("")));
  EXPECT_TRUE(MessageView::Parse(WithAttributes("00060003aabbcc00")));
}

TEST(StunMessage, OtherHeadersAreRefused) {
  Octets octets = WithAttributes("");
  octets[0] = 0x40;
  EXPECT_FALSE(MessageView::Parse(octets));
  octets[0] = 0;
  octets[4] = 0x20;  // RFC 3489
  EXPECT_FALSE(MessageView::Parse(octets));
}

TEST(StunMessage, IntegrityOverMoreThanIsEverSentIsWrong) {
  Octets octets = WithAttributes("");
  for (int i = 0; i < 10; ++i) {
    octets.insert(octets.end(), {0x80, 0x99, 0x01, 0x00});
    octets.resize(octets.size() + 0x100);
  }
  const Integrity integrity = ComputeIntegrity(octets, "secret");
  octets.insert(octets.end(), {0x00, 0x08, 0x00, 0x14});
  octets.insert(octets.end(), integrity.begin(), integrity.end());
  WriteUint16(static_cast<uint16_t>(octets.size() - kHeaderSize), octets.data() + 2);
  const auto view = MessageView::Parse(octets);
  ASSERT_TRUE(view);
  EXPECT_FALSE(view->VerifyIntegrity("secret"));
}

}  // namespace
}  // namespace mediad::stun

#include "mediad/rtp/header.h"

#include <gtest/gtest.h>

#include <vector>

namespace mediad::rtp {
namespace {

std::vector<uint8_t> Packet(uint8_t first, size_t size) {
  std::vector<uint8_t> packet(size);
  packet[0] = first;
  return packet;
}

TEST(Header, ReadsEveryField) {
  const std::vector<uint8_t> packet = {0xa0, 0xe5, 0x12, 0x34, 0x01, 0x02, 0x03,
                                       0x04, 0xde, 0xad, 0xbe, 0xef, 0x55, 0x66};
  const auto view = HeaderView::Parse(packet);
  ASSERT_TRUE(view);
  EXPECT_TRUE(view->padding());
  EXPECT_FALSE(view->has_extension());
  EXPECT_EQ(view->csrc_count(), 0u);
  EXPECT_TRUE(view->marker());
  EXPECT_EQ(view->payload_type(), 0x65);
  EXPECT_EQ(view->sequence_number(), 0x1234);
  EXPECT_EQ(view->timestamp(), 0x01020304u);
  EXPECT_EQ(view->ssrc(), 0xdeadbeefu);
  EXPECT_EQ(view->header_size(), 12u);
  ASSERT_EQ(view->payload().size(), 2u);
  EXPECT_EQ(view->payload()[0], 0x55);
}

TEST(Header, NeedsVersionTwoAndTwelveOctets) {
  EXPECT_TRUE(HeaderView::Parse(Packet(0x80, 12)));
  EXPECT_FALSE(HeaderView::Parse(Packet(0x80, 11)));
  EXPECT_FALSE(HeaderView::Parse(Packet(0x40, 12)));
  EXPECT_FALSE(HeaderView::Parse(Packet(0xc0, 12)));
  EXPECT_FALSE(HeaderView::Parse({}));
}

TEST(Header, CsrcListMustFit) {
  EXPECT_FALSE(HeaderView::Parse(Packet(0x8f, 12 + 59)));
  const auto packet = Packet(0x8f, 12 + 60);
  const auto view = HeaderView::Parse(packet);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->header_size(), 72u);
  EXPECT_TRUE(view->payload().empty());
}

TEST(Header, ExtensionMustFit) {
  EXPECT_FALSE(HeaderView::Parse(Packet(0x90, 15)));
  auto packet = Packet(0x91, 12 + 4 + 4 + 8 + 3);
  packet[19] = 2;  // two words of extension behind one CSRC
  const auto view = HeaderView::Parse(packet);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->header_size(), 28u);
  EXPECT_EQ(view->payload().size(), 3u);
  packet[19] = 3;
  EXPECT_FALSE(HeaderView::Parse(packet));
  packet[18] = 0xff;
  EXPECT_FALSE(HeaderView::Parse(packet));
}

TEST(Header, PaddingIsNotExamined) {
  auto packet = Packet(0xa0, 13);
  packet[12] = 200;  // more padding than packet
  EXPECT_TRUE(HeaderView::Parse(packet));
}

}  // namespace
}  // namespace mediad::rtp

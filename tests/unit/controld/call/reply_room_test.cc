// Replies that their transport cannot carry: refused before anything is changed.
#include <gtest/gtest.h>

#include "controld/ng/framing.h"
#include "tests/unit/controld/call/service_fixture.h"

namespace controld::call {
namespace {

using ng::Command;

class ReplyRoomTest : public ServiceTest {
 protected:
  static constexpr size_t kDatagram = 65507;

  // Many sections, each of which gets lines that the request does not have.
  static std::string LargeSdp(int sections) {
    std::string sdp = Sdp("192.0.2.10", 4000, "", "RTP/AVP", kFormats);
    for (int i = 1; i < sections; ++i) {
      base::StrAppend(&sdp, "m=audio ", 4000 + 2 * i, " RTP/AVP ", kFormats, "\r\n");
    }
    return sdp;
  }
  static ng::Request In(size_t room, ng::Request request,
                        ng::Encoding encoding = ng::Encoding::kBencode) {
    request.room = {encoding, room};
    return request;
  }
  std::string StateOf(const std::string& call_id) {
    return ng::EncodePayload(ng::Encoding::kJson, Do(QueryFor(call_id)));
  }

  static constexpr char kFormats[] = "0 3 4 8 9 15 18 96 97 98 99 100 101 102 103 104 105 106 107";
};

TEST_F(ReplyRoomTest, AnOfferWhoseReplyDoesNotFitMakesNoCall) {
  const std::string sdp = LargeSdp(200);
  ASSERT_GT(Text(Do(Offer("free", "A", sdp)), "sdp").size(), kDatagram);
  EXPECT_EQ(ErrorOf(In(kDatagram, Offer("c", "A", sdp))), ng::kReplyDoesNotFit);
  EXPECT_FALSE(service_->Has("c"));
  EXPECT_EQ(gateway_.held.count("c"), 0u);
  EXPECT_EQ(service_->size(), 1u);
}

TEST_F(ReplyRoomTest, AReofferWhoseReplyDoesNotFitChangesNothing) {
  Establish("c");
  const std::string before = StateOf("c");
  const std::string session = gateway_.held.at("c").session.SerializeAsString();
  EXPECT_EQ(ErrorOf(In(kDatagram, Reoffer("c", "A", "B", LargeSdp(200)))), ng::kReplyDoesNotFit);
  EXPECT_EQ(StateOf("c"), before);
  EXPECT_EQ(gateway_.held.at("c").session.SerializeAsString(), session);
}

// The ports that the worker will choose count as the longest there are, and nothing else is estimated.
TEST_F(ReplyRoomTest, WhatFitsIsNotRefused) {
  const std::string sdp = LargeSdp(60);
  const size_t size = ng::EncodePayload(ng::Encoding::kBencode, Do(Offer("free", "A", sdp))).size();
  const size_t spare = 62 * 45;  // an address for each c= line at most
  EXPECT_EQ(ErrorOf(In(size - 1, Offer("c", "A", sdp))), ng::kReplyDoesNotFit);
  EXPECT_EQ(ResultOf(In(size + spare, Offer("c", "A", sdp))), "ok");
  // JSON writes line ends longer.
  EXPECT_EQ(ErrorOf(In(size, Offer("d", "A", sdp), ng::Encoding::kJson)), ng::kReplyDoesNotFit);
}

TEST_F(ReplyRoomTest, PublishAndSubscribe) {
  ng::Request publish = Message(Command::kPublish, "p");
  publish.from_tag = "pub";
  publish.sdp = LargeSdp(200);
  EXPECT_EQ(ErrorOf(In(4096, publish)), ng::kReplyDoesNotFit);
  EXPECT_FALSE(service_->Has("p"));
  EXPECT_EQ(ResultOf(publish), "ok");
  ng::Request subscribe = Message(Command::kSubscribeRequest, "p");
  subscribe.from_tag = "pub";
  subscribe.to_tag = "sub";
  const std::string before = StateOf("p");
  EXPECT_EQ(ErrorOf(In(4096, subscribe)), ng::kReplyDoesNotFit);
  EXPECT_EQ(StateOf("p"), before);
  EXPECT_EQ(ResultOf(In(size_t{16} << 20, subscribe)), "ok");
}

}  // namespace
}  // namespace controld::call

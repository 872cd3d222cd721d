#include "controld/call/media_event.h"

#include <gtest/gtest.h>

#include "controld/call/srtp_progress.h"
#include "proto/base/endpoint.h"

namespace controld::call {
namespace {

namespace v1 = rtpengine::v1;

class MediaEventTest : public ::testing::Test {
 protected:
  MediaEventTest() {
    media_ = call_.add_parties()->add_media();
    media_->set_id(7);
    media_->mutable_ice()->set_in_use(true);
    media_->mutable_ice()->set_generation(3);
    media_->mutable_dtls()->set_agreed(true);
    media_->mutable_dtls()->set_association(2);
  }

  static v1::Event Selected(uint32_t port_set, uint64_t generation, bool rtcp = false) {
    v1::Event event;
    event.set_generation(generation);
    event.mutable_ice_completed()->set_media(7);
    event.mutable_ice_completed()->set_rtcp(rtcp);
    event.mutable_ice_completed()->set_port_set(port_set);
    return event;
  }
  static v1::Event Established(uint32_t association, const std::string& key) {
    v1::Event event;
    event.mutable_dtls_established()->set_media(7);
    event.mutable_dtls_established()->mutable_keys()->set_association(association);
    event.mutable_dtls_established()->mutable_keys()->mutable_send()->set_key(key);
    return event;
  }

  CallState call_;
  Media* media_;
};

TEST_F(MediaEventTest, KeepsTheSelectedPairOfEachComponent) {
  EXPECT_TRUE(TakeMediaEvent(Selected(11, 3), &call_));
  EXPECT_TRUE(TakeMediaEvent(Selected(11, 3, true), &call_));
  EXPECT_FALSE(TakeMediaEvent(Selected(11, 4), &call_));
  EXPECT_TRUE(TakeMediaEvent(Selected(12, 4), &call_));
  ASSERT_EQ(media_->ice().selected_size(), 2);
  EXPECT_EQ(media_->ice().selected(0).port_set(), 12u);
}

TEST_F(MediaEventTest, IgnoresPairsOfBeforeARestart) {
  EXPECT_FALSE(TakeMediaEvent(Selected(11, 2), &call_));
  media_->mutable_ice()->set_in_use(false);
  EXPECT_FALSE(TakeMediaEvent(Selected(11, 5), &call_));
}

TEST_F(MediaEventTest, KeepsTheLastKeysOfTheAssociation) {
  media_->mutable_dtls()->set_failure("no answer");
  EXPECT_TRUE(TakeMediaEvent(Established(2, "first"), &call_));
  EXPECT_FALSE(TakeMediaEvent(Established(2, "first"), &call_));
  EXPECT_TRUE(TakeMediaEvent(Established(2, "second"), &call_));
  ASSERT_EQ(media_->dtls().established_size(), 1);
  EXPECT_EQ(media_->dtls().established(0).send().key(), "second");
  EXPECT_EQ(media_->dtls().failure(), "");
  EXPECT_FALSE(TakeMediaEvent(Established(1, "old"), &call_));
  media_->mutable_dtls()->set_agreed(false);
  EXPECT_FALSE(TakeMediaEvent(Established(2, "third"), &call_));
}

TEST_F(MediaEventTest, KeepsWhyAHandshakeFailed) {
  v1::Event event;
  event.mutable_dtls_failed()->set_media(7);
  event.mutable_dtls_failed()->set_reason("fingerprint mismatch");
  EXPECT_TRUE(TakeMediaEvent(event, &call_));
  EXPECT_EQ(media_->dtls().failure(), "fingerprint mismatch");
  EXPECT_FALSE(TakeMediaEvent(event, &call_));
  event.mutable_dtls_failed()->set_media(8);
  EXPECT_FALSE(TakeMediaEvent(event, &call_));
}

// ---- How far SRTP has come

v1::SrtpKey Key(const std::string& key, uint64_t index) {
  v1::SrtpKey out;
  out.set_suite("AES_CM_128_HMAC_SHA1_80");
  out.set_key(key);
  if (index > 0) out.add_positions()->set_rtp_index(index);
  return out;
}

v1::Event Progress(const v1::SrtpKey& receive, const v1::SrtpKey& send, bool rtcp = false) {
  v1::Event event;
  event.mutable_srtp_progress()->set_media(7);
  event.mutable_srtp_progress()->set_rtcp(rtcp);
  *event.mutable_srtp_progress()->mutable_receive() = receive;
  *event.mutable_srtp_progress()->mutable_send() = send;
  return event;
}

TEST_F(MediaEventTest, PositionsGoBackWithTheKeysFromSdp) {
  *media_->mutable_srtp_receive() = Key("r", 0);
  *media_->mutable_srtp_send() = Key("s", 0);
  EXPECT_TRUE(TakeMediaEvent(Progress(Key("r", 65536), Key("s", 131072)), &call_));
  EXPECT_FALSE(TakeMediaEvent(Progress(Key("r", 65536), Key("s", 131072)), &call_));
  EXPECT_TRUE(TakeMediaEvent(Progress(Key("r", 81920), Key("s", 147456)), &call_));
  ASSERT_EQ(media_->srtp_progress_size(), 1);

  v1::Srtp srtp;
  *srtp.mutable_receive() = Key("r", 0);
  *srtp.mutable_send() = Key("new", 0);
  FillPositions(*media_, &srtp);
  EXPECT_EQ(srtp.receive().positions(0).rtp_index(), 81920u);
  EXPECT_EQ(srtp.send().positions_size(), 0);
  EXPECT_FALSE(srtp.has_dtls());
}

TEST_F(MediaEventTest, PositionsGoBackWithTheKeysOfAHandshake) {
  for (const bool rtcp : {false, true}) {
    v1::DtlsKeys* keys = media_->mutable_dtls()->add_established();
    keys->set_rtcp(rtcp);
    *keys->mutable_receive() = Key(rtcp ? "r2" : "r", 0);
    *keys->mutable_send() = Key(rtcp ? "s2" : "s", 0);
  }
  EXPECT_TRUE(TakeMediaEvent(Progress(Key("r", 65536), Key("s", 65537)), &call_));
  EXPECT_TRUE(TakeMediaEvent(Progress(Key("r2", 65538), Key("s2", 65539), true), &call_));
  v1::Srtp srtp;
  *srtp.mutable_dtls()->mutable_established() = media_->dtls().established();
  FillPositions(*media_, &srtp);
  EXPECT_EQ(srtp.dtls().established(0).receive().positions(0).rtp_index(), 65536u);
  EXPECT_EQ(srtp.dtls().established(0).send().positions(0).rtp_index(), 65537u);
  EXPECT_EQ(srtp.dtls().established(1).receive().positions(0).rtp_index(), 65538u);
  EXPECT_EQ(srtp.dtls().established(1).send().positions(0).rtp_index(), 65539u);
}

TEST_F(MediaEventTest, PositionsUnderOtherKeysAreNothing) {
  EXPECT_FALSE(TakeMediaEvent(Progress(Key("r", 65536), Key("s", 65536)), &call_));
  *media_->mutable_srtp_receive() = Key("new", 0);
  EXPECT_FALSE(TakeMediaEvent(Progress(Key("r", 65536), Key("s", 65536)), &call_));
  EXPECT_EQ(media_->srtp_progress_size(), 0);
}

}  // namespace
}  // namespace controld::call

#include "controld/call/media_event.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace controld::call

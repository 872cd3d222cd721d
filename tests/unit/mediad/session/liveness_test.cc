// The media timeout (config.md §4.1).
#include "mediad/session/liveness.h"

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
using std::chrono::seconds;

constexpr char kPartyA[] = "198.51.100.1:4000";

void Kind(Call& call, uint32_t id, v1::Liveness kind, uint32_t limit, uint32_t active = 0) {
  call.media(id)->set_liveness(kind);
  call.media(id)->set_idle_limit_s(limit);
  call.media(id)->set_idle_limit_active_s(active);
}

TEST(LivenessTest, EndsWithoutPackets) {
  Call call;
  call.Signal();
  call.Pass(seconds(59));
  EXPECT_FALSE(call.session.Examine(call.now).idle);
  call.Pass(seconds(1));
  EXPECT_TRUE(call.session.Examine(call.now).idle);
  EXPECT_EQ(call.session.Examine(call.now).last, Liveness::kChecked);
}

TEST(LivenessTest, OneDirectionOrRtcpAloneKeepsIt) {
  Call call;
  call.Signal();
  call.Pass(seconds(50));
  call.Send(kPortA, kPartyA, Rtp(0, 1, 1));
  call.Pass(seconds(50));
  EXPECT_FALSE(call.session.Examine(call.now).idle);
  call.Send(kRtcpPortA, "198.51.100.1:4001", Rtcp(201, 1));
  call.Pass(seconds(50));
  EXPECT_FALSE(call.session.Examine(call.now).idle);
  call.Pass(seconds(10));
  EXPECT_TRUE(call.session.Examine(call.now).idle);
}

TEST(LivenessTest, GarbageDoesNot) {
  Call call;
  call.Signal();
  call.Pass(seconds(50));
  call.Send(kPortA, kPartyA, Bytes(4, 0));
  call.Pass(seconds(10));
  EXPECT_TRUE(call.session.Examine(call.now).idle);
}

TEST(LivenessTest, SignallingDoes) {
  Call call;
  call.Signal();
  call.Pass(seconds(50));
  call.Signal();
  call.Pass(seconds(50));
  EXPECT_FALSE(call.session.Examine(call.now).idle);
}

TEST(LivenessTest, SilentPartiesCountOnlyWhenAllAreOnHold) {
  Call call;
  Kind(call, kA, v1::SILENT, 3600);
  Kind(call, kB, v1::SILENT, 3600);
  call.Signal();
  call.Pass(seconds(3599));
  EXPECT_FALSE(call.session.Examine(call.now).idle);
  call.Pass(seconds(1));
  EXPECT_TRUE(call.session.Examine(call.now).idle);
  EXPECT_EQ(call.session.Examine(call.now).last, Liveness::kSilent);

  Call half;
  Kind(half, kB, v1::SILENT, 3600);
  half.Signal();
  half.Pass(seconds(60));
  EXPECT_TRUE(half.session.Examine(half.now).idle);
  EXPECT_EQ(half.session.Examine(half.now).last, Liveness::kSilent);
}

TEST(LivenessTest, UnansweredLivesByTheOffersLimitUntilItSends) {
  Call call;
  Kind(call, kB, v1::UNANSWERED, 3600, 60);
  call.Signal();
  call.Pass(seconds(600));
  EXPECT_FALSE(call.session.Examine(call.now).idle);
  call.Send(kPortB, "198.51.100.2:5000", Rtp(0, 1, 2));
  call.Send(testing::kRtcpPortB, "198.51.100.2:5001", Rtcp(201, 2));
  call.Pass(seconds(59));
  EXPECT_FALSE(call.session.Examine(call.now).idle);
  call.Pass(seconds(1));
  EXPECT_TRUE(call.session.Examine(call.now).idle);
}

TEST(LivenessTest, NothingToExamineNeverEnds) {
  Call call;
  Kind(call, kA, v1::LIVENESS_NONE, 1);
  Kind(call, kB, v1::LIVENESS_NONE, 1);
  call.Signal();
  call.Pass(seconds(100'000));
  EXPECT_FALSE(call.session.Examine(call.now).idle);
}

}  // namespace
}  // namespace mediad::session

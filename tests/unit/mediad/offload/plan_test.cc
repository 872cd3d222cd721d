// Which streams the kernel gets, and why the others are not given to it (media.md §12).
#include "mediad/offload/plan.h"

#include "../session/bundle_fixture.h"
#include "kmod/uapi/rtpengine.h"

namespace mediad::offload {
namespace {

using session::Drop;
using session::OffloadReason;
using session::testing::At;
using session::testing::BundleCall;
using session::testing::Call;
using session::testing::kA;
using session::testing::kB;
using session::testing::Key;
using session::testing::kPortA;
using session::testing::kPortB;
using session::testing::Rtp;
using session::testing::SecureCall;

const Limits kAllSuites{~uint32_t{0}};

StreamPlan PlanOf(const Call& call, size_t media = 0, size_t stream = 0, const Limits& limits = kAllSuites) {
  return PlanStream(call.session, static_cast<session::MediaIndex>(media), stream, limits);
}

// Why a media is not in the flow of its bundle's head, or that it is.
OffloadReason ReasonOf(const Call& call, session::MediaIndex media) {
  for (const StreamPlan::OfMember& one : PlanOf(call, call.session.media()[media].carrier).members) {
    if (one.media == media) return one.reason;
  }
  return OffloadReason::kNotExamined;
}

// Both parties have been heard, and their addresses are confirmed.
void Talk(Call& call) {
  call.Pass(std::chrono::seconds(1));
  call.Send(kPortA, "198.51.100.1:4000", Rtp(0, 1, 0xa));
  call.Send(kPortB, "198.51.100.2:5000", Rtp(0, 1, 0xb));
}

TEST(Plan, WaitsForThePeerThenForwardsWhatTheSessionWould) {
  Call call;
  call.media(kB)->set_tos(0xb8);
  call.Apply();
  EXPECT_EQ(PlanOf(call).reason, OffloadReason::kNotConfirmed);
  Talk(call);
  const StreamPlan plan = PlanOf(call);
  ASSERT_TRUE(plan.flow);
  EXPECT_EQ(plan.flow->local, At("203.0.113.1:30100"));
  EXPECT_EQ(plan.flow->source, At("198.51.100.1:4000"));
  ASSERT_EQ(plan.flow->outputs.size(), 1u);
  EXPECT_EQ(plan.flow->outputs[0].source, At("203.0.113.1:30200"));
  EXPECT_EQ(plan.flow->outputs[0].destination, At("198.51.100.2:5000"));
  EXPECT_EQ(plan.flow->outputs[0].tos, 0xb8);
  ASSERT_EQ(plan.flow->payloads.size(), 1u);
  EXPECT_EQ(plan.flow->payloads[0], (FlowPayload{0, 8000, false, 0}));
  EXPECT_EQ(PlanOf(call, 0, 1).reason, OffloadReason::kRtcp);
  call.Signal();
  EXPECT_EQ(PlanOf(call).reason, OffloadReason::kNotConfirmed);
}

TEST(Plan, SaysWhatKeepsAStreamHere) {
  struct Case {
    const char* what;
    OffloadReason reason;
    std::function<void(Call&)> change;
  };
  const Case cases[] = {
      {"another protocol", OffloadReason::kProtocol,
       [](Call& call) { call.media(kA)->set_transport(session::testing::v1::OPAQUE); }},
      {"drop-traffic", OffloadReason::kTrafficDropped, [](Call& call) { call.spec.set_drop_traffic(true); }},
      {"blocked", OffloadReason::kBlocked,
       [](Call& call) { call.spec.mutable_routes(0)->set_block_rtp(true); }},
      {"receiver unknown", OffloadReason::kNoEndpoint,
       [](Call& call) { call.media(kB)->clear_rtp_remote(); }},
      {"receiver behind NAT", OffloadReason::kNatWait,
       [](Call& call) { call.AddParty(3, "198.51.100.3:6000", "198.51.100.3:6001", "tc/1")->set_nat_wait(true);
                        call.AddRoute(kA, 3); }},
      {"every payload type has a least size", OffloadReason::kPayloadTypes,
       [](Call& call) { call.media(kA)->mutable_codecs(0)->set_min_payload(10); }},
      {"a receiver that is ourselves", OffloadReason::kLoop,
       [](Call& call) { call.AddParty(3, "203.0.113.1:30100", "203.0.113.1:30101", "tc/1");
                        call.AddRoute(kA, 3); }},
  };
  for (const Case& one : cases) {
    Call call;
    call.Apply();
    Talk(call);
    one.change(call);
    call.Apply();
    const StreamPlan plan = PlanOf(call);
    EXPECT_FALSE(plan.flow) << one.what;
    EXPECT_EQ(plan.reason, one.reason) << one.what;
  }
}

TEST(Plan, HeaderExtensionsAreTakenOutThere) {
  Call call;
  call.media(kA)->add_strip_extensions(1);
  call.media(kA)->add_strip_extensions(200);
  call.Apply();
  Talk(call);
  const StreamPlan plan = PlanOf(call);
  ASSERT_TRUE(plan.flow);
  rtp::ExtensionIds wanted;
  wanted.set(1).set(200);
  EXPECT_EQ(plan.flow->outputs[0].extensions.removed, wanted);
  EXPECT_EQ(plan.flow->outputs[0].extensions.inserted, 0);
}

class BundlePlan : public ::testing::Test {
 protected:
  static constexpr uint32_t kVideo = BundleCall::kVideo;

  void Start() {
    call.Apply();
    call.Pass(std::chrono::seconds(1));
    for (const uint8_t type : {uint8_t{0}, uint8_t{96}}) call.Send(kPortA, "198.51.100.1:4000", Rtp(type, 1, 0xa));
    call.Send(kPortB, "198.51.100.2:5000", Rtp(0, 1, 0xb));
    call.Send(BundleCall::kPortVideoB, BundleCall::kVideoOfB, Rtp(96, 1, 0xc));
  }

  BundleCall call;
};

TEST_F(BundlePlan, ItsMediaGoTheirWaysByPayloadType) {
  Start();
  const StreamPlan plan = PlanOf(call, 0);
  ASSERT_TRUE(plan.flow);
  EXPECT_EQ(ReasonOf(call, 0), OffloadReason::kInKernel);
  EXPECT_EQ(ReasonOf(call, 2), OffloadReason::kInKernel);
  EXPECT_EQ(plan.flow->members, (std::vector<Member>{{0}, {2}}));
  EXPECT_EQ(plan.flow->payloads, (std::vector<FlowPayload>{{0, 8000, false, 0}, {96, 90000, false, 2}}));
  ASSERT_EQ(plan.flow->outputs.size(), 2u);
  EXPECT_EQ(plan.flow->outputs[0].destination, At("198.51.100.2:5000"));
  EXPECT_TRUE(plan.flow->outputs[0].others.test(96));
  EXPECT_EQ(plan.flow->outputs[1].destination, At("198.51.100.2:5002"));
  EXPECT_EQ(plan.flow->outputs[1].from, 2);
  EXPECT_TRUE(plan.flow->outputs[1].others.test(0));
  EXPECT_EQ(plan.flow->outputs[1].others.count(), 1u);
  // Towards the bundle each packet says whose it is.
  const StreamPlan back = PlanOf(call, 3);
  ASSERT_TRUE(back.flow);
  ASSERT_EQ(back.flow->outputs.size(), 1u);
  EXPECT_EQ(back.flow->outputs[0].media, 2);
  EXPECT_EQ(back.flow->outputs[0].extensions.inserted, 3);
  EXPECT_EQ(back.flow->outputs[0].extensions.value, "v");
}

TEST_F(BundlePlan, WhatAPayloadTypeDoesNotTellGoesUp) {
  call.SetCodec(kVideo, 0, "PCMU", 8000);
  auto* second = call.media(kVideo)->add_codecs();
  second->set_payload_type(96);
  second->set_clock_rate(90000);
  second->set_name("VP8");
  Start();
  const StreamPlan plan = PlanOf(call, 0);
  ASSERT_TRUE(plan.flow) << static_cast<int>(plan.reason);
  EXPECT_EQ(plan.flow->payloads,
            (std::vector<FlowPayload>{{0, 8000, true, session::kNoMedia}, {96, 90000, false, 2}}));
  // All of the audio with it: the stream of the port has a flow, for the video.
  EXPECT_EQ(ReasonOf(call, 0), OffloadReason::kBundle);
  EXPECT_EQ(ReasonOf(call, 2), OffloadReason::kInKernel);
  call.media(kVideo)->mutable_codecs()->DeleteSubrange(1, 1);
  Start();
  EXPECT_EQ(PlanOf(call, 0).reason, OffloadReason::kBundle);
  EXPECT_EQ(ReasonOf(call, 2), OffloadReason::kBundle);
}

TEST_F(BundlePlan, AMediaThatIsKeptHereLeavesTheOthersThere) {
  call.spec.mutable_routes(2)->set_block_rtp(true);  // of the video
  Start();
  const StreamPlan plan = PlanOf(call, 0);
  ASSERT_TRUE(plan.flow);
  EXPECT_EQ(ReasonOf(call, 2), OffloadReason::kBlocked);
  EXPECT_FALSE(Holds(*plan.flow, 2));
  ASSERT_EQ(plan.flow->outputs.size(), 1u);
  EXPECT_EQ(plan.flow->payloads[1], (FlowPayload{96, 90000, true, 2}));
  call.spec.mutable_routes(2)->set_block_rtp(false);
  call.media(kVideo)->set_sends(false);
  Start();
  const StreamPlan held = PlanOf(call, 0);
  ASSERT_TRUE(held.flow);
  EXPECT_EQ(held.flow->members[1], (Member{2, Drop::kSenderOnHold}));
  EXPECT_FALSE(held.flow->payloads[1].up);
  EXPECT_EQ(held.flow->outputs.size(), 1u);
}

TEST(Plan, NobodyToSendToIsASink) {
  Call call;
  call.Apply();
  Talk(call);
  call.media(kA)->set_sends(false);
  call.Apply();
  StreamPlan plan = PlanOf(call);
  ASSERT_TRUE(plan.flow);
  EXPECT_TRUE(plan.flow->outputs.empty());
  EXPECT_EQ(plan.flow->members[0].sink_reason, Drop::kSenderOnHold);
  call.media(kA)->set_sends(true);
  call.media(kB)->set_receives(false);
  call.Apply();
  plan = PlanOf(call);
  ASSERT_TRUE(plan.flow);
  EXPECT_EQ(plan.flow->members[0].sink_reason, Drop::kReceiverOnHold);
}

TEST(Plan, OneBlockedFlowOfTwoIsLeftOut) {
  Call call;
  call.AddParty(3, "198.51.100.3:6000", "198.51.100.3:6001", "tc/1");
  call.AddRoute(kA, 3)->set_block_rtp(true);
  call.Apply();
  Talk(call);
  const StreamPlan plan = PlanOf(call);
  ASSERT_TRUE(plan.flow);
  ASSERT_EQ(plan.flow->outputs.size(), 1u);
  EXPECT_EQ(plan.flow->outputs[0].destination, At("198.51.100.2:5000"));
}

TEST(Plan, EventsGoUpWhereTheyAreBlockedAndSilenceIsWritten) {
  Call call;
  auto* codec = call.media(kA)->add_codecs();
  codec->set_payload_type(101);
  codec->set_name("telephone-event");
  codec->set_clock_rate(8000);
  call.spec.mutable_routes(0)->set_block_dtmf(true);
  call.spec.mutable_routes(0)->set_silence_rtp(true);
  call.Apply();
  Talk(call);
  const StreamPlan plan = PlanOf(call);
  ASSERT_TRUE(plan.flow);
  ASSERT_EQ(plan.flow->payloads.size(), 2u);
  EXPECT_FALSE(plan.flow->payloads[0].up);
  EXPECT_TRUE(plan.flow->payloads[1].up);
  ASSERT_EQ(plan.flow->outputs[0].silence.size(), 1u);
  EXPECT_EQ(plan.flow->outputs[0].silence[0], (Silence{0, 0xff}));
}

TEST(Plan, EventsThatSomebodyWantsToKnowOfGoUp) {
  for (const bool heard : {true, false}) {
    Call call;
    for (const uint32_t id : {kA, kB}) {
      session::testing::v1::Codec* codec = call.media(id)->add_codecs();
      codec->set_payload_type(101);
      codec->set_name("telephone-event");
      codec->set_clock_rate(8000);
    }
    call.media(kA)->set_report_dtmf(true);
    call.media(kB)->set_receives(heard);  // events of whom nobody hears are told, too
    call.Apply();
    Talk(call);
    const StreamPlan plan = PlanOf(call), back = PlanOf(call, 1);
    ASSERT_TRUE(plan.flow) << heard;
    ASSERT_EQ(plan.flow->payloads.size(), 2u);
    EXPECT_FALSE(plan.flow->payloads[0].up);
    EXPECT_TRUE(plan.flow->payloads[1].up);
    ASSERT_TRUE(back.flow);
    for (const FlowPayload& payload : back.flow->payloads) EXPECT_FALSE(payload.up);
  }
}

TEST(Plan, SrtpNeedsKeysAndATransformOfTheKernel) {
  for (const char* suite : {"AES_CM_128_HMAC_SHA1_80", "AEAD_AES_256_GCM", "F8_128_HMAC_SHA1_80"}) {
    SecureCall call;
    *call.media(kA)->mutable_srtp()->mutable_receive() = Key(suite, 'a');
    *call.media(kA)->mutable_srtp()->mutable_send() = Key(suite, 'b');
    call.Apply();
    auto sender = *srtp::Sender::Create(*session::ParametersOf(Key(suite, 'a')));
    call.Send(kPortA, "198.51.100.1:4000", session::testing::Protected(*sender, Rtp(0, 1, 0xa)));
    call.Send(kPortB, "198.51.100.2:5000", Rtp(0, 1, 0xb));
    const StreamPlan from = PlanOf(call), to = PlanOf(call, 1);
    if (std::string(suite).find("F8") == 0) {
      EXPECT_EQ(from.reason, OffloadReason::kCipher);
      EXPECT_EQ(to.reason, OffloadReason::kCipher);
      continue;
    }
    ASSERT_TRUE(from.flow && to.flow) << suite;
    EXPECT_EQ(from.flow->decrypt->key, Key(suite, 'a').key());
    EXPECT_EQ(to.flow->outputs[0].encrypt->key, Key(suite, 'b').key());
    EXPECT_EQ(PlanOf(call, 0, 0, Limits{0}).reason, OffloadReason::kCipher);
  }
  SecureCall call;
  call.Apply();
  Talk(call);
  call.media(kB)->mutable_srtp();
  call.Apply();
  EXPECT_EQ(PlanOf(call).reason, OffloadReason::kKeysPending);
}

// One place is kept for an SSRC to come: without one its packets could not be decrypted, or not be sent.
TEST(Plan, SrtpOfManySsrcsStays) {
  for (const bool secure_sender : {true, false}) {
    SecureCall call;
    auto* const key = call.media(kA)->mutable_srtp()->mutable_receive();
    *key = Key("AES_CM_128_HMAC_SHA1_80", 'a');
    *call.media(kA)->mutable_srtp()->mutable_send() = Key("AES_CM_128_HMAC_SHA1_80", 'b');
    call.Apply();
    auto sender = *srtp::Sender::Create(*session::ParametersOf(*key));
    call.Pass(std::chrono::seconds(1));
    for (uint32_t ssrc = 1; ssrc <= RTPENGINE_MAX_STATES; ++ssrc) {
      if (secure_sender || ssrc == 1) {
        call.Send(kPortA, "198.51.100.1:4000", session::testing::Protected(*sender, Rtp(0, 1, ssrc)));
      }
      if (!secure_sender || ssrc == 1) call.Send(kPortB, "198.51.100.2:5000", Rtp(0, 1, ssrc));
      const bool full = ssrc == RTPENGINE_MAX_STATES;
      EXPECT_EQ(PlanOf(call, 0).reason, full && secure_sender ? OffloadReason::kLimit : OffloadReason::kInKernel);
      EXPECT_EQ(PlanOf(call, 1).reason, full && !secure_sender ? OffloadReason::kLimit : OffloadReason::kInKernel);
    }
  }
}

TEST(Plan, EverySuiteOfOursHasANumberButF8) {
  for (const media::SrtpSuite& suite : media::kSrtpSuites) {
    srtp::Parameters parameters;
    parameters.suite = &suite;
    const bool f8 = suite.cipher == media::SrtpCipher::kAesF8;
    EXPECT_EQ(SuiteNumber(parameters) == RTPENGINE_SRTP_NONE, f8) << std::string(suite.name);
  }
}

}  // namespace
}  // namespace mediad::offload

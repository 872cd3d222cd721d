// The way of a call's flows into the kernel and back: nothing lost, nothing counted twice.
#include "mediad/offload/call_flows.h"

#include <deque>
#include <map>
#include <random>
#include <set>

#include "../session/bundle_fixture.h"
#include "fake_kernel.h"
#include "mediad/session/secure_leg.h"

namespace mediad::offload {
namespace {

using session::OffloadReason;
using session::SocketIndex;
using session::testing::At;
using session::testing::BundleCall;
using session::testing::Key;
using session::testing::kA;
using session::testing::kB;
using session::testing::kPortA;
using session::testing::kPortB;
using session::testing::Rtp;
using testing::Bytes;
using testing::FakeKernel;

constexpr char kPeerA[] = "198.51.100.1:4000";
constexpr char kPeerB[] = "198.51.100.2:5000";
constexpr char kSuite[] = "AES_CM_128_HMAC_SHA1_80";

// A call between A (SRTP, if so wished) and B (plain), a kernel, and the shell's part in between.
class Lab {
 public:
  explicit Lab(bool secure) : secure_(secure) {
    if (secure) {
      *call.media(kA)->mutable_srtp()->mutable_receive() = Key(kSuite, 'a');
      *call.media(kA)->mutable_srtp()->mutable_send() = Key(kSuite, 'b');
      phone_send_ = *srtp::Sender::Create(*session::ParametersOf(Key(kSuite, 'a')));
      phone_receive_ = *srtp::Receiver::Create(*session::ParametersOf(Key(kSuite, 'b')));
    }
    call.Apply();
  }

  // The next packet of a party. `again`: an attacker sends it once more.
  void Send(SocketIndex port, bool again = false) {
    const bool from_a = port == kPortA;
    uint16_t& sequence = from_a ? sequence_a : sequence_b;
    Bytes packet = Rtp(0, sequence++, from_a ? ssrc_a : ssrc_b);
    if (from_a && secure_) packet = session::testing::Protected(*phone_send_, packet);
    ++(from_a ? sent_a : sent_b);
    Arrive(port, from_a ? kPeerA : kPeerB, packet);
    if (again && from_a && secure_) Arrive(port, kPeerA, packet);
  }

  void Follow() {
    if (flows.busy()) return;
    if (!flows.Plan(&call.session, status, call.now)) return;
    for (const SocketIndex socket : flows.sockets()) parked_.insert(socket);
    under_way_ = flows.Begin(&call.session, 99);
  }
  // The kernel does one more operation; after the last one the results come in.
  void Step() {
    if (!flows.busy()) return;
    if (results_.size() < under_way_.size()) {
      results_.push_back(kernel.Do(under_way_[results_.size()], call.now.monotonic));
      return;
    }
    const std::vector<Result> results = std::exchange(results_, {});
    flows.Finish(results, call.now, &call.session, &moved);
    Drain();
    under_way_ = flows.BeginSync(&call.session);
  }
  void Settle() {
    for (int i = 0; i < 100; ++i) {
      Follow();
      if (!flows.busy()) return;
      while (flows.busy()) Step();
    }
    ADD_FAILURE() << "never settles";
  }
  void Dump() {
    for (const FlowReport& report : kernel.Dump()) flows.OnReport(report, call.now, &call.session, &moved);
    flows.OnDumpEnd(&call.session);
  }
  void Leave(const char* reason) {
    while (flows.busy()) Step();
    flows.Leave(reason);
    Settle();
    EXPECT_TRUE(flows.empty());
  }
  void Signal() {
    Leave("dialogue signalling event");
    call.Signal();
    flows.Stay();
  }

  uint64_t Received(uint32_t media) const { return call.Stream(media, false).ingress.packets; }
  uint64_t SentTo(uint32_t media) const { return call.Stream(media, false).egress.packets; }
  session::OffloadNotes Notes(uint32_t media) const { return *call.Stream(media, false).offload; }

  session::testing::SecureCall call;
  FakeKernel kernel;
  CallFlows flows;
  Status status{true, {}, {~uint32_t{0}}};
  std::vector<Moved> moved;
  uint16_t sequence_a = 65000, sequence_b = 100;  // A's goes round
  uint32_t ssrc_a = 0xa, ssrc_b = 0xb;
  uint64_t sent_a = 0, sent_b = 0, to_a = 0, to_b = 0, in_kernel = 0, in_user_space = 0;

 private:
  void Arrive(SocketIndex port, const char* source, const Bytes& packet) {
    auto taken = kernel.OnPacket(call.session.sockets()[port].local, At(source), packet, call.now.monotonic);
    if (taken) {
      ++in_kernel;
      for (const testing::Forwarded& one : *taken) Deliver(one.destination, one.packet);
      return;
    }
    if (parked_.count(port) > 0) {
      waiting_.push_back({port, source, packet});
    } else {
      Handle(port, source, packet);
    }
  }
  void Handle(SocketIndex port, const char* source, const Bytes& packet) {
    ++in_user_space;
    call.Send(port, source, packet);
    for (size_t i = 0; i < call.sinks->size(); ++i) Deliver((*call.sinks)[i].destination, call.Sent(i));
  }
  size_t Drain() {
    parked_.clear();
    const std::deque<Waiting> waiting = std::exchange(waiting_, {});
    for (const Waiting& one : waiting) Handle(one.port, one.source, one.packet);
    return waiting.size();
  }
  // Each packet arrives once, and readable.
  void Deliver(const base::Endpoint& destination, Bytes packet) {
    const bool a = destination == At(kPeerA);
    EXPECT_TRUE(a || destination == At(kPeerB)) << destination.ToString();
    ++(a ? to_a : to_b);
    if (a && secure_) {
      packet = session::testing::Opened(*phone_receive_, packet);
      EXPECT_FALSE(packet.empty());
    }
    if (packet.size() < 12) return;
    const uint32_t ssrc = rtp::HeaderView::Parse(packet)->ssrc();
    const bool fresh = arrived_.insert({ssrc, packet[2] << 8 | packet[3], ssrc}).second;
    EXPECT_TRUE(fresh) << "twice: " << ssrc << "/" << (packet[2] << 8 | packet[3]);
  }

  struct Waiting {
    SocketIndex port;
    const char* source;
    Bytes packet;
  };
  const bool secure_;
  std::unique_ptr<srtp::Sender> phone_send_;
  std::unique_ptr<srtp::Receiver> phone_receive_;
  std::set<SocketIndex> parked_;
  std::deque<Waiting> waiting_;
  std::vector<Operation> under_way_;
  std::vector<Result> results_;
  std::set<std::tuple<uint32_t, int, uint32_t>> arrived_;
};

TEST(CallFlows, EnterOnConfirmationAndLeaveOnSignalling) {
  Lab lab(false);
  lab.Settle();
  EXPECT_EQ(lab.kernel.size(), 0u);
  EXPECT_EQ(lab.Notes(kA).reason, OffloadReason::kNotConfirmed);
  lab.Send(kPortA);
  lab.Send(kPortB);
  lab.Settle();
  EXPECT_EQ(lab.kernel.size(), 2u);
  EXPECT_EQ(lab.Notes(kA).reason, OffloadReason::kInKernel);
  for (int i = 0; i < 50; ++i) lab.Send(kPortA);
  EXPECT_EQ(lab.in_user_space, 2u);
  EXPECT_EQ(lab.Received(kA), 1u);  // not told yet
  lab.call.Pass(std::chrono::seconds(1));
  lab.Dump();
  lab.Dump();
  EXPECT_EQ(lab.Received(kA), 51u);
  EXPECT_EQ(lab.SentTo(kB), 51u);
  lab.Signal();
  EXPECT_EQ(lab.kernel.size(), 0u);
  EXPECT_EQ(lab.Notes(kA).removed, "dialogue signalling event");
  EXPECT_EQ(lab.Received(kA), 51u);
  const auto statistics = lab.call.Statistics();
  EXPECT_EQ(statistics.media(0).ingress(0).packets(), 51u);
  EXPECT_EQ(statistics.media(0).ingress(0).lost(), 0u);
  EXPECT_EQ(statistics.media(0).streams(0).offload().ingress().packets(), 50u);
  EXPECT_GT(statistics.media(0).streams(0).last_kernel_packet_unix(), 0);
}

TEST(CallFlows, AnSsrcThatIsNotTheFirstIsLeftFor) {
  Lab lab(false);
  lab.Send(kPortA);
  lab.Send(kPortB);
  lab.Settle();
  // Events and reports come by different sockets: the report of the first packet may overtake its event.
  lab.Send(kPortA);
  const base::Endpoint local = lab.call.session.sockets()[kPortA].local;
  const auto report = [&]() {
    for (const FlowReport& one : lab.kernel.Dump()) {
      if (one.local == local) return one;
    }
    return FlowReport();
  };
  lab.Dump();
  ASSERT_EQ(report().sources.size(), 1u);
  const FlowId id = report().id;
  lab.flows.OnEvent({FlowEvent::Kind::kSsrc, id, lab.ssrc_a}, lab.call.now);
  EXPECT_FALSE(lab.flows.wants_to_leave());
  ++lab.ssrc_a;
  lab.Send(kPortA);
  lab.flows.OnEvent({FlowEvent::Kind::kSsrc, id, lab.ssrc_a}, lab.call.now);
  EXPECT_TRUE(lab.flows.wants_to_leave());
  lab.Settle();
  EXPECT_EQ(lab.Notes(kA).removed, "SSRC changed");
  EXPECT_EQ(lab.Notes(kA).reason, OffloadReason::kInstalling);
  lab.call.Pass(std::chrono::seconds(1));
  lab.Settle();
  EXPECT_EQ(lab.Notes(kA).reason, OffloadReason::kInKernel);
  EXPECT_EQ(lab.Notes(kA).times, 2u);
  EXPECT_EQ(lab.Notes(kB).times, 1u);
}

TEST(CallFlows, KernelPacketsKeepTheCallAlive) {
  Lab lab(false);
  lab.Send(kPortA);
  lab.Send(kPortB);
  lab.Settle();
  for (int i = 0; i < 120; ++i) {
    lab.call.Pass(std::chrono::seconds(1));
    lab.Send(kPortA);
    lab.Dump();
    ASSERT_FALSE(lab.call.session.Examine(lab.call.now).idle) << i;
  }
  for (int i = 0; i < 61; ++i) {
    lab.call.Pass(std::chrono::seconds(1));
    lab.Dump();
  }
  EXPECT_TRUE(lab.call.session.Examine(lab.call.now).idle);
}

TEST(CallFlows, ARefusalIsKeptInWordsAndNotRepeatedAtOnce) {
  Lab lab(false);
  lab.kernel.refuse = ENOSPC;
  lab.Send(kPortA);
  lab.Settle();
  EXPECT_EQ(lab.Notes(kA).reason, OffloadReason::kRefused);
  EXPECT_EQ(lab.Notes(kA).detail, "fake refusal");
  EXPECT_TRUE(lab.flows.held_back());
  lab.kernel.refuse = 0;
  lab.Settle();
  EXPECT_EQ(lab.kernel.size(), 0u);
  lab.call.Pass(std::chrono::seconds(11));
  lab.Settle();
  EXPECT_EQ(lab.kernel.size(), 1u);
}

TEST(CallFlows, WithoutAKernelTheReasonIsKept) {
  Lab lab(false);
  lab.status = {false, "module not loaded", {}};
  lab.Send(kPortA);
  lab.Settle();
  EXPECT_EQ(lab.Notes(kA).reason, OffloadReason::kUnavailable);
  EXPECT_NE(OffloadText(lab.Notes(kA)).find("module not loaded"), std::string::npos);
}

TEST(CallFlows, ALostTableIsNoticed) {
  Lab lab(false);
  lab.Send(kPortA);
  lab.Settle();
  lab.kernel.Clear();
  lab.Dump();
  EXPECT_EQ(lab.flows.size(), 1u);  // may have been installed while the dump went on
  lab.Dump();
  EXPECT_TRUE(lab.flows.empty());
  lab.Settle();
  EXPECT_EQ(lab.kernel.size(), 1u);
}

TEST(CallFlows, AnotherProcessGoesOnWithWhatWasLeft) {
  for (const bool secure : {false, true}) {
    Lab before(secure);
    for (int i = 0; i < 10; ++i) before.Send(kPortA);
    before.Send(kPortB);
    before.Settle();
    for (int i = 0; i < 1000; ++i) before.Send(kPortA);  // A's sequence number goes round
    before.Send(kPortB);

    Lab after(secure);
    for (const FlowReport& report : before.kernel.Dump()) {
      ASSERT_TRUE(report.mark);
      EXPECT_EQ(report.mark->session, 99u);
    }
    const auto operations = after.flows.Adopt(before.kernel.Dump(), &after.call.session, after.call.now);
    ASSERT_EQ(operations.size(), 2u);
    std::vector<Result> results;
    for (const Operation& operation : operations) results.push_back(before.kernel.Do(operation, after.call.now.monotonic));
    after.flows.Finish(results, after.call.now, &after.call.session, &after.moved);
    after.kernel = std::move(before.kernel);
    after.Settle();
    EXPECT_EQ(after.kernel.size(), 2u);
    EXPECT_EQ(after.Received(kA), 1010u) << secure;
    EXPECT_EQ(after.SentTo(kB), 1010u) << secure;
    EXPECT_EQ(after.Received(kB), 2u);
    EXPECT_TRUE(after.call.Stream(kA, false).peer.confirmed());
    if (!secure) continue;
    // The kernel's roll-over counter was handed back, and on.
    const auto received = after.call.session.media()[0].leg->protection(0).receiver()->ExportRtp(1);
    ASSERT_EQ(received.size(), 1u);
    EXPECT_EQ(received[0].history.highest() >> 16, 1u);
  }
}

// A bundle's party sends audio and video by one port: each media has its own numbers, wherever they were counted.
class BundleLab {
 public:
  explicit BundleLab(uint16_t first = 1) : sequence_(first) { call.Apply(); }
  void Talk(int packets) {
    for (int i = 0; i < packets; ++i, ++sequence_) {
      Arrive(kPortA, kPeerA, Rtp(0, sequence_, 0xa));
      for (int video = 0; video < 2; ++video) {
        Arrive(kPortA, kPeerA, Rtp(96, static_cast<uint16_t>(2 * sequence_ + video), 0xb));
      }
      Arrive(kPortB, kPeerB, Rtp(0, sequence_, 0xc));
      Arrive(BundleCall::kPortVideoB, BundleCall::kVideoOfB, Rtp(96, sequence_, 0xd));
    }
  }
  void Do(std::vector<Operation> operations) {
    while (!operations.empty()) {
      std::vector<Result> results;
      for (const Operation& one : operations) results.push_back(kernel.Do(one, call.now.monotonic));
      flows.Finish(results, call.now, &call.session, &moved_);
      operations = flows.BeginSync(&call.session);
    }
  }
  void Settle() {
    for (int i = 0; i < 10 && flows.Plan(&call.session, status_, call.now); ++i) Do(flows.Begin(&call.session, 99));
  }
  void Dump() {
    for (const FlowReport& report : kernel.Dump()) flows.OnReport(report, call.now, &call.session, &moved_);
  }
  uint64_t Received(uint32_t media) const { return call.Stream(media, false).ingress.packets; }
  uint64_t SentTo(uint32_t media) const { return call.Stream(media, false).egress.packets; }

  BundleCall call;
  FakeKernel kernel;
  CallFlows flows;
  size_t in_kernel = 0;
  std::map<std::string, int> arrived;
  Bytes last_to_a;

 private:
  void Arrive(SocketIndex port, const char* source, const Bytes& packet) {
    const auto taken = kernel.OnPacket(call.session.sockets()[port].local, At(source), packet, call.now.monotonic);
    if (!taken) {
      call.Send(port, source, packet);
      for (size_t i = 0; i < call.sinks->size(); ++i) Deliver((*call.sinks)[i].destination, call.Sent(i));
      return;
    }
    ++in_kernel;
    for (const testing::Forwarded& one : *taken) Deliver(one.destination, one.packet);
  }
  void Deliver(const base::Endpoint& destination, const Bytes& packet) {
    ++arrived[destination.ToString()];
    if (destination == At(kPeerA)) last_to_a = packet;
  }

  Status status_{true, {}, {~uint32_t{0}}};
  std::vector<Moved> moved_;
  uint16_t sequence_;
};

TEST(CallFlows, EachMediaOfABundleHasItsNumbers) {
  BundleLab lab;
  lab.Talk(1);
  lab.Settle();
  EXPECT_EQ(lab.kernel.size(), 3u);
  const uint32_t all[] = {BundleCall::kAudio, BundleCall::kVideo, kB, BundleCall::kVideoB};
  for (const uint32_t id : all) {
    EXPECT_EQ(lab.call.Stream(id, false).offload->reason, OffloadReason::kInKernel) << id;
    EXPECT_EQ(lab.call.Stream(id, false).offload->times, 1u) << id;
  }
  lab.call.Pass(std::chrono::seconds(1));
  lab.Talk(50);
  EXPECT_EQ(lab.in_kernel, 250u);
  EXPECT_EQ(lab.last_to_a[0] & 0x10, 0x10);  // the MID is in it
  lab.Dump();
  lab.Dump();
  EXPECT_EQ(lab.Received(BundleCall::kAudio), 51u);
  EXPECT_EQ(lab.Received(BundleCall::kVideo), 102u);
  EXPECT_EQ(lab.SentTo(kB), 51u);
  EXPECT_EQ(lab.SentTo(BundleCall::kVideoB), 102u);
  EXPECT_EQ(lab.SentTo(BundleCall::kAudio), 51u);
  EXPECT_EQ(lab.SentTo(BundleCall::kVideo), 51u);
  EXPECT_EQ(lab.arrived, (std::map<std::string, int>{{kPeerA, 102}, {kPeerB, 51}, {BundleCall::kVideoOfB, 102}}));
  const auto statistics = lab.call.Statistics();
  ASSERT_EQ(statistics.media(2).ingress_size(), 1);
  EXPECT_EQ(statistics.media(2).ingress(0).packets(), 102u);
  EXPECT_EQ(statistics.media(2).ingress(0).lost(), 0u);
  EXPECT_EQ(statistics.media(0).ingress_size(), 1);
  lab.flows.Leave("dialogue signalling event");
  lab.Settle();
  EXPECT_TRUE(lab.flows.empty());
  EXPECT_EQ(lab.call.Stream(BundleCall::kVideo, false).offload->removed, "dialogue signalling event");
}

// RTCP says of which SSRC it is; that one's packets may all have been in the kernel.
TEST(CallFlows, AnSsrcOfABundleThatOnlyTheKernelSawIsKnown) {
  BundleLab lab;
  lab.call.Send(kPortA, kPeerA, Rtp(0, 1, 0xa));
  lab.call.Send(kPortB, kPeerB, Rtp(0, 1, 0xc));
  lab.Settle();
  lab.Talk(2);
  lab.Dump();
  lab.call.Send(kPortA, kPeerA, session::testing::Rtcp(203, 0xb));
  ASSERT_EQ(lab.call.sinks->size(), 1u);
  EXPECT_EQ((*lab.call.sinks)[0].destination.ToString(), "198.51.100.2:5003");
}

TEST(CallFlows, AnotherProcessGoesOnWithABundle) {
  BundleLab before;
  before.Talk(3);
  before.Settle();
  before.Talk(100);
  BundleLab after(104);
  after.Do(after.flows.Adopt(before.kernel.Dump(), &after.call.session, after.call.now));
  after.kernel = std::move(before.kernel);
  after.Settle();
  after.Talk(1);
  after.Dump();
  EXPECT_EQ(after.kernel.size(), 3u);
  EXPECT_EQ(after.Received(BundleCall::kAudio), 104u);
  EXPECT_EQ(after.Received(BundleCall::kVideo), 208u);
  EXPECT_EQ(after.SentTo(kB), 104u);
  EXPECT_EQ(after.SentTo(BundleCall::kVideoB), 208u);
  EXPECT_EQ(after.SentTo(BundleCall::kAudio), 104u);
  EXPECT_EQ(after.SentTo(BundleCall::kVideo), 104u);
}

TEST(CallFlows, TheMarkHasWhatCameWhileTheKernelWasAsked) {
  Lab lab(false);
  lab.Send(kPortA);
  lab.Follow();
  lab.Send(kPortA);
  while (lab.flows.busy()) lab.Step();
  const std::vector<FlowReport> found = lab.kernel.Dump();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].mark->counts[0].packets, 2u);
}

TEST(CallFlows, WhatAnybodyCanForgeIsNoReasonToLeave) {
  Lab lab(true);
  lab.Send(kPortA);
  lab.Settle();
  ASSERT_EQ(lab.kernel.size(), 1u);
  const FlowId id = lab.kernel.Dump()[0].id;
  lab.flows.OnEvent({FlowEvent::Kind::kAuthentication, id, lab.ssrc_a}, lab.call.now);
  lab.flows.OnEvent({FlowEvent::Kind::kSource, id, 7}, lab.call.now);
  EXPECT_FALSE(lab.flows.wants_to_leave());
}

// Several SSRCs at a time, as video and its repairs: only one that is new is left for, and that once.
TEST(CallFlows, SsrcsThatWereThereBeforeStay) {
  Lab lab(false);
  lab.Send(kPortA);
  ++lab.ssrc_a;
  lab.Send(kPortA);
  lab.Settle();
  ASSERT_EQ(lab.kernel.size(), 1u);
  lab.Send(kPortA);
  --lab.ssrc_a;
  lab.Send(kPortA);
  const FlowId id = lab.kernel.Dump()[0].id;
  for (const uint32_t ssrc : {0xau, 0xbu}) lab.flows.OnEvent({FlowEvent::Kind::kSsrc, id, ssrc}, lab.call.now);
  EXPECT_FALSE(lab.flows.wants_to_leave());
  lab.flows.OnEvent({FlowEvent::Kind::kSsrc, id, 0xe}, lab.call.now);
  EXPECT_TRUE(lab.flows.wants_to_leave());
}

// Whatever happens in whatever order: what is wanted is installed in the end, and every packet was forwarded and
// counted exactly once.
TEST(CallFlows, AnyInterleavingComesToTheSame) {
  for (uint32_t seed = 1; seed <= 300; ++seed) {
    std::mt19937 random(seed);
    Lab lab(seed % 2 == 0);
    for (int step = 0; step < 200; ++step) {
      switch (random() % 16) {
        case 0: lab.Signal(); break;
        case 1: lab.Dump(); break;
        case 2: lab.call.Pass(std::chrono::milliseconds(random() % 2000)); break;
        case 3:
          for (const FlowReport& report : lab.kernel.Dump()) {
            const auto kind = random() % 2 == 0 ? FlowEvent::Kind::kSsrc : FlowEvent::Kind::kAuthentication;
            lab.flows.OnEvent({kind, report.id, static_cast<uint32_t>(random() % 4)}, lab.call.now);
          }
          break;
        case 4:
        case 5: lab.Follow(); break;
        case 6:
        case 7:
        case 8: lab.Step(); break;
        case 9: lab.Send(kPortA, /*again=*/true); break;
        case 10: lab.ssrc_a += random() % 8 == 0; break;
        default: lab.Send(random() % 2 == 0 ? kPortA : kPortB); break;
      }
      if (::testing::Test::HasFailure()) FAIL() << "seed " << seed << ", step " << step;
    }
    while (lab.flows.busy()) lab.Step();
    lab.call.Pass(std::chrono::seconds(4));
    lab.Send(kPortA);
    lab.Send(kPortB);
    lab.Settle();
    ASSERT_EQ(lab.kernel.size(), 2u) << seed;
    std::set<base::Endpoint> installed;
    for (const Flow& flow : lab.kernel.Flows()) {
      const StreamPlan plan = PlanStream(lab.call.session, flow.media, flow.stream, lab.status.limits);
      ASSERT_TRUE(plan.flow);
      EXPECT_EQ(*plan.flow, flow);
    }
    lab.Leave("the end");
    EXPECT_EQ(lab.Received(kA), lab.sent_a) << seed;
    EXPECT_EQ(lab.Received(kB), lab.sent_b) << seed;
    EXPECT_EQ(lab.SentTo(kB), lab.sent_a) << seed;
    EXPECT_EQ(lab.to_b, lab.sent_a) << seed;
    EXPECT_EQ(lab.to_a, lab.sent_b) << seed;
    EXPECT_EQ(lab.kernel.unauthentic, 0u) << seed;
    uint64_t sum = 0, lost = 0;
    const auto statistics = lab.call.Statistics();
    for (const auto& source : statistics.media(1).ingress()) {
      sum += source.packets();
      lost += source.lost();
    }
    EXPECT_EQ(sum, lab.sent_b) << seed;
    EXPECT_EQ(lost, 0u) << seed;
    EXPECT_GT(lab.in_kernel + lab.in_user_space, 0u);
    if (::testing::Test::HasFailure()) FAIL() << "seed " << seed;
  }
}

}  // namespace
}  // namespace mediad::offload

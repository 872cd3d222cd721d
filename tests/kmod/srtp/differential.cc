// Holds the kernel's SRTP against mediad's: the same packets, in the same order, with the same
// losses, damage and replays, have to have the same fate and the same octets, in both directions.
// To be run where the test device is loaded; prints "N passed, N failed".
//
//   differential [ROUNDS [SEED]]
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "mediad/srtp/layout.h"
#include "mediad/srtp/receiver.h"
#include "mediad/srtp/sender.h"
#include "tests/kmod/srtp/kernel.h"
#include "tests/kmod/srtp/suites.h"

namespace {

using mediad::srtp::Parameters;
using mediad::srtp::Receiver;
using mediad::srtp::Result;
using mediad::srtp::Sender;
using mediad::srtp::StreamState;
using Octets = std::vector<uint8_t>;

constexpr uint32_t kSender = 0;    // contexts of the kernel
constexpr uint32_t kReceiver = 1;
constexpr uint32_t kStateRtp = 1;  // SRTP_STATE_… of kmod/srtp.h
constexpr uint32_t kStateRtcp = 8;

KernelResult Same(Result result) {
  switch (result) {
    case Result::kOk:
      return KernelResult::kOk;
    case Result::kAuthentication:
      return KernelResult::kAuthentication;
    case Result::kReplay:
      return KernelResult::kReplay;
    case Result::kMalformed:
      return KernelResult::kMalformed;
    case Result::kNoRoom:
      return KernelResult::kNoRoom;
    case Result::kExhausted:
      return KernelResult::kExhausted;
  }
  return KernelResult::kFailed;
}

// One key in both places, and a way between them that is as bad as networks are.
class Pair {
 public:
  Pair(Kernel& kernel, const KernelSuite& suite, uint32_t seed) : kernel_(kernel), random_(seed) {
    parameters_ = CountedKey(suite, static_cast<uint8_t>(Below(200)));
    constexpr size_t kMki[] = {0, 0, 0, 1, 4, 128};
    for (size_t i = kMki[Below(6)]; i > 0; --i) parameters_.mki.push_back(static_cast<char>(i));
    parameters_.unencrypted_srtp = Below(8) == 0;
    parameters_.unencrypted_srtcp = Below(8) == 0;
    sender_ = *Sender::Create(parameters_);
    receiver_ = *Receiver::Create(parameters_);
    Check(kernel_.Create(kSender, suite.number, true, parameters_) == 0, "create a sender");
    Check(kernel_.Create(kReceiver, suite.number, false, parameters_) == 0, "create a receiver");
    for (uint32_t& index : index_) index = Below(2) == 0 ? 65400 + Below(100) : Below(65536);
  }

  bool failed() const { return failed_; }

  void Run(int packets) {
    for (int i = 0; i < packets && !failed_; ++i) {
      if (Below(40) == 0) Jump();
      const bool rtcp = Below(6) == 0;
      Octets packet = Send(rtcp);
      if (Below(10) == 0) kept_.push_back({rtcp, packet});  // comes late, or twice
      if (Below(12) != 0) Receive(rtcp, packet);
      if (!kept_.empty() && Below(8) == 0) {
        const size_t at = Below(static_cast<uint32_t>(kept_.size()));
        Receive(kept_[at].rtcp, kept_[at].octets);
        if (Below(2) == 0) kept_.erase(kept_.begin() + static_cast<ptrdiff_t>(at));
      }
      if (Below(10) == 0) Receive(rtcp, Damaged(packet));
      if (Below(200) == 0) CompareStates();
    }
    CompareStates();
  }

 private:
  struct Kept {
    bool rtcp;
    Octets octets;
  };

  uint32_t Below(uint32_t limit) { return static_cast<uint32_t>(random_()) % limit; }

  void Check(bool good, const char* what) {
    if (good || failed_) return;
    failed_ = true;
    std::printf("  %s: %s\n", std::string(parameters_.suite->name).c_str(), what);
  }

  // Some packets are lost in a row, or the ROC moves on.
  void Jump() {
    const size_t stream = Below(4);
    index_[stream] += Below(4) == 0 ? 32000 + Below(900) : Below(400);
  }

  Octets Rtp() {
    const size_t stream = Below(4);
    const uint32_t index = index_[stream]++;
    Octets packet = {static_cast<uint8_t>(0x80 | (Below(4) == 0 ? Below(16) : 0)),
                     static_cast<uint8_t>(Below(256)), static_cast<uint8_t>(index >> 8),
                     static_cast<uint8_t>(index)};
    const bool extension = Below(4) == 0;
    if (extension) packet[0] |= 0x10;
    Fill(&packet, 8 + 4 * size_t{packet[0] & 0x0fu});
    mediad::srtp::Store32(&packet[8], 0x1000 + static_cast<uint32_t>(stream));
    if (extension) {
      const uint32_t words = Below(5);
      for (const uint32_t octet : {0xbeu, 0xdeu, 0u, words}) {
        packet.push_back(static_cast<uint8_t>(octet));
      }
      Fill(&packet, 4 * size_t{words});
    }
    Fill(&packet, Below(10) == 0 ? Below(8000) : Below(200));
    return packet;
  }

  Octets Rtcp() {
    Octets packet = {0x80, 200, 0, 6};
    Fill(&packet, 4);
    mediad::srtp::Store32(&packet[4], 0x1000 + Below(4));
    Fill(&packet, 4 * size_t{Below(100)});
    return packet;
  }

  void Fill(Octets* packet, size_t octets) {
    for (size_t i = 0; i < octets; ++i) packet->push_back(static_cast<uint8_t>(random_()));
  }

  Octets Damaged(Octets packet) {
    if (Below(3) == 0) {
      packet.resize(Below(static_cast<uint32_t>(packet.size())));
    } else {
      packet[Below(static_cast<uint32_t>(packet.size()))] ^= static_cast<uint8_t>(1 + Below(255));
    }
    return packet;
  }

  // Both protect it, to the same octets.
  Octets Send(bool rtcp) {
    const Octets plain = rtcp ? Rtcp() : Rtp();
    Octets theirs = plain;
    const KernelResult result = kernel_.Packet(
        rtcp ? SRTP_TEST_PROTECT_RTCP : SRTP_TEST_PROTECT_RTP, kSender, &theirs);
    Octets ours = plain;
    size_t size = ours.size();
    ours.resize(size + mediad::srtp::kMaxOverhead);
    const Result expected = rtcp ? sender_->ProtectRtcp(ours, &size)
                                 : sender_->ProtectRtp(ours, &size);
    ours.resize(size);
    Check(expected == Result::kOk && result == KernelResult::kOk, "protect: result");
    Check(ours == theirs, "protect: octets");
    return theirs;
  }

  void Receive(bool rtcp, const Octets& packet) {
    Octets theirs = packet;
    const KernelResult result = kernel_.Packet(
        rtcp ? SRTP_TEST_UNPROTECT_RTCP : SRTP_TEST_UNPROTECT_RTP, kReceiver, &theirs);
    Octets ours = packet;
    size_t size = ours.size();
    const Result expected = rtcp ? receiver_->UnprotectRtcp(ours, &size)
                                 : receiver_->UnprotectRtp(ours, &size);
    if (expected == Result::kOk) ours.resize(size);
    Check(result == Same(expected), "unprotect: result");
    Check(ours == theirs, "unprotect: octets");
  }

  template <typename Direction>
  void CompareStates(const Direction& ours, uint32_t context) {
    const std::vector<StreamState> expected = ours.Export();
    const std::vector<srtp_test_state> states = kernel_.Export(context);
    Check(expected.size() == states.size(), "states: number of streams");
    for (const StreamState& state : expected) {
      const auto theirs = std::find_if(states.begin(), states.end(), [&](const auto& candidate) {
        return candidate.ssrc == state.ssrc;
      });
      if (theirs == states.end()) return Check(false, "states: SSRC");
      // mediad's export names the place of the last packet.
      const uint64_t highest = (theirs->flags & 4) != 0 ? theirs->restarted.highest
                                                        : theirs->rtp.highest;
      Check(state.has_rtp == ((theirs->flags & kStateRtp) != 0), "states: has RTP");
      Check(state.has_rtcp == ((theirs->flags & kStateRtcp) != 0), "states: has RTCP");
      Check(highest == (uint64_t{state.roc} << 16 | state.sequence), "states: RTP index");
      Check(theirs->rtcp.highest == state.rtcp_index, "states: RTCP index");
    }
  }

  void CompareStates() {
    CompareStates(*sender_, kSender);
    CompareStates(*receiver_, kReceiver);
  }

  Kernel& kernel_;
  std::mt19937 random_;
  Parameters parameters_;
  std::unique_ptr<Sender> sender_;
  std::unique_ptr<Receiver> receiver_;
  uint32_t index_[4];
  std::vector<Kept> kept_;
  bool failed_ = false;
};

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 4;
  const uint32_t first = argc > 2 ? static_cast<uint32_t>(std::atoi(argv[2])) : 1;
  Kernel kernel;
  int passed = 0;
  int failed = 0;
  for (int round = 0; round < rounds; ++round) {
    for (const KernelSuite& suite : kKernelSuites) {
      Pair pair(kernel, suite, first + static_cast<uint32_t>(round));
      pair.Run(1000);
      ++(pair.failed() ? failed : passed);
    }
  }
  std::printf("%d passed, %d failed\n", passed, failed);
  return failed == 0 ? 0 : 1;
}

// Why a stream does what it does: the last steps of learning and, per reason, how many packets were
// dropped, when last and from where. It answers "one-way audio, why?" (rtpctl call explain).
//
// Both lists are bounded (8 steps, one entry per reason) and start empty: a healthy stream allocates one
// step and no drop. Nothing is formatted here. One thread.
#pragma once

#include <cstdint>
#include <vector>

#include "mediad/session/learner.h"
#include "proto/base/endpoint.h"

namespace mediad::session {

// Numbers of rtpengine.v1.DropReason.
enum class Drop : uint8_t {
  kNone = 0,
  kNotRtp = 1,
  kStunUnexpected = 2,
  kDtlsUnexpected = 3,
  kStrictSource = 4,
  kNoRoute = 5,
  kSenderOnHold = 6,
  kReceiverOnHold = 7,
  kNoRemote = 8,
  kBlocked = 9,
  kRtpOnRtcpPort = 10,
  kRtcpUnknownType = 11,
  kFeedbackFiltered = 12,
  kLoop = 13,
  kSendFailed = 14,
  kTruncated = 15,
  kNatWait = 16,
  kTraffic = 17,
  kFamilyMismatch = 18,
  kSilenced = 19,
  kDtmf = 20,
  kShort = 21,
  kSrtpAuthentication = 22,
  kSrtpReplay = 23,
  kSrtpNoKey = 24,
  kSrtpSendNoKey = 25,
  kIceSource = 26,
  kStunInvalid = 27,
  kStunRefused = 28,
  kDtlsSource = 29,
  kDtlsLimit = 30,
  kDtlsInvalid = 31,
  kBundleUnknown = 32,
};

struct DropEntry {
  Drop reason = Drop::kNone;
  uint64_t count = 0;
  int64_t last_unix_ms = 0;
  base::Endpoint last_source;
};

struct LearnStep {
  int64_t unix_ms = 0;
  LearnReason reason = LearnReason::kNone;
  base::Endpoint endpoint;
};

class Explanation {
 public:
  static constexpr size_t kSteps = 8;

  void AddDrop(Drop reason, int64_t unix_ms, const base::Endpoint& source, uint64_t count = 1);
  void AddStep(LearnReason reason, int64_t unix_ms, const base::Endpoint& endpoint);

  const std::vector<DropEntry>& drops() const { return drops_; }
  const std::vector<LearnStep>& steps() const { return steps_; }  // oldest first

 private:
  std::vector<DropEntry> drops_;
  std::vector<LearnStep> steps_;
};

}  // namespace mediad::session

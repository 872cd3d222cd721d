// What is known of a stream's life in the kernel: kept with the stream, shown by statistics.cc. Plain data.
//
// Written by ../offload only. Not here: which reason applies (../offload/plan.cc).
#pragma once

#include <cstdint>
#include <string>

namespace mediad::session {

// Numbers of rtpengine.v1.OffloadReason.
enum class OffloadReason : uint8_t {
  kNotExamined = 0,
  kInKernel = 1,
  kInstalling = 2,
  kUnavailable = 3,
  kRefused = 4,
  kNotConfirmed = 5,
  kIcePending = 6,
  kNoEndpoint = 7,
  kNatWait = 8,
  kProtocol = 9,
  kTrafficDropped = 10,
  kBlocked = 11,
  kKeysPending = 12,
  kCipher = 13,
  kPayloadTypes = 14,
  kBundle = 15,
  kRtcp = 16,
  kLoop = 17,
  kLimit = 18,
  kFamily = 19,
  kNoPort = 20,
};

struct OffloadNotes {
  struct Counters {
    uint64_t packets = 0;
    uint64_t bytes = 0;
    uint64_t errors = 0;
  };

  OffloadReason reason = OffloadReason::kNotExamined;
  std::string detail;               // kUnavailable, kRefused: in whose words
  Counters ingress;                 // part of Stream::ingress
  Counters egress;
  int64_t last_packet_unix_ms = 0;  // that the kernel handled; 0 = none
  int64_t since_unix_ms = 0;        // in the kernel since; 0 = it is not
  uint32_t times = 0;
  std::string removed;              // why it left the last time
};

// The reason in words, for people.
std::string OffloadText(const OffloadNotes& notes);

}  // namespace mediad::session

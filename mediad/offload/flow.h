// What mediad wants of the kernel and what the kernel says of it: values, without netlink.
//
// A flow takes the RTP that arrives at one local port and sends it to its outputs. RTCP, STUN, DTLS and whatever else a
// flow cannot decide goes up to the socket. The terms are those of kmod/uapi/rtpengine.h. Any thread.
#pragma once

#include <bitset>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mediad/rtp/header_extensions.h"
#include "mediad/session/explain.h"
#include "mediad/session/state.h"
#include "mediad/srtp/parameters.h"
#include "mediad/srtp/rtp_index.h"
#include "proto/base/endpoint.h"

namespace mediad::offload {

// The kernel's number of a flow; unique in the table as long as the flow is there.
using FlowId = uint32_t;

// Where one direction of SRTP is, by SSRC.
struct ReceiveState {
  uint32_t ssrc = 0;
  srtp::RtpHistory history;
};
struct SendState {
  uint32_t ssrc = 0;
  uint64_t index = 0;   // highest, ROC << 16 | sequence number
};

struct FlowPayload {
  uint8_t type = 0;
  uint32_t clock_rate = 0;  // Hz; 0 = unknown
  bool up = false;          // to user space
  session::MediaIndex media = session::kNoMedia;  // whose it is; kNoMedia: of several, so it is up

  bool operator==(const FlowPayload&) const = default;
};

struct Silence {
  uint8_t payload_type = 0;
  uint8_t octet = 0;

  bool operator==(const Silence&) const = default;
};

using PayloadTypes = std::bitset<128>;

// What RTP header extensions of an output have, and have not (RFC 8285).
struct Extensions {
  rtp::ExtensionIds removed;
  uint8_t inserted = 0;             // id; 0: none
  std::string value;                // of that one, 1 to 16 octets

  bool operator==(const Extensions&) const = default;
};

struct Output {
  session::MediaIndex from = session::kNoMedia;   // whose packets
  session::MediaIndex media = session::kNoMedia;  // to whom, for the statistics
  uint8_t stream = 0;
  session::SocketIndex socket = session::kNoSocket;
  base::Endpoint source;
  base::Endpoint destination;
  uint8_t tos = 0;
  std::optional<srtp::Parameters> encrypt;
  std::vector<Silence> silence;
  PayloadTypes others;              // of other media of the flow: none of them for it
  Extensions extensions;

  bool operator==(const Output&) const = default;
};

// A media whose packets come through a flow. Several of them: a bundle, told apart by payload type.
struct Member {
  session::MediaIndex media = session::kNoMedia;
  session::Drop sink_reason = session::Drop::kNone;  // why nobody gets them; kNone: somebody does

  bool operator==(const Member&) const = default;
};

struct Flow {
  session::MediaIndex media = session::kNoMedia;     // the port's: the head of a bundle
  uint8_t stream = 0;
  session::SocketIndex socket = session::kNoSocket;
  base::Endpoint local;
  base::Endpoint source;                // others' packets go up; invalid: anybody's are taken
  std::optional<srtp::Parameters> decrypt;
  bool verbatim = false;                // the outputs' key is this one: what is sent is what came
  std::vector<FlowPayload> payloads;    // empty: all are taken; otherwise others go up
  std::vector<Output> outputs;          // empty: a sink
  std::vector<Member> members;          // at least one

  bool operator==(const Flow&) const = default;
};

// The owner's mark on a flow: whose it is, and what the session had counted beside it, so that another process can go on.
struct Mark {
  struct Count {
    uint32_t packets = 0;
    uint64_t bytes = 0;            // 48 bits

    bool operator==(const Count&) const = default;
  };
  static constexpr size_t kCounts = 11;

  uint64_t session = 0;            // SessionMark() of the session
  uint8_t members = 0;             // of the flow
  // What the streams of the members received, then what those that the outputs belong to were sent
  // (0 where another flow's mark has it). At most kCounts.
  std::vector<Count> counts;

  bool operator==(const Mark&) const = default;
};

struct FlowCounters {
  uint64_t packets = 0;
  uint64_t bytes = 0;
  uint64_t errors = 0;
};

struct SourceReport {
  uint32_t ssrc = 0;
  uint64_t packets = 0, bytes = 0;
  uint32_t base_sequence = 0, extended_sequence = 0;
  int64_t lost = 0;
  uint64_t duplicates = 0, reordered = 0, resets = 0;
  uint32_t jitter = 0, clock_rate = 0, last_timestamp = 0;
  uint8_t last_payload_type = 0;
  std::chrono::nanoseconds last{0};  // monotonic; 0 = never
};

struct OutputReport {
  base::Endpoint source, destination;  // valid only in full reports
  FlowCounters counters;
  std::vector<SendState> sent;
};

// The state of a flow: counters since it was installed.
struct FlowReport {
  FlowId id = 0;
  uint64_t order = 0;     // grows with each message received
  base::Endpoint local;
  base::Endpoint source;  // valid only in full reports
  std::optional<Mark> mark;
  FlowCounters counters;
  uint64_t up = 0;
  std::chrono::nanoseconds first{0}, last{0};  // monotonic; 0 = never
  uint8_t tos = 0;
  std::vector<SourceReport> sources;
  std::vector<ReceiveState> received;  // SRTP
  std::vector<OutputReport> outputs;
};

struct FlowEvent {
  enum class Kind : uint8_t { kOther, kSsrc, kSource, kIdle, kAuthentication, kPayloadType };
  Kind kind = Kind::kOther;
  FlowId id = 0;
  uint32_t ssrc = 0;       // of the packet that it is about; 0 without one
};

// What is asked of the kernel. Each operation gets exactly one result.
struct Operation {
  enum class Kind : uint8_t {
    kInstall,
    kRemove,  // its result has the final state
    kRead,
    kSync,    // the kernel learns what was received here after kInstall
    kAdopt,   // a flow of another process is ours from now on: reports and events come
  };
  Kind kind = Kind::kInstall;
  FlowId id = 0;       // not kInstall
  // kInstall:
  Flow flow;
  std::string call;    // name below /proc/rtpengine/<table>/calls
  // kInstall, kSync:
  Mark mark;
  std::vector<ReceiveState> receive;          // of flow.decrypt
  std::vector<std::vector<SendState>> send;   // by output
};

struct Result {
  bool ok = false;
  int errno_value = 0;     // !ok
  std::string error;       // likewise, in words
  FlowId id = 0;
  std::optional<FlowReport> report;  // kRemove, kRead
};

// What can be done, as the kernel says.
struct Limits {
  uint32_t suites = 0;     // bit 1 << enum rtpengine_srtp_suite
};

// Whether the kernel can be asked at all.
struct Status {
  bool usable = false;
  std::string reason;      // !usable
  Limits limits;
};

// Whether packets of that media, one behind the flow's port, are forwarded by it at all.
bool Holds(const Flow& flow, session::MediaIndex media);
// Whose packets of that payload type are.
session::MediaIndex OwnerOf(const Flow& flow, uint8_t payload_type);
// enum rtpengine_srtp_suite; 0: the kernel has no such transform.
uint32_t SuiteNumber(const srtp::Parameters& parameters);
// Of a session, for Mark.
uint64_t SessionMark(std::string_view owner, std::string_view id);

}  // namespace mediad::offload

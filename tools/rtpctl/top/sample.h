// The counters of one call at one time, and what happened between two of them.
//
// Pure. Times are seconds of a monotonic clock. A counter that went back (the worker was
// restarted), and a stream that was not there before, have no rate.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rtpengine/v1/admin.pb.h"

namespace rtpctl::top {

// Absent: not known, or not known yet.
using Figure = std::optional<double>;

struct Quality {
  Figure loss_percent;  // between the two samples
  Figure jitter_ms;     // now
  Figure mos;           // 1 to 5, as last reported by RTCP
};

// Per second.
struct Traffic {
  Figure packets;  // received
  Figure kernel;   // of these, forwarded by the kernel
  Figure bits;     // received, UDP payload
  Figure errors;   // of either direction
};

// One stream of a party: what the party sends, and what is sent to it.
struct StreamRates {
  Traffic in;
  Figure out_packets, out_bits;
  Quality quality;  // RTP only: of what the party sends
};

class Sample {
 public:
  struct Source {
    uint32_t ssrc = 0;
    uint64_t packets = 0, lost = 0;
    Figure jitter_ms, mos;
  };
  struct Stream {
    std::string party;
    uint32_t index = 0;
    bool rtcp = false;
    uint64_t in_packets = 0, in_bytes = 0, in_kernel = 0, errors = 0;
    uint64_t out_packets = 0, out_bytes = 0;
    std::vector<Source> sources;  // of an RTP stream, last used first
  };

  Sample() = default;
  Sample(const rtpengine::v1::CallInfo& call, double at_s);

  double at_s() const { return at_s_; }
  const std::vector<Stream>& streams() const { return streams_; }
  // The same stream; null: there is none.
  const Stream* Find(const Stream& like) const;

 private:
  double at_s_ = 0;
  std::vector<Stream> streams_;
};

// `before` is the older one. One per stream of `now`, in its order.
std::vector<StreamRates> Between(const Sample& before, const Sample& now);
// Of the streams together; absent where none of them has it. Loss is the mean of packets, jitter
// and MOS are those of the worst stream.
StreamRates Together(const std::vector<StreamRates>& streams);
// Share of the packets that the kernel forwarded, 0 to 1; absent without packets.
Figure KernelShare(const Traffic& traffic);

}  // namespace rtpctl::top

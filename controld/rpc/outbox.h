// Messages on their way to a worker: what gathers while a frame is being written goes into the next
// one
// ("corking", worker.proto), frames below 2 MiB, the whole bounded. Not thread-safe, knows no gRPC.
#pragma once

#include <cstddef>
#include <deque>

#include "rtpengine/v1/worker.pb.h"

namespace controld::rpc {

class Outbox {
 public:
  static constexpr size_t kMaxFrame = (size_t{2} << 20) - 4096;
  // A worker that lets this much gather does not read any more.
  static constexpr size_t kMaxPending = size_t{64} << 20;

  // False: over the bound; the message was not taken.
  bool Append(rtpengine::v1::ControllerMessage&& message);
  // The next frame in `frame` (what was in it is dropped). False: nothing to send.
  bool Take(rtpengine::v1::ControllerFrame* frame);
  void Clear();

  bool empty() const { return frames_.empty(); }
  size_t pending() const { return pending_; }

 private:
  struct Frame {
    rtpengine::v1::ControllerFrame frame;
    size_t octets = 0;
  };
  std::deque<Frame> frames_;
  size_t pending_ = 0;  // octets
};

}  // namespace controld::rpc

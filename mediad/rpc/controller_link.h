// The worker's end of one worker stream (worker.proto) as a state machine: connect, hello,
// attached, back-off.
//
// Sans-IO: the owner tells what happened and when, then takes the actions to carry out. Knows
// nothing of gRPC, sockets or sessions. Single-threaded.
//
//   kStopped ──Start──► kConnecting ──OnWritten──► kGreeting ──Welcome──► kAttached
//                         ▲    └────── closed, refused, too slow ──────┘      │
//                         └──────── delay over ──── kWaiting ◄────────────────┘
//
// Streams are numbered; what is reported about an older stream than the present one is ignored, so
// the owner may report late.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mediad/rpc/backoff.h"
#include "proto/base/clock.h"
#include "rtpengine/v1/worker.pb.h"

namespace mediad::rpc {

enum class LinkState : uint8_t { kStopped, kConnecting, kGreeting, kAttached, kWaiting };
std::string_view LinkStateName(LinkState state);

struct LinkOptions {
  std::string address{};  // for logs and status
  std::chrono::nanoseconds backoff_first{std::chrono::milliseconds(100)};
  std::chrono::nanoseconds backoff_cap{std::chrono::seconds(5)};  // 2 s for unix-domain sockets
  std::chrono::nanoseconds welcome_timeout{std::chrono::seconds(3)};
  // An attachment that lasted this long was a success: the next back-off begins anew.
  std::chrono::nanoseconds settled_after{std::chrono::seconds(2)};
  size_t frame_limit = (size_t{2} << 20) - 4096;  // octets of a frame; frames stay below 2 MiB
  size_t queue_limit = size_t{16} << 20;          // octets waiting; events beyond it are dropped
  size_t commands_limit = 4096;                   // in flight; reading pauses there
};

// What to do next. Streams: `cancel` concerns cancel_stream, everything else the present stream.
struct LinkActions {
  bool open = false;    // begin a new stream, then call OnOpened
  bool cancel = false;  // end the stream `cancel_stream`; its close need not be reported
  uint64_t cancel_stream = 0;
  std::optional<rtpengine::v1::WorkerFrame> write;  // report with OnWritten when it went out
  std::vector<rtpengine::v1::Command> commands;     // in order; answer each with SendResult
};

// How a stream ended. kRefused: the controller does not want this worker (FAILED_PRECONDITION).
enum class CloseReason : uint8_t { kBroken, kRefused };

struct LinkCounters {
  uint64_t attempts = 0, attached = 0, frames_sent = 0, messages_sent = 0, commands = 0,
           events_dropped = 0, results_dropped = 0;
};

class ControllerLink {
 public:
  // `random` outlives the link.
  ControllerLink(LinkOptions options, base::Random& random);

  void Start(base::Now now);
  // Ends the stream, for good.
  void Stop();

  // ---- what happened
  void OnOpened(rtpengine::v1::Hello hello);
  void OnFrame(uint64_t stream, rtpengine::v1::ControllerFrame frame, base::Now now);
  void OnWritten(uint64_t stream);
  void OnClosed(uint64_t stream, CloseReason reason, std::string_view text, base::Now now);
  void Tick(base::Now now);

  // ---- what the worker has to say; dropped unless attached (results: unless of the same stream)
  void SendResult(uint64_t stream, rtpengine::v1::CommandResult result);
  void SendEvent(rtpengine::v1::Event event);
  void SendLoad(rtpengine::v1::LoadReport load);  // replaces one that still waits

  LinkActions TakeActions();
  // When Tick has something to do; nanoseconds::max() = never.
  std::chrono::nanoseconds next_deadline() const;
  // False: let the controller wait (flow control) until results went out.
  bool wants_read() const;

  LinkState state() const { return state_; }
  uint64_t stream() const { return stream_; }
  const std::string& address() const { return options_.address; }
  // As its last Welcome said; empty before.
  const std::string& controller_name() const { return controller_name_; }
  // Why it is not attached, in words; empty when it is.
  const std::string& trouble() const { return trouble_; }
  const LinkCounters& counters() const { return counters_; }

 private:
  void Open(base::Now now);
  void Fall(CloseReason reason, std::string_view text, base::Now now);
  void Welcomed(const rtpengine::v1::Welcome& welcome, base::Now now);
  void Break(std::string_view text, base::Now now);
  void Queue(rtpengine::v1::WorkerMessage&& message, size_t octets);
  rtpengine::v1::WorkerFrame GatherFrame();

  struct Waiting {
    rtpengine::v1::WorkerMessage message;
    size_t octets;
  };

  const LinkOptions options_;
  base::Random& random_;
  LinkState state_ = LinkState::kStopped;
  uint64_t stream_ = 0;
  Backoff backoff_;
  std::chrono::nanoseconds deadline_ = std::chrono::nanoseconds::max();
  std::chrono::nanoseconds attached_at_{0};
  bool write_in_flight_ = false;
  size_t commands_in_flight_ = 0;
  std::deque<Waiting> queue_;
  size_t queued_octets_ = 0;
  std::optional<rtpengine::v1::LoadReport> load_;
  std::string controller_name_;
  std::string trouble_;
  LinkActions actions_;
  LinkCounters counters_;
};

}  // namespace mediad::rpc

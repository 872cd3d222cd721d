// The state machine behind controller_link.h. Order rules and frame size: worker.proto.
#include "mediad/rpc/controller_link.h"

#include <utility>

#include "proto/base/text.h"
#include "proto/base/log.h"

namespace mediad::rpc {
namespace {

using base::log::Log;
using base::log::Severity;
using base::log::Subsystem;
using rtpengine::v1::WorkerFrame;
using rtpengine::v1::WorkerMessage;

constexpr std::chrono::nanoseconds kNever = std::chrono::nanoseconds::max();
// Tag and length of a message inside a frame (protobuf: 1 + at most 5 octets).
constexpr size_t kFieldOverhead = 6;

size_t OctetsInFrame(const WorkerMessage& message) {
  return message.ByteSizeLong() + kFieldOverhead;
}

}  // namespace

std::string_view LinkStateName(LinkState state) {
  switch (state) {
    case LinkState::kStopped: return "stopped";
    case LinkState::kConnecting: return "connecting";
    case LinkState::kGreeting: return "greeting";
    case LinkState::kAttached: return "attached";
    case LinkState::kWaiting: return "waiting";
  }
  return "unknown";
}

ControllerLink::ControllerLink(LinkOptions options, base::Random& random)
    : options_(std::move(options)),
      random_(random),
      backoff_(options_.backoff_first, options_.backoff_cap) {}

void ControllerLink::Start(base::Now now) {
  if (state_ == LinkState::kStopped) Open(now);
}

void ControllerLink::Stop() {
  if (state_ == LinkState::kConnecting || state_ == LinkState::kGreeting ||
      state_ == LinkState::kAttached) {
    actions_.cancel = true;
    actions_.cancel_stream = stream_;
  }
  actions_.open = false;
  actions_.write.reset();
  actions_.commands.clear();
  queue_.clear();
  queued_octets_ = 0;
  load_.reset();
  state_ = LinkState::kStopped;
  deadline_ = kNever;
}

void ControllerLink::Open(base::Now now) {
  ++stream_;
  ++counters_.attempts;
  state_ = LinkState::kConnecting;
  deadline_ = now.monotonic + options_.welcome_timeout;
  write_in_flight_ = false;
  commands_in_flight_ = 0;
  actions_.open = true;
}

void ControllerLink::OnOpened(rtpengine::v1::Hello hello) {
  if (state_ != LinkState::kConnecting) return;
  WorkerFrame frame;
  *frame.add_messages()->mutable_hello() = std::move(hello);
  actions_.write = std::move(frame);
  write_in_flight_ = true;
}

void ControllerLink::OnWritten(uint64_t stream) {
  if (stream != stream_ || !write_in_flight_) return;
  write_in_flight_ = false;
  if (state_ == LinkState::kConnecting) state_ = LinkState::kGreeting;
}

void ControllerLink::OnFrame(uint64_t stream, rtpengine::v1::ControllerFrame frame, base::Now now) {
  for (auto& message : *frame.mutable_messages()) {
    // A message may end the stream: nothing behind it counts.
    if (stream != stream_ || state_ == LinkState::kStopped || state_ == LinkState::kWaiting) return;
    if (message.has_welcome()) {
      if (state_ == LinkState::kAttached) return Break("the controller said Welcome twice", now);
      if (message.welcome().controller_name().empty())
        return Break("the controller has no name", now);
      Welcomed(message.welcome(), now);
    } else if (message.has_command()) {
      if (state_ != LinkState::kAttached)
        return Break("the controller sent a command before Welcome", now);
      ++commands_in_flight_;
      ++counters_.commands;
      actions_.commands.push_back(std::move(*message.mutable_command()));
    }
    // Anything else is of a later version of the protocol, and not meant for us.
  }
}

void ControllerLink::Welcomed(const rtpengine::v1::Welcome& welcome, base::Now now) {
  state_ = LinkState::kAttached;
  attached_at_ = now.monotonic;
  deadline_ = kNever;
  controller_name_ = welcome.controller_name();
  trouble_.clear();
  ++counters_.attached;
  Log(Severity::kNotice, Subsystem::kControl, {}, "Attached to controller '", controller_name_,
      "' at ", options_.address, " (", welcome.build(), ")");
}

void ControllerLink::Break(std::string_view text, base::Now now) {
  actions_.cancel = true;
  actions_.cancel_stream = stream_;
  // A peer that breaks the protocol will not get better by haste.
  Fall(CloseReason::kRefused, text, now);
}

void ControllerLink::OnClosed(uint64_t stream, CloseReason reason, std::string_view text,
                              base::Now now) {
  if (stream != stream_ || state_ == LinkState::kStopped || state_ == LinkState::kWaiting) return;
  Fall(reason, text, now);
}

void ControllerLink::Fall(CloseReason reason, std::string_view text, base::Now now) {
  const bool was_attached = state_ == LinkState::kAttached;
  if (was_attached && now.monotonic - attached_at_ >= options_.settled_after) backoff_.Reset();
  if (reason == CloseReason::kRefused) backoff_.Slow();
  if (was_attached || trouble_ != text) {  // the same failure again is not news
    Log(Severity::kWarning, Subsystem::kControl, {},
        was_attached ? "Lost controller at " : "No controller at ", options_.address, ": ", text,
        "; sessions go on, trying again");
  }
  trouble_ = std::string(text);
  state_ = LinkState::kWaiting;
  deadline_ = now.monotonic + backoff_.Next(random_.Next());
  queue_.clear();
  queued_octets_ = 0;
  load_.reset();
  write_in_flight_ = false;
  commands_in_flight_ = 0;
  actions_.open = false;
  actions_.write.reset();
  actions_.commands.clear();
}

void ControllerLink::Tick(base::Now now) {
  if (now.monotonic < deadline_) return;
  if (state_ == LinkState::kWaiting) {
    Open(now);
  } else if (state_ == LinkState::kConnecting || state_ == LinkState::kGreeting) {
    actions_.cancel = true;
    actions_.cancel_stream = stream_;
    Fall(CloseReason::kBroken, "no answer in time", now);
  }
}

void ControllerLink::SendResult(uint64_t stream, rtpengine::v1::CommandResult result) {
  if (stream != stream_ || state_ != LinkState::kAttached) {
    ++counters_.results_dropped;
    return;
  }
  if (commands_in_flight_ > 0) --commands_in_flight_;
  WorkerMessage message;
  *message.mutable_result() = std::move(result);
  size_t octets = OctetsInFrame(message);
  if (octets > options_.frame_limit) {
    const uint64_t id = message.result().id();
    message.mutable_result()->Clear();
    message.mutable_result()->set_id(id);
    message.mutable_result()->mutable_error()->set_code(rtpengine::v1::Error::LIMIT);
    message.mutable_result()->mutable_error()->set_text(
        base::StrCat("the result of ", octets - kFieldOverhead, " octets does not fit into a frame"));
    octets = OctetsInFrame(message);
  }
  Queue(std::move(message), octets);
}

void ControllerLink::SendEvent(rtpengine::v1::Event event) {
  if (state_ != LinkState::kAttached) return;
  WorkerMessage message;
  *message.mutable_event() = std::move(event);
  const size_t octets = OctetsInFrame(message);
  if (octets > options_.frame_limit || queued_octets_ + octets > options_.queue_limit) {
    if (counters_.events_dropped++ == 0) {
      Log(Severity::kWarning, Subsystem::kControl, {}, "Controller '", controller_name_,
          "' does not keep up: events to it are dropped");
    }
    return;
  }
  Queue(std::move(message), octets);
}

void ControllerLink::SendLoad(rtpengine::v1::LoadReport load) {
  if (state_ == LinkState::kAttached) load_ = std::move(load);
}

void ControllerLink::Queue(WorkerMessage&& message, size_t octets) {
  queued_octets_ += octets;
  queue_.push_back({std::move(message), octets});
}

WorkerFrame ControllerLink::GatherFrame() {
  WorkerFrame frame;
  size_t octets = 0;
  if (load_) {  // first: the worker's sign of life does not wait behind a backlog
    *frame.add_messages()->mutable_load() = std::move(*load_);
    load_.reset();
    octets = OctetsInFrame(frame.messages(0));
  }
  while (!queue_.empty() &&
         (frame.messages_size() == 0 || octets + queue_.front().octets <= options_.frame_limit)) {
    octets += queue_.front().octets;
    queued_octets_ -= queue_.front().octets;
    *frame.add_messages() = std::move(queue_.front().message);
    queue_.pop_front();
  }
  return frame;
}

LinkActions ControllerLink::TakeActions() {
  if (state_ == LinkState::kAttached && !write_in_flight_ && !actions_.write &&
      (load_ || !queue_.empty())) {
    actions_.write = GatherFrame();
    write_in_flight_ = true;
  }
  if (actions_.write) {
    ++counters_.frames_sent;
    counters_.messages_sent += static_cast<uint64_t>(actions_.write->messages_size());
  }
  return std::exchange(actions_, {});
}

std::chrono::nanoseconds ControllerLink::next_deadline() const { return deadline_; }

bool ControllerLink::wants_read() const {
  return commands_in_flight_ < options_.commands_limit && queued_octets_ < options_.queue_limit;
}

}  // namespace mediad::rpc

// Streams, commands and time. What workers are to operators and placement: fleet_view.cc.
#include "controld/fleet/fleet.h"

#include <algorithm>
#include <utility>

#include "proto/base/text.h"

namespace controld::fleet {

using rtpengine::v1::Command;
using rtpengine::v1::CommandResult;
using rtpengine::v1::ControllerMessage;
using rtpengine::v1::WorkerMessage;

namespace {

constexpr uint32_t kProtocolVersion = 1;
// The fleet's own commands (ListSessions) have no issuer outside.
constexpr uint32_t kOwn = ~uint32_t{0};
constexpr auto kInventoryPatience = std::chrono::seconds(10);

}  // namespace

Fleet::Fleet(FleetSettings settings) : settings_(std::move(settings)) {}

// ---------------------------------------------------------------------------------------- streams

void Fleet::StreamOpened(StreamId stream, std::string peer, base::Now now) {
  streams_.emplace(stream, Stream{std::move(peer), now, nullptr});
}

void Fleet::OnFrame(StreamId id, rtpengine::v1::WorkerFrame* frame, base::Now now,
                    Actions* actions) {
  for (WorkerMessage& message : *frame->mutable_messages()) {
    const auto it = streams_.find(id);
    if (it == streams_.end()) return;  // a message before this one ended it
    OnMessage(id, it->second, &message, now, actions);
  }
}

void Fleet::OnMessage(StreamId id, Stream& stream, WorkerMessage* message, base::Now now,
                      Actions* actions) {
  if (stream.worker == nullptr) {
    if (message->has_hello()) return OnHello(id, stream, message->mutable_hello(), now, actions);
    return CloseStream(id, EndCode::kInvalid, "the first message has to be Hello", actions);
  }
  Worker& worker = *stream.worker;
  worker.last_heard = now;
  switch (message->message_case()) {
    case WorkerMessage::kResult:
      return OnResult(worker, message->mutable_result(), now, actions);
    case WorkerMessage::kLoad:
      if (std::string fault = FaultOf(message->load()); !fault.empty()) {
        return Fault(worker, std::move(fault), now, actions);
      }
      return OnLoad(worker, message->mutable_load(), actions);
    case WorkerMessage::kEvent:
      if (std::string fault = FaultOf(message->event(), settings_.controller_name);
          !fault.empty()) {
        return Fault(worker, std::move(fault), now, actions);
      }
      actions->push_back(SessionEvent{worker.name, std::move(*message->mutable_event())});
      return;
    case WorkerMessage::kHello:
      return Fault(worker, "a second Hello", now, actions);
    case WorkerMessage::MESSAGE_NOT_SET:
      return;  // something of a newer protocol: not for us
  }
}

void Fleet::OnHello(StreamId id, Stream& stream, rtpengine::v1::Hello* hello, base::Now now,
                    Actions* actions) {
  if (hello->protocol_version() != kProtocolVersion) {
    return CloseStream(id, EndCode::kPrecondition,
                       base::StrCat("protocol version ", hello->protocol_version(), " instead of ",
                                    kProtocolVersion),
                       actions);
  }
  if (std::string fault = FaultOf(*hello); !fault.empty()) {
    ++counters_.faults;
    return CloseStream(id, EndCode::kInvalid, std::move(fault), actions);
  }
  Worker* worker = FindOrAdd(hello->name());
  if (worker == nullptr) return CloseStream(id, EndCode::kOverload, "too many workers", actions);
  if (worker->attached()) {
    // The same process that lost its stream before we did, or another one under the same name: the
    // newer one counts.
    CloseStream(worker->stream, EndCode::kReplaced, "the worker attached again", actions);
    Detach(*worker, now, actions);
  }
  Attach(*worker, id, stream, hello, now, actions);
}

Worker* Fleet::FindOrAdd(const std::string& name) {
  if (auto it = workers_.find(name); it != workers_.end()) return it->second.get();
  if (workers_.size() >= kMaxWorkers) {
    // Somebody whose calls have ended long ago makes room.
    auto gone = std::find_if(workers_.begin(), workers_.end(), [](const auto& entry) {
      return entry.second->gone && !entry.second->attached();
    });
    if (gone == workers_.end()) return nullptr;
    workers_.erase(gone);
  }
  auto worker = std::make_unique<Worker>();
  worker->name = name;
  return workers_.emplace(name, std::move(worker)).first->second.get();
}

void Fleet::Attach(Worker& worker, StreamId id, Stream& stream, rtpengine::v1::Hello* hello,
                   base::Now now, Actions* actions) {
  const bool restarted = worker.view != nullptr && worker.view->boot_epoch != hello->boot_epoch();
  auto view = std::make_shared<call::WorkerView>();
  view->name = worker.name;
  view->boot_epoch = hello->boot_epoch();
  view->interfaces.assign(hello->interfaces().begin(), hello->interfaces().end());
  view->certificates.assign(hello->certificates().begin(), hello->certificates().end());
  worker.view = std::move(view);
  worker.ports_total = worker.ports_used = 0;
  for (const auto& interface : hello->interfaces()) {
    worker.ports_total += interface.ports_total();
    worker.ports_used += interface.ports_used();
  }
  worker.kernel_offload =
      std::any_of(hello->capabilities().begin(), hello->capabilities().end(),
                  [](const auto& c) { return c.name() == "kernel-offload" && c.available(); });
  hello->clear_interfaces();
  worker.hello = std::move(*hello);
  worker.said = worker.hello.state() == rtpengine::v1::DRAINING ? rtpengine::v1::DRAINING
                                                                : rtpengine::v1::READY;
  worker.peer = stream.peer;
  worker.stream = id;
  worker.inventory_done = worker.lost = worker.gone = worker.has_load = false;
  worker.attached_at = worker.last_heard = now;
  stream.worker = &worker;
  // Their worker is here; what they wait for now is that its inventory is taken.
  for (Waiting& waiting : worker.waiting) waiting.deadline = now.monotonic + kInventoryPatience;
  ++counters_.attached;

  ControllerMessage message;
  auto* welcome = message.mutable_welcome();
  welcome->set_controller_name(settings_.controller_name);
  welcome->set_boot_epoch(settings_.boot_epoch);
  welcome->set_build(settings_.build);
  actions->push_back(SendMessage{id, std::move(message)});
  actions->push_back(LogLine{false, base::StrCat("Worker '", worker.name, "' attached from ",
                                                 worker.peer, restarted ? " (restarted)" : "")});
  RequestInventory(worker, "", now, actions);
}

void Fleet::StreamClosed(StreamId stream, base::Now now, Actions* actions) {
  const auto it = streams_.find(stream);
  if (it == streams_.end()) return;
  Worker* worker = it->second.worker;
  streams_.erase(it);
  if (worker == nullptr) return;
  actions->push_back(LogLine{true, base::StrCat("Lost the stream of worker '", worker->name, "'")});
  Detach(*worker, now, actions);
}

void Fleet::CloseStream(StreamId stream, EndCode code, std::string reason, Actions* actions) {
  const auto it = streams_.find(stream);
  if (it == streams_.end()) return;
  actions->push_back(
      LogLine{true, base::StrCat("Ending the stream of ",
                                 it->second.worker == nullptr
                                     ? it->second.peer
                                     : base::StrCat("worker '", it->second.worker->name, "'"),
                                 ": ", reason)});
  actions->push_back(EndStream{stream, code, std::move(reason)});
  streams_.erase(it);
}

void Fleet::Fault(Worker& worker, std::string reason, base::Now now, Actions* actions) {
  ++counters_.faults;
  ++worker.faults;
  worker.last_fault = reason;
  CloseStream(worker.stream, EndCode::kInvalid, std::move(reason), actions);
  Detach(worker, now, actions);
}

void Fleet::Detach(Worker& worker, base::Now now, Actions* actions) {
  if (!worker.attached()) return;
  worker.stream = 0;
  ++counters_.detached;
  // In the order of sending, so that they go out in that order again.
  for (const auto& [deadline, id] : worker.deadlines) {
    const auto it = worker.flights.find(id);
    if (it == worker.flights.end()) continue;
    Flight& flight = it->second;
    if (!flight.expired && flight.issuer != kOwn) {
      worker.waiting.push_back(
          {flight.issuer, now.monotonic + kReattachPatience, std::move(flight.copy)});
    }
    worker.flights.erase(it);
  }
  worker.flights.clear();
  worker.deadlines.clear();
  worker.late.clear();
  if (worker.lost) FailWaiting(worker, now.monotonic, true, actions);
}

// ----------------------------------------------------------------------------------------- results

void Fleet::OnResult(Worker& worker, CommandResult* result, base::Now now, Actions* actions) {
  const auto it = worker.flights.find(result->id());
  if (it == worker.flights.end()) {
    return Fault(worker, base::StrCat("a result of no command of ours (", result->id(), ")"), now,
                 actions);
  }
  Flight& flight = it->second;
  if (flight.expired) {  // late, but honest
    worker.flights.erase(it);
    return;
  }
  std::string fault;
  if (!Matches(flight.copy.command_case(), *result)) {
    fault = "a result of another kind than its command";
  } else if (result->has_apply() && !result->has_error()) {
    fault = FaultOf(result->apply(), ExpectedOf(flight.copy.apply().session()), *worker.view);
  }
  const uint32_t issuer = flight.issuer;
  const bool list = issuer == kOwn;
  if (flight.copy.has_drain() && !result->has_error()) {
    worker.said = flight.copy.drain().drain() ? rtpengine::v1::DRAINING : rtpengine::v1::READY;
  }
  worker.flights.erase(it);
  if (!fault.empty()) {
    // The issuer is told now: the same command would be answered the same way after re-attaching.
    if (!list)
      FailCommand(worker, issuer, result->id(), base::StrCat("worker at fault: ", fault), actions);
    return Fault(worker, std::move(fault), now, actions);
  }
  if (result->has_error()) ++worker.commands_failed;
  if (list) return OnInventory(worker, result, now, actions);
  actions->push_back(DeliverResult{issuer, std::move(*result)});
}

void Fleet::OnInventory(Worker& worker, CommandResult* result, base::Now now, Actions* actions) {
  if (result->has_error()) {
    return Fault(worker, base::StrCat("no inventory: ", result->error().text()), now, actions);
  }
  auto* list = result->mutable_list();
  for (const auto& record : list->sessions()) {
    if (std::string fault = FaultOf(record, *worker.view); !fault.empty()) {
      return Fault(worker, std::move(fault), now, actions);
    }
  }
  std::string last;
  if (list->sessions_size() > 0) {
    last = list->sessions(list->sessions_size() - 1).id();
    InventoryPage page{worker.name, {}};
    page.records.reserve(static_cast<size_t>(list->sessions_size()));
    for (auto& record : *list->mutable_sessions()) page.records.push_back(std::move(record));
    actions->push_back(std::move(page));
  }
  if (list->more()) {
    if (last.empty()) return Fault(worker, "an empty page with more to come", now, actions);
    return RequestInventory(worker, std::move(last), now, actions);
  }
  worker.inventory_done = true;
  actions->push_back(InventoryDone{worker.name, worker.stream});
}

void Fleet::OnLoad(Worker& worker, rtpengine::v1::LoadReport* load, Actions* actions) {
  worker.load = std::move(*load);
  worker.has_load = true;
  const auto said = worker.load.state();
  if (said == rtpengine::v1::READY || said == rtpengine::v1::DRAINING ||
      said == rtpengine::v1::DRAINED) {
    if (said != worker.said) {
      actions->push_back(LogLine{false, base::StrCat("Worker '", worker.name, "' is ",
                                                     rtpengine::v1::WorkerState_Name(said))});
    }
    worker.said = said;
  }
  if (worker.load.certificates_size() > 0) {
    // The view is a snapshot that others hold.
    auto view = std::make_shared<call::WorkerView>(*worker.view);
    view->certificates.assign(worker.load.certificates().begin(), worker.load.certificates().end());
    worker.view = std::move(view);
    worker.load.clear_certificates();
  }
  // It may come and go while the worker runs.
  if (worker.load.has_kernel_offload()) {
    worker.kernel_offload = worker.load.kernel_offload().available();
    for (auto& capability : *worker.hello.mutable_capabilities()) {
      if (capability.name() == worker.load.kernel_offload().name()) capability = worker.load.kernel_offload();
    }
    worker.load.clear_kernel_offload();
  }
  if (worker.load.interfaces_size() == 0) return;
  worker.ports_total = worker.ports_used = 0;
  for (const auto& interface : worker.load.interfaces()) {
    worker.ports_total += interface.ports_total();
    worker.ports_used += interface.ports_used();
  }
}

// ---------------------------------------------------------------------------------------- commands

CommandId Fleet::Issue(const std::string& name, uint32_t issuer, Command command, base::Now now,
                       Actions* actions) {
  const CommandId id = ++last_command_;
  command.set_id(id);
  const auto it = workers_.find(name);
  if (it == workers_.end()) {
    Fail(issuer, id, "no such worker", actions);
    return id;
  }
  Worker& worker = *it->second;
  if (worker.attached()) {
    if (worker.flights.size() >= kMaxFlights) {
      FailCommand(worker, issuer, id, "too many commands under way", actions);
    } else {
      Send(worker, issuer, std::move(command), now, actions);
    }
  } else if (worker.lost) {
    FailCommand(worker, issuer, id, "worker lost", actions);
  } else if (worker.waiting.size() >= kMaxWaiting) {
    FailCommand(worker, issuer, id, "too many commands wait for the worker", actions);
  } else {
    worker.waiting.push_back({issuer, now.monotonic + kReattachPatience, std::move(command)});
  }
  return id;
}

void Fleet::Send(Worker& worker, uint32_t issuer, Command command, base::Now now,
                 Actions* actions) {
  const CommandId id = command.id();
  ControllerMessage message;
  *message.mutable_command() = command;
  worker.flights.emplace(id, Flight{issuer, false, std::move(command)});
  worker.deadlines.emplace_back(now.monotonic + kCommandTimeout, id);
  ++worker.commands_sent;
  actions->push_back(SendMessage{worker.stream, std::move(message)});
}

void Fleet::RequestInventory(Worker& worker, std::string after, base::Now now, Actions* actions) {
  Command command;
  command.set_id(++last_command_);
  command.mutable_list()->set_owner(settings_.controller_name);
  command.mutable_list()->set_after(std::move(after));
  Send(worker, kOwn, std::move(command), now, actions);
}

void Fleet::ReleaseWaiting(const std::string& name, StreamId stream, uint32_t issuer, base::Now now,
                           Actions* actions) {
  const auto it = workers_.find(name);
  if (it == workers_.end()) return;
  Worker& worker = *it->second;
  if (!worker.attached() || worker.stream != stream) return;  // away again, or anew: later
  std::vector<Waiting> others;
  for (Waiting& waiting : worker.waiting) {
    if (waiting.issuer != issuer) {
      others.push_back(std::move(waiting));
      continue;
    }
    ++counters_.resent;
    Send(worker, issuer, std::move(waiting.command), now, actions);
  }
  worker.waiting = std::move(others);
}

void Fleet::Fail(uint32_t issuer, CommandId id, std::string text, Actions* actions) {
  CommandResult result;
  result.set_id(id);
  result.mutable_error()->set_code(rtpengine::v1::Error::UNSPECIFIED);
  result.mutable_error()->set_text(std::move(text));
  actions->push_back(DeliverResult{issuer, std::move(result)});
}

void Fleet::FailCommand(Worker& worker, uint32_t issuer, CommandId id, std::string text,
                        Actions* actions) {
  ++worker.commands_failed;
  Fail(issuer, id, std::move(text), actions);
}

// -------------------------------------------------------------------------------------------- time

void Fleet::Tick(base::Now now, Actions* actions) {
  std::vector<StreamId> silent;
  for (const auto& [id, stream] : streams_) {
    if (stream.worker == nullptr && now.monotonic - stream.opened.monotonic >= kHelloTimeout) {
      silent.push_back(id);
    }
  }
  for (const StreamId id : silent) CloseStream(id, EndCode::kInvalid, "no Hello", actions);

  for (auto& [name, worker] : workers_) {
    if (worker->view == nullptr) continue;  // only charged so far, never attached
    const Duration quiet = now.monotonic - worker->last_heard.monotonic;
    if (!worker->lost && quiet >= kLostAfter) Lose(*worker, now, actions);
    Expire(*worker, now, actions);
    FailWaiting(*worker, now.monotonic, false, actions);
    if (worker->lost && !worker->gone && quiet >= settings_.lost_timeout) {
      worker->gone = true;
      ++counters_.gone;
      actions->push_back(LogLine{true, base::StrCat("Worker '", name, "' is gone; its calls end")});
      actions->push_back(WorkerGone{name});
    }
  }
}

void Fleet::Lose(Worker& worker, base::Now now, Actions* actions) {
  worker.lost = true;
  ++counters_.lost;
  if (worker.attached()) CloseStream(worker.stream, EndCode::kLost, "no sign of life", actions);
  Detach(worker, now, actions);
  FailWaiting(worker, now.monotonic, true, actions);
  actions->push_back(LogLine{true, base::StrCat("Worker '", worker.name, "' is lost")});
}

void Fleet::Expire(Worker& worker, base::Now now, Actions* actions) {
  while (!worker.deadlines.empty() && worker.deadlines.front().first <= now.monotonic) {
    const CommandId id = worker.deadlines.front().second;
    worker.deadlines.pop_front();
    const auto it = worker.flights.find(id);
    if (it == worker.flights.end()) continue;
    Flight& flight = it->second;
    ++counters_.timeouts;
    if (flight.issuer == kOwn) return Fault(worker, "no inventory in time", now, actions);
    flight.expired = true;
    flight.copy.Clear();
    FailCommand(worker, flight.issuer, id, "timeout", actions);
    worker.late.emplace_back(now.monotonic + kLateAnswers, id);
  }
  while (!worker.late.empty() && worker.late.front().first <= now.monotonic) {
    worker.flights.erase(worker.late.front().second);
    worker.late.pop_front();
  }
}

void Fleet::FailWaiting(Worker& worker, Duration now, bool all, Actions* actions) {
  std::vector<Waiting> left;
  for (Waiting& waiting : worker.waiting) {
    if (!all && waiting.deadline > now) {
      left.push_back(std::move(waiting));
      continue;
    }
    ++counters_.waited_in_vain;
    FailCommand(worker, waiting.issuer, waiting.command.id(), "worker lost", actions);
  }
  worker.waiting = std::move(left);
}

}  // namespace controld::fleet

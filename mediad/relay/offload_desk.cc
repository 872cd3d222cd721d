#include "mediad/relay/offload_desk.h"

#include <algorithm>
#include <utility>
#include <variant>

namespace mediad::relay {
namespace {

// Texts that operators know.
std::string_view ReasonFor(const Command& command) {
  if (std::holds_alternative<DeleteCommand>(command)) return "destroying monologue";
  return "dialogue signalling event";
}

}  // namespace

OffloadDesk::OffloadDesk(offload::Kernel& kernel, unsigned shard, Shop shop)
    : kernel_(kernel), shard_(shard), shop_(std::move(shop)) {}

bool OffloadDesk::Keep(Call* call, Command* command) {
  if (call == nullptr) return false;
  const offload::CallFlows& flows = call->offload().flows;
  if (flows.empty() && !flows.busy() && kept_.count(call) == 0) {
    if (std::holds_alternative<ApplyCommand>(*command)) call->offload().flows.Stay();
    return false;
  }
  std::deque<Command>& kept = kept_[call];
  kept.push_back(std::move(*command));
  if (kept.size() == 1 && !flows.busy()) Touch(*call);
  return true;
}

void OffloadDesk::Adopt(Call& call, const base::Now& now) {
  if (!kernel_.has_found()) return;
  session::Session& session = call.session();
  const uint64_t mark = offload::SessionMark(call.owner(), session.id());
  std::vector<offload::FlowReport> found;
  for (const session::LocalSocket& socket : session.sockets()) {
    if (auto report = kernel_.TakeFound(mark, socket.local)) found.push_back(*std::move(report));
  }
  if (found.empty()) return;
  std::vector<offload::Operation> operations = call.offload().flows.Adopt(found, &session, now);
  for (const offload::Operation& operation : operations) call_of_[operation.id] = &call;
  if (!operations.empty()) Submit(call, std::move(operations));
}

void OffloadDesk::Work(const base::Now& now) {
  std::vector<Call*> touched = std::exchange(touched_, {});
  for (Call* call : touched) {
    if (call != nullptr) call->offload().touched = false;
  }
  // A call may go while the others wait for their turn.
  for (size_t i = 0; i < touched.size(); ++i) {
    if (touched[i] == nullptr) continue;
    visiting_ = &touched;
    Advance(*touched[i], now);
  }
  visiting_ = nullptr;
}

// Kept commands first; then the flows follow the session.
void OffloadDesk::Advance(Call& call, const base::Now& now) {
  if (call.offload().flows.busy()) return;
  if (kept_.count(&call) > 0) {
    if (RunKept(call, now)) return;
  }
  Follow(call, now);
}

// True: the call is busy, or was handed to others.
bool OffloadDesk::RunKept(Call& call, const base::Now& now) {
  offload::CallFlows& flows = call.offload().flows;
  std::deque<Command>& kept = kept_[&call];
  while (!kept.empty()) {
    const bool query = std::holds_alternative<QueryCommand>(kept.front());
    if (!flows.empty() && !(query && call.offload().fresh)) {
      if (query) {
        call.offload().reading = true;
        Submit(call, flows.BeginRead());
        return true;
      }
      flows.Leave(ReasonFor(kept.front()));
      Follow(call, now);
      return true;
    }
    if (query) {
      Command command = std::move(kept.front());
      kept.pop_front();
      call.offload().fresh = true;
      shop_.run(std::move(command));
      continue;
    }
    flows.Stay();
    call.offload().fresh = false;
    std::deque<Command> rest = std::move(kept);
    kept_.erase(&call);
    Touch(call);  // unless it goes
    for (Command& command : rest) shop_.run(std::move(command));
    return true;
  }
  call.offload().fresh = false;
  kept_.erase(&call);
  return false;
}

void OffloadDesk::Follow(Call& call, const base::Now& now) {
  offload::CallFlows& flows = call.offload().flows;
  call.offload().planned = call.session().changes();
  if (!flows.Plan(&call.session(), status_, now)) return;
  Park(call, flows.sockets());
  Drain(call);
  Submit(call, flows.Begin(&call.session(), offload::SessionMark(call.owner(), call.session().id())));
}

void OffloadDesk::Submit(Call& call, std::vector<offload::Operation> operations) {
  under_way_[++transaction_] = &call;
  kernel_.Submit(shard_, transaction_, std::move(operations));
}

void OffloadDesk::Park(Call& call, const std::vector<session::SocketIndex>& sockets) {
  for (const session::SocketIndex socket : sockets) {
    if (call.Park(socket)) call.offload().parked.push_back(socket);
  }
}

void OffloadDesk::Drain(Call& call) {
  const std::vector<session::SocketIndex> parked = call.offload().parked;
  for (const session::SocketIndex socket : parked) shop_.drain(call.media_socket(socket));
}

void OffloadDesk::Finish(Call& call, const offload::Results& results, const base::Now& now) {
  offload::CallFlows& flows = call.offload().flows;
  moved_.clear();
  flows.Finish(results.results, now, &call.session(), &moved_);
  call.offload().fresh = std::exchange(call.offload().reading, false);
  for (const offload::FlowId id : flows.installed()) call_of_[id] = &call;
  Settle(call);
  // What came before the kernel took over is handled and counted before the kernel is told of it.
  for (const session::SocketIndex socket : flows.installed_sockets()) shop_.drain(call.media_socket(socket));
  Drain(call);
  call.Unpark(std::exchange(call.offload().parked, {}));
  std::vector<offload::Operation> sync = flows.BeginSync(&call.session());
  if (!sync.empty()) return Submit(call, std::move(sync));
  Touch(call);
}

// Counts what was merged, forgets flows that went.
void OffloadDesk::Settle(Call& call) {
  for (const offload::Moved& moved : moved_) shop_.count(moved, call);
  moved_.clear();
  for (const offload::FlowId id : call.offload().flows.TakeRemoved()) call_of_.erase(id);
}

void OffloadDesk::OnDelivery(offload::Delivery delivery, const base::Now& now) {
  if (const auto* results = std::get_if<offload::Results>(&delivery)) {
    const auto found = under_way_.find(results->transaction);
    if (found == under_way_.end()) return;
    Call* const call = found->second;
    under_way_.erase(found);
    Finish(*call, *results, now);
  } else if (const auto* reports = std::get_if<offload::Reports>(&delivery)) {
    OnReports(*reports, now);
  } else if (const auto* event = std::get_if<offload::FlowEvent>(&delivery)) {
    const auto call = call_of_.find(event->id);
    if (call == call_of_.end()) return;
    call->second->offload().flows.OnEvent(*event, now);
    Touch(*call->second);
  } else {
    OnStatus(std::get<offload::Status>(delivery));
  }
}

void OffloadDesk::OnReports(const offload::Reports& reports, const base::Now& now) {
  for (const offload::FlowReport& report : reports.flows) {
    const auto found = call_of_.find(report.id);
    if (found == call_of_.end()) continue;
    Call& call = *found->second;
    moved_.clear();
    call.offload().flows.OnReport(report, now, &call.session(), &moved_);
    Settle(call);
    if (call.offload().flows.wants_to_leave()) Touch(call);
  }
  if (!reports.end) return;
  std::vector<Call*> calls;
  for (const auto& [id, call] : call_of_) calls.push_back(call);
  std::sort(calls.begin(), calls.end());
  calls.erase(std::unique(calls.begin(), calls.end()), calls.end());
  for (Call* call : calls) {
    const size_t before = call->offload().flows.size();
    call->offload().flows.OnDumpEnd(&call->session());
    Settle(*call);
    if (call->offload().flows.size() != before) Touch(*call);
  }
}

void OffloadDesk::OnStatus(const offload::Status& status) {
  status_ = status;
  if (status.usable) return;
  std::unordered_map<offload::FlowId, Call*> lost = call_of_;
  for (const auto& [id, call] : lost) {
    call->offload().flows.OnTableLost(status.reason, &call->session());
    Settle(*call);
    Touch(*call);
  }
}

void OffloadDesk::Supervise(Call& call) {
  const bool other_status = call.offload().status_seen != status_.usable;
  call.offload().status_seen = status_.usable;
  if (other_status || call.offload().flows.held_back()) Touch(call);
  TouchIfChanged(call);
}

void OffloadDesk::Leave(Call& call, std::string_view reason) {
  call.offload().flows.Leave(reason);
  Touch(call);
}

void OffloadDesk::Forget(Call& call) {
  if (call.offload().touched) {
    std::replace(touched_.begin(), touched_.end(), &call, static_cast<Call*>(nullptr));
    call.offload().touched = false;
  }
  if (visiting_ != nullptr) std::replace(visiting_->begin(), visiting_->end(), &call, static_cast<Call*>(nullptr));
  std::erase_if(under_way_, [&call](const auto& one) { return one.second == &call; });
  std::erase_if(call_of_, [&call](const auto& one) { return one.second == &call; });
}

std::deque<Command> OffloadDesk::Close() {
  std::deque<Command> left;
  for (auto& [call, kept] : kept_) {
    for (Command& command : kept) left.push_back(std::move(command));
  }
  kept_.clear();
  touched_.clear();
  under_way_.clear();
  call_of_.clear();
  return left;
}

KernelActivity ActivityOf(const session::Session& session, int64_t since_unix_ms) {
  KernelActivity activity;
  for (const session::Media& media : session.media()) {
    bool kernel = false, user = false;
    for (size_t i = 0; i < media.streams.size(); i += 2) {
      const session::Stream& stream = media.streams[i];
      user = user || stream.last_packet_unix_ms >= since_unix_ms;
      kernel = kernel || (stream.offload != nullptr && stream.offload->last_packet_unix_ms >= since_unix_ms);
    }
    activity.kernel += kernel && !user;
    activity.mixed += kernel && user;
  }
  return activity;
}

}  // namespace mediad::relay

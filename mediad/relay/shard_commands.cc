// The shard's side of the worker protocol: apply, delete, query, list.
#include "mediad/relay/batch_scope.h"
#include "mediad/relay/shard.h"
#include "mediad/session/validate.h"
#include "proto/base/text.h"

namespace mediad::relay {
namespace {

namespace v1 = rtpengine::v1;

constexpr unsigned kDefaultPage = 256;
constexpr size_t kPageOctets = size_t{1} << 20;  // frames stay under 2 MiB
// Between two batches of packets: opening ports takes a while, media waits.
constexpr auto kCommandTime = std::chrono::milliseconds(2);

rtcp::QualityOptions QualityOf(const EngineOptions& options) {
  rtcp::QualityOptions quality;
  quality.listening_quality = options.mos_listening_quality;
  switch (options.mos_formula) {
    case EngineOptions::MosFormula::kG107:
      quality.formula = rtcp::MosFormula::kG107;
      break;
    case EngineOptions::MosFormula::kG1072:
      quality.formula = rtcp::MosFormula::kG1072;
      break;
    case EngineOptions::MosFormula::kLegacy:
      quality.formula = rtcp::MosFormula::kLegacy;
      break;
  }
  return quality;
}

}  // namespace

bool Shard::RunCommands() {
  const BatchScope batch;
  for (;;) {
    std::unique_lock<std::mutex> lock(mutex_);
    if (stopping_) return false;
    if (queue_.empty()) {
      // Under the lock: whoever posts next sees the flag lowered and raises it again.
      signalled_.store(false, std::memory_order_release);
      return true;
    }
    Command command = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    std::visit([this](auto& one) { Run(std::move(one)); }, command);
    // What is left keeps the flag up: the loop does not sleep.
    if (base::ReadClocks().monotonic - now_.monotonic > kCommandTime) return true;
  }
}

Call* Shard::Find(const std::string& owner, const std::string& id) {
  const auto found = calls_.find(Key(owner, id));
  return found == calls_.end() ? nullptr : found->second.get();
}

void Shard::Insert(std::unique_ptr<Call> call) {
  Call::Supervision& notes = call->supervision();
  insert_slice_ = (insert_slice_ + 1) % kSlices;
  notes.slice = static_cast<uint8_t>(insert_slice_);
  notes.position = static_cast<uint32_t>(slices_[insert_slice_].size());
  slices_[insert_slice_].push_back(call.get());
  Key key(call->owner(), call->session().id());
  Schedule(*call);
  NoteReporting(*call, call->session().generates_reports());
  calls_.emplace(std::move(key), std::move(call));
  sessions_.store(calls_.size(), std::memory_order_relaxed);
}

std::unique_ptr<Call> Shard::Remove(Call& call) {
  NoteActivity(call, 0);
  CountSequence(call);
  if (desk_ != nullptr) {
    NoteKernelActivity(call, {});
    desk_->Forget(call);
  }
  Unschedule(call);
  NoteReporting(call, false);
  const Call::Supervision notes = call.supervision();
  std::vector<Call*>& slice = slices_[notes.slice];
  slice[notes.position] = slice.back();
  slice[notes.position]->supervision().position = notes.position;
  slice.pop_back();
  const auto found = calls_.find(Key(call.owner(), call.session().id()));
  std::unique_ptr<Call> removed = std::move(found->second);
  calls_.erase(found);
  sessions_.store(calls_.size(), std::memory_order_relaxed);
  return removed;
}

void Shard::Run(ApplyCommand command) {
  if (command.session.record_only()) {
    Call* const call = Find(command.session.owner(), command.session.id());
    if (call != nullptr && call->TakeRecord(&command.session)) {
      v1::CommandResult result;
      call->DescribePorts(result.mutable_apply()->mutable_allocations());
      return command.done(std::move(result));
    }
  }
  if (Wait(Find(command.session.owner(), command.session.id()), &command)) return;
  admitted_ = false;
  v1::CommandResult result = Carry(&command);
  if (result.has_error() && !command.handed.empty()) command.put_back(std::move(command.handed));
  if (!admitted_) return command.done(std::move(result));
  // The party hears of the port when packets reach it.
  auto answer = std::make_shared<v1::CommandResult>(std::move(result));
  options_.pinholes->WhenOpen(
      [done = std::move(command.done), answer] { done(std::move(*answer)); });
}

void Shard::Admit(MediaSocket* socket, const base::Endpoint& local) {
  if (options_.pinholes == nullptr) return;
  socket->pinhole = Pinhole(options_.pinholes, local, socket->call->session().id());
  admitted_ = true;
}

v1::CommandResult Shard::Carry(ApplyCommand* command) {
  v1::Session& wanted = command->session;
  if (const absl::Status status = session::Validate(wanted); !status.ok()) {
    v1::CommandResult refusal =
        ErrorResult(absl::IsResourceExhausted(status) ? v1::Error::LIMIT : v1::Error::INVALID, "");
    refusal.mutable_error()->set_text(std::string(base::Message(status)));
    return refusal;
  }
  Call* call = Find(wanted.owner(), wanted.id());
  if (call != nullptr && wanted.generation() < call->session().generation()) {
    v1::CommandResult stale = ErrorResult(v1::Error::STALE, "");
    stale.mutable_error()->set_text(
        base::StrCat("generation ", call->session().generation(), " is running"));
    return stale;
  }
  if (call == nullptr && command->refuse_new) {
    return ErrorResult(v1::Error::DRAINING_REFUSED, "the worker is draining");
  }
  std::unique_ptr<Call> fresh;
  if (call == nullptr) {
    fresh = std::make_unique<Call>(wanted.id(), wanted.owner(), QualityOf(options_), services_,
                                   interfaces_, *this);
    call = fresh.get();
  }
  const base::Now now = base::ReadClocks();
  v1::CommandResult result;
  if (auto error = call->Apply(&wanted, &command->handed, now)) {
    *result.mutable_error() = std::move(*error);
    return result;
  }
  call->supervision().touched = now.monotonic;
  call->DescribePorts(result.mutable_apply()->mutable_allocations());
  if (call->session().has_secure_events()) EmitSecure(*call);
  Pierce(*call);
  if (desk_ != nullptr) {
    desk_->Adopt(*call, now);
    desk_->Touch(*call);
  }
  if (fresh != nullptr) {
    Insert(std::move(fresh));
  } else {
    Schedule(*call);
    NoteReporting(*call, call->session().generates_reports());
  }
  return result;
}

void Shard::Run(TakeCommand command) {
  Call* call = Find(command.owner, command.id);
  if (call == nullptr) return command.done(nullptr);
  if (Wait(call, &command)) return;
  call->StopMedia();
  command.done(Remove(*call));
}

void Shard::Run(PutBackCommand command) {
  command.call->ResumeMedia();
  if (desk_ != nullptr) {
    command.call->offload().flows.Stay();
    desk_->Touch(*command.call);
  }
  Insert(std::move(command.call));
}

void Shard::Run(DeleteCommand command) {
  Call* call = Find(command.request.owner(), command.request.id());
  if (call == nullptr) {
    return command.done(ErrorResult(v1::Error::UNKNOWN_SESSION, "no such session"));
  }
  if (Wait(call, &command)) return;
  v1::CommandResult result;
  call->session().FillStatistics(false, result.mutable_statistics());
  Remove(*call);
  command.done(std::move(result));
}

void Shard::Run(QueryCommand command) {
  Call* call = Find(command.request.owner(), command.request.id());
  if (call == nullptr) {
    return command.done(ErrorResult(v1::Error::UNKNOWN_SESSION, "no such session"));
  }
  if (desk_ != nullptr && !call->offload().fresh && Wait(call, &command)) return;
  call->supervision().touched = now_.monotonic;
  v1::CommandResult result;
  call->session().FillStatistics(command.request.explain(), result.mutable_statistics());
  command.done(std::move(result));
}

void Shard::Run(ListCommand command) {
  const std::string& owner = command.request.owner();
  const unsigned limit = command.request.limit() == 0 ? kDefaultPage : command.request.limit();
  v1::ListSessionsResult* page = command.page.mutable_list();
  // An empty id is an id too (NG has such calls), but as `after` it means the start. So a page that
  // begins at the start includes it, and none ends with it.
  const Key after(owner, command.request.after());
  auto call = after.second.empty() ? calls_.lower_bound(after) : calls_.upper_bound(after);
  for (; call != calls_.end() && call->first.first == owner; ++call) {
    const Call& one = *call->second;
    const size_t octets = one.record().size() + one.session().id().size() + 256;
    const int size = page->sessions_size();
    const bool may_end = size != 0 && !page->sessions(size - 1).id().empty();
    if (may_end &&
        (static_cast<unsigned>(size) >= limit || command.octets + octets > kPageOctets)) {
      page->set_more(true);
      break;
    }
    command.octets += octets;
    call->second->supervision().touched = now_.monotonic;
    v1::SessionRecord* record = page->add_sessions();
    record->set_id(one.session().id());
    record->set_generation(one.session().generation());
    record->set_record(one.record());
    one.DescribePorts(record->mutable_allocations());
    record->set_idle(one.idle());
  }
  auto done = std::move(command.done);
  done(std::move(command));
}

}  // namespace mediad::relay

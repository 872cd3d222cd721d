#include "controld/call/change.h"

#include <memory>
#include <utility>

#include "controld/call/call_model.h"
#include "controld/call/reply_room.h"
#include "controld/negotiate/session_graph.h"
#include "controld/ng/framing.h"
#include "proto/base/log.h"
#include "proto/base/text.h"

namespace controld::call {
namespace {

namespace v1 = rtpengine::v1;
using base::log::Log;
using base::log::Severity;
using base::log::Subsystem;

struct Birth {  // what a call needs that may not be there yet
  PlacementNeeds needs;
  base::Endpoint origin;
  base::Now now;
};

// Kept alive by the callbacks of whom it waits for.
class Changing : public std::enable_shared_from_this<Changing> {
 public:
  Changing(CallTable& table, std::string call_id, std::string unknown,
           std::unique_ptr<Birth> birth, Change change, Respond respond)
      : table_(table), call_id_(std::move(call_id)), unknown_(std::move(unknown)),
        birth_(std::move(birth)), change_(std::move(change)), respond_(std::move(respond)) {}

  void Run() {
    CallEntryPtr entry = table_.Find(call_id_);
    if (entry == nullptr && birth_ != nullptr) {
      Placement placement;
      entry = PlaceNewCall(table_, call_id_, birth_->needs, birth_->origin, birth_->now, &placement);
      if (entry == nullptr) return Refuse("Load limit exceeded", placement.explanation);
      created_ = true;
    }
    if (entry == nullptr) return respond_(Failure(unknown_));
    if (!table_.Acquire(entry, [self = shared_from_this()] { self->Run(); })) return;
    if (!Work(entry)) table_.Release(entry);
  }

 private:
  // False: it is over already.
  bool Work(const CallEntryPtr& entry) {
    const std::shared_ptr<const WorkerView> worker = table_.gateway.View(entry->state.worker());
    if (worker == nullptr || worker->interfaces.empty()) {
      Abandon(entry);
      Refuse(change_.refused, "the call's worker is not there");
      return false;
    }
    draft_ = entry->state;
    if (const std::string error = WorkOn(change_, &draft_, *worker); !error.empty()) {
      Abandon(entry);
      respond_(Failure(error));
      return false;
    }
    draft_.set_generation(draft_.generation() + 1);
    v1::Session session = negotiate::BuildSession(draft_, table_.settings, false);
    session.set_record_only(change_.record_only);
    table_.gateway.Apply(draft_.worker(), std::move(session),
                         [self = shared_from_this(), entry](
                             const v1::Error* error, const v1::ApplySessionResult& result) {
                           self->Applied(entry, error, result);
                           self->table_.Release(entry);
                         });
    return true;
  }

  void Applied(const CallEntryPtr& entry, const v1::Error* error,
               const v1::ApplySessionResult& result) {
    if (error != nullptr) {
      Log(Severity::kError, Subsystem::kCore, LogContext(entry->state), error->text());
      // Perhaps only the answer was lost: nobody would ever end the session of a call that is not there.
      if (created_) {
        table_.gateway.Delete(entry->state.worker(), entry->state.call_id(),
                              [](const v1::Error*, const v1::SessionStatistics&) {});
      }
      Abandon(entry);
      return Refuse(ReasonOf(*error, change_.refused), error->text());
    }
    for (const v1::PortSetAllocation& allocation : result.allocations()) {
      if (PortSet* port_set = FindPortSet(&draft_, allocation.id())) {
        *port_set->mutable_allocation() = allocation;
      }
    }
    entry->state = std::move(draft_);
    respond_(change_.reply ? change_.reply(entry->state) : Ok());
  }

  void Refuse(std::string_view reason, std::string_view message) {
    ng::Dictionary reply = Failure(reason);
    reply.Add("message", std::string(message));
    respond_(std::move(reply));
  }

  void Abandon(const CallEntryPtr& entry) {
    if (created_) table_.Remove(entry, EndReason::kFailed);
  }

  CallTable& table_;
  const std::string call_id_;
  const std::string unknown_;
  const std::unique_ptr<Birth> birth_;  // null: the call has to be there
  const Change change_;
  const Respond respond_;
  bool created_ = false;
  CallState draft_;
};

}  // namespace

std::string WorkOn(const Change& change, CallState* draft, const WorkerView& worker) {
  if (change.debug) draft->set_debug(true);
  if (std::string error = change.work(draft, worker); !error.empty()) return error;
  const bool fits = !change.reply || ReplyFits(change.room, *draft, change.reply);
  return fits ? std::string() : std::string(ng::kReplyDoesNotFit);
}

void ChangeCall(CallTable& table, const std::string& call_id, std::string unknown, Change change,
                Respond respond) {
  std::make_shared<Changing>(table, call_id, std::move(unknown), nullptr, std::move(change),
                             std::move(respond))
      ->Run();
}

void MakeOrChangeCall(CallTable& table, const std::string& call_id, const PlacementNeeds& needs,
                      const base::Endpoint& origin, base::Now now, Change change,
                      Respond respond) {
  auto birth = std::make_unique<Birth>(Birth{needs, origin, now});
  std::make_shared<Changing>(table, call_id, "", std::move(birth), std::move(change),
                             std::move(respond))
      ->Run();
}

CallEntryPtr PlaceNewCall(CallTable& table, const std::string& call_id,
                          const PlacementNeeds& needs, const base::Endpoint& origin, base::Now now,
                          Placement* placement) {
  *placement = table.gateway.Place(needs);
  if (placement->worker == nullptr) return nullptr;
  base::log::Context context;
  context.call_id = call_id;
  Log(Severity::kNotice, Subsystem::kCore, context, "Creating new call");
  CallState state;
  state.set_call_id(call_id);
  state.set_worker(placement->worker->name);
  state.set_created_us(now.unix_us);
  state.set_created_from(origin.ToString());
  state.set_charged_streams(needs.streams);
  state.set_tos(256);
  // A session of an ended call of the same id may still be there: ours has to be newer.
  state.set_generation(table.TakeUndeleted(state.call_id(), state.worker()));
  return table.Insert(std::move(state));
}

std::string ReasonOf(const v1::Error& error, const std::string& refused) {
  const bool no_ports =
      error.code() == v1::Error::PORTS_EXHAUSTED || error.code() == v1::Error::BIND_FAILED;
  return no_ports ? "Ran out of ports" : refused;
}

std::string GenerateId(base::Random& random) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string id;
  for (int word = 0; word < 4; ++word) {
    const uint64_t bits = random.Next();
    for (int shift = 60; shift >= 0; shift -= 4) id += kDigits[(bits >> shift) & 15];
  }
  return id;
}

}  // namespace controld::call

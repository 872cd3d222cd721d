// `delete` (ng-protocol.md §6.3): whose media goes, at once or after a delay, and the final statistics.
#include <algorithm>
#include <optional>
#include <set>
#include <vector>

#include "controld/call/call_model.h"
#include "controld/call/commands.h"
#include "controld/call/query_reply.h"
#include "controld/negotiate/session_graph.h"
#include "proto/base/log.h"
#include "proto/base/text.h"

namespace controld::call {
namespace {

namespace v1 = rtpengine::v1;
using base::log::Log;
using base::log::Severity;
using base::log::Subsystem;

constexpr char kNotFound[] = "Call-ID not found or tags didn't match";

struct Target {
  bool found = false;
  bool whole = false;              // the call as such, no party named
  std::vector<uint32_t> parties;   // otherwise: these go
};

const Party* ByBranch(const CallState& call, const std::string& branch) {
  for (const Party& party : call.parties()) {
    if (!party.removed() && !branch.empty() && party.via_branch() == branch) return &party;
  }
  return nullptr;
}

const Party* MatchParty(const CallState& call, const ng::Request& request) {
  const bool honoured = request.Has(ng::Flag::kToTag) && request.to_tag.has_value();
  const Party* found = nullptr;
  if (!honoured) found = ByBranch(call, request.via_branch);
  if (found == nullptr) {
    found = FindPartyByTag(call, honoured ? *request.to_tag : *request.from_tag);
  }
  if (found == nullptr) found = ByBranch(call, request.via_branch);
  if (found == nullptr && honoured) {
    // An unanswered offer whose failed branch named its tag.
    const Party* offerer = FindPartyByTag(call, *request.from_tag);
    if (offerer != nullptr) {
      const auto& peers = offerer->associated();
      const Party* peer = peers.size() == 1 ? FindParty(call, peers.Get(0)) : nullptr;
      if (peer != nullptr && !peer->has_tag()) found = offerer;
    }
  }
  return found;
}

// The party and those peers that are left without any other association.
std::set<uint32_t> WithOrphans(const CallState& call, uint32_t party_id) {
  std::set<uint32_t> gone = {party_id};
  std::vector<uint32_t> todo = {party_id};
  while (!todo.empty()) {
    const Party* party = FindParty(call, todo.back());
    todo.pop_back();
    for (const uint32_t peer_id : party->associated()) {
      const Party* peer = FindParty(call, peer_id);
      if (peer == nullptr || peer->removed() || gone.count(peer_id) > 0) continue;
      const auto& links = peer->associated();
      const bool has_other = std::any_of(links.begin(), links.end(), [&](uint32_t id) {
        const Party* other = FindParty(call, id);
        return other != nullptr && !other->removed() && gone.count(id) == 0;
      });
      if (!has_other) {
        gone.insert(peer_id);
        todo.push_back(peer_id);
      }
    }
  }
  return gone;
}

// Nothing of the call is left when no live party outside `gone` is associated with another live one, or
// stands alone. Subscribers keep no call alive.
bool NothingLeft(const CallState& call, const std::set<uint32_t>& gone) {
  for (const Party& party : call.parties()) {
    if (party.removed() || gone.count(party.id()) > 0) continue;
    if (party.standalone()) return false;
    for (const uint32_t peer : party.associated()) {
      const Party* other = FindParty(call, peer);
      if (other != nullptr && !other->removed() && gone.count(peer) == 0) return false;
    }
  }
  return true;
}

void LogBranch(const CallState& call, const Party& party, std::string_view what,
               std::string_view when) {
  Log(Severity::kInfo, Subsystem::kCore, LogContext(call), what, " '", party.tag(),
      "' (via-branch '", party.via_branch(), "')", when);
}

void MarkRemoved(CallState* call, const std::set<uint32_t>& gone) {
  std::set<uint32_t> closed;
  for (const uint32_t id : gone) {
    Party* party = FindParty(call, id);
    party->set_removed(true);
    party->set_delete_at_us(0);
    for (Media& media : *party->mutable_media()) {
      for (const EndpointMap& map : media.maps()) {
        closed.insert(map.port_set());
        closed.insert(map.further_port_sets().begin(), map.further_port_sets().end());
      }
      media.clear_maps();
      media.set_port_set(0);
    }
  }
  auto* port_sets = call->mutable_port_sets();
  for (int i = port_sets->size() - 1; i >= 0; --i) {
    if (closed.count(port_sets->Get(i).wanted().id()) > 0) port_sets->DeleteSubrange(i, 1);
  }
}

class Deletion : public std::enable_shared_from_this<Deletion> {
 public:
  Deletion(CallTable& table, ng::Request&& request, base::Now now, Respond respond)
      : table_(table), request_(std::move(request)), now_(now), respond_(std::move(respond)) {}

  void Run() {
    CallEntryPtr entry = table_.Find(*request_.call_id);
    if (entry == nullptr) return NotFound();
    if (!table_.Acquire(entry, [self = shared_from_this()] { self->Run(); })) return;
    const Party* party = nullptr;
    if (!request_.from_tag && entry->state.merged_call_ids_size() > 0) {
      return DeletePartOf(entry);
    }
    if (request_.from_tag) {
      party = MatchParty(entry->state, request_);
      if (party == nullptr) {
        Log(Severity::kInfo, Subsystem::kCore, LogContext(entry->state), kNotFound, ", ignoring");
        NotFound();
        return table_.Release(entry);
      }
    }
    const int delay = request_.delete_delay.value_or(table_.settings.delete_delay_s);
    if (delay > 0) return Schedule(entry, party, delay);
    DeleteNow(entry, party);
  }

 private:
  void NotFound() {
    if (request_.Has(ng::Flag::kFatal)) return respond_(Failure(kNotFound));
    ng::Dictionary reply;
    reply.Add("warning", kNotFound);
    reply.Add("result", "ok");
    respond_(std::move(reply));
  }

  // `whole`: the call is gone, so every party is shown; else the matched tag and whom it receives from.
  void Reply(const CallState& call, const v1::SessionStatistics& statistics, bool whole,
             std::set<uint32_t> closed) {
    if (request_.Has(ng::Flag::kFast)) return respond_(Ok());
    QuerySelection selection;
    selection.closed = std::move(closed);
    if (whole) {
      // no selection
    } else if (request_.to_tag && !request_.to_tag->empty() && request_.Has(ng::Flag::kToTag)) {
      selection.tag = &*request_.to_tag;
    } else if (request_.from_tag && !request_.from_tag->empty()) {
      selection.tag = &*request_.from_tag;
    }
    ng::Dictionary reply = BuildQueryReply(call, statistics, selection, table_.settings);
    reply.Add("result", "ok");
    respond_(std::move(reply));
  }

  void Schedule(const CallEntryPtr& entry, const Party* party, int delay) {
    CallState& call = entry->state;
    std::set<uint32_t> gone;
    if (party != nullptr) gone = WithOrphans(call, party->id());
    if (party == nullptr || NothingLeft(call, gone)) {
      Log(Severity::kInfo, Subsystem::kCore, LogContext(call),
          "Scheduling deletion of entire call in ", delay, " seconds");
      call.set_delete_at_us(now_.unix_us + int64_t{delay} * 1'000'000);
    }
    ScheduleParties(entry, gone, delay);
  }

  void ScheduleParties(const CallEntryPtr& entry, const std::set<uint32_t>& gone, int delay) {
    CallState& call = entry->state;
    const int64_t due = now_.unix_us + int64_t{delay} * 1'000'000;
    for (const uint32_t id : gone) {
      Party* scheduled = FindParty(&call, id);
      scheduled->set_delete_at_us(due);
      LogBranch(call, *scheduled, "Scheduling deletion of call branch",
                base::StrCat(" in ", delay, " seconds"));
    }
    WatchDeadlines(table_, call);
    KeepRecord(entry);
    table_.gateway.Query(
        call.worker(), call.call_id(), false,
        [self = shared_from_this(), entry](const v1::Error*, const v1::SessionStatistics& statistics) {
          self->Reply(entry->state, statistics, false, {});
          self->table_.Release(entry);
        });
  }

  // The deadline is in the record: a successor of this controller goes on with it.
  void KeepRecord(const CallEntryPtr& entry) {
    CallState& call = entry->state;
    call.set_generation(call.generation() + 1);
    table_.gateway.Apply(call.worker(), negotiate::BuildSession(call, table_.settings, false),
                         [entry](const v1::Error* error, const v1::ApplySessionResult&) {
                           if (error == nullptr) return;
                           Log(Severity::kWarning, Subsystem::kCore, LogContext(entry->state),
                               "Worker '", entry->state.worker(), "' does not know of the deletion: ",
                               error->text());
                         });
  }

  void DeleteNow(const CallEntryPtr& entry, const Party* party) {
    CallState& call = entry->state;
    std::set<uint32_t> gone;
    if (party != nullptr) {
      gone = WithOrphans(call, party->id());
      for (const uint32_t id : gone) {
        LogBranch(call, *FindParty(call, id), "Deleting call branch", "");
      }
    }
    if (party == nullptr || NothingLeft(call, gone)) {
      Log(Severity::kInfo, Subsystem::kCore, LogContext(call), "Deleting entire call");
      return table_.End(entry, EndReason::kRegular, now_,
                        [self = shared_from_this(), gone = std::move(gone)](
                            const CallState& state, const v1::SessionStatistics& statistics) {
                          self->Reply(state, statistics, true, gone);
                        });
    }
    RemoveParties(entry, std::move(gone));
  }

  // A call that took in others goes as it came, call-id by call-id.
  void DeletePartOf(const CallEntryPtr& entry) {
    const CallState& call = entry->state;
    const std::string origin = request_.merged_call_id.value_or("");
    std::set<uint32_t> gone;
    bool others = false;
    for (const Party& party : call.parties()) {
      if (party.removed()) continue;
      if (party.merged_from() == origin) gone.insert(party.id());
      else others = true;
    }
    const int delay = request_.delete_delay.value_or(table_.settings.delete_delay_s);
    if (!others) return delay > 0 ? Schedule(entry, nullptr, delay) : DeleteNow(entry, nullptr);
    if (delay > 0) return ScheduleParties(entry, gone, delay);
    before_ = call;
    RemoveParties(entry, std::move(gone));
  }

  // Only some parties go: their counters are read before their ports close.
  void RemoveParties(const CallEntryPtr& entry, std::set<uint32_t> gone) {
    table_.gateway.Query(
        entry->state.worker(), entry->state.call_id(), false,
        [self = shared_from_this(), entry, gone = std::move(gone)](
            const v1::Error*, const v1::SessionStatistics& statistics) {
          CallState& call = entry->state;
          MarkRemoved(&call, gone);
          call.set_generation(call.generation() + 1);
          self->table_.gateway.Apply(
              call.worker(), negotiate::BuildSession(call, self->table_.settings, false),
              [self, entry, statistics](const v1::Error* error, const v1::ApplySessionResult&) {
                if (error != nullptr) {
                  Log(Severity::kError, Subsystem::kCore, LogContext(entry->state), error->text());
                }
                const bool part = self->before_.has_value();
                self->Reply(part ? *self->before_ : entry->state, statistics, part, {});
                self->table_.Release(entry);
              });
        });
  }

  CallTable& table_;
  ng::Request request_;
  const base::Now now_;
  Respond respond_;
  std::optional<CallState> before_;  // a part of a merged call goes: shown as it was
};

bool Due(int64_t at_us, base::Now now) { return at_us != 0 && at_us <= now.unix_us; }

// The deletion that is due for this call, if any.
std::optional<ng::Request> DueDeletion(const CallState& call, base::Now now) {
  ng::Request request;
  request.command = ng::Command::kDelete;
  request.call_id = call.call_id();
  request.delete_delay = 0;
  request.Set(ng::Flag::kFast);
  if (Due(call.delete_at_us(), now)) return request;
  for (const Party& party : call.parties()) {
    if (party.removed() || !Due(party.delete_at_us(), now)) continue;
    if (call.merged_call_ids_size() > 0) {
      request.merged_call_id = party.merged_from();
      return request;
    }
    request.from_tag = party.tag();
    if (!party.has_tag()) request.via_branch = party.via_branch();
    return request;
  }
  return std::nullopt;
}

// Cancelled and changed deadlines are found out here: the call's own fields decide.
void ExpireCall(CallTable& table, const std::string& call_id, base::Now now) {
  const CallEntryPtr entry = table.Find(call_id);
  if (entry == nullptr) return;
  if (entry->busy) {
    // The command at work may be the offer that cancels the deletion: decided when it is done.
    entry->waiting.push_back([&table, call_id, now] { ExpireCall(table, call_id, now); });
    return;
  }
  if (std::optional<ng::Request> request = DueDeletion(entry->state, now)) {
    HandleDelete(table, std::move(*request), now, [](ng::Dictionary) {});
  }
}

}  // namespace

void HandleDelete(CallTable& table, ng::Request&& request, base::Now now, Respond respond) {
  if (!request.call_id || request.call_id->empty()) return respond(Failure("No call-id in message"));
  std::make_shared<Deletion>(table, std::move(request), now, std::move(respond))->Run();
}

void ExpireDeletions(CallTable& table, base::Now now) {
  while (!table.deadlines.empty() && table.deadlines.begin()->first <= now.unix_us) {
    const std::string call_id = std::move(table.deadlines.begin()->second);
    table.deadlines.erase(table.deadlines.begin());
    ExpireCall(table, call_id, now);
  }
}

void WatchDeadlines(CallTable& table, const CallState& call) {
  const auto watch = [&](int64_t at_us) {
    if (at_us != 0) table.deadlines.emplace(at_us, call.call_id());
  };
  watch(call.delete_at_us());
  for (const Party& party : call.parties()) watch(party.delete_at_us());
}

}  // namespace controld::call
